"""Linked data: what stands behind an IRI, for people and for tools, and search by the beginning of a name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.catalog import known
from kg.graph import quads
from kg.link import Linker
from kg.serve.search import Index, Name
from kg.store import GraphDirectory
from tests.servers import Server, serving
from tests.written import fig, plum, record

EVIL = "<img src=x onerror=alert(1)> & <script>alert(2)</script>"
BASE = "https://w3id.org/paper-kg/"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = GraphDirectory(tmp_path_factory.mktemp("pages") / "graph")
    evil = record(EVIL, "We present nothing.", urls=("javascript:alert(3)", 'https://x.example/"><script>'))
    with directory.building():
        directory.publish(quads(lambda: (plum(), fig(), evil), Linker(known())), lambda: {"base": BASE})
    with serving(directory.path) as running:
        yield running


class Page(HTMLParser):
    """The links and elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.elements: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)


PLUM = "id/system/plumserve"


def page(server: Server, path: str) -> tuple[dict[str, str], str]:
    status, headers, body = server.send(path, headers={"accept": "text/html"})
    assert status == 200, body
    return headers, body.decode()


@pytest.mark.parametrize(
    ("suffix", "accept", "format"),
    [
        (".ttl", "*/*", RdfFormat.TURTLE),
        (".nt", "text/html", RdfFormat.N_TRIPLES),
        (".rdf", "*/*", RdfFormat.RDF_XML),
        (".jsonld", "*/*", RdfFormat.JSON_LD),
        ("", "text/turtle", RdfFormat.TURTLE),
        ("", "application/ld+json", RdfFormat.JSON_LD),
    ],
)
def test_an_iri_answers_in_rdf_by_suffix_or_accept(server: Server, suffix: str, accept: str, format: RdfFormat) -> None:
    status, headers, body = server.send(PLUM + suffix, headers={"accept": accept})
    assert status == 200
    assert "Accept" in headers["vary"]
    subjects = {quad.subject for quad in parse(body, format=format)}
    assert NamedNode(BASE + PLUM) in subjects
    assert any("#introduces-" in subject.value for subject in subjects if isinstance(subject, NamedNode))


def test_a_page_links_only_to_what_answers(server: Server) -> None:
    seen, pending = set(), ["/" + PLUM]
    while pending and len(seen) < 40:
        path = pending.pop()
        seen.add(path)
        for link in Page(page(server, path.lstrip("/"))[1]).links:
            place = link.partition("#")[0]
            if place.startswith("/id/") and not re.search(r"\.\w+$", place) and place not in seen:
                pending.append(place)
    assert len(seen) > 5


def test_an_entity_is_json_with_its_facts_and_their_evidence(server: Server) -> None:
    found = json.loads(server.send(f"{PLUM}.json")[2])
    assert found == json.loads(server.send(f"api/entity?iri={BASE}{PLUM}")[2])
    assert (found["label"], found["iri"]) == ("PlumServe", BASE + PLUM)
    (introduced,) = (fact for fact in found["facts"] if fact["role"].endswith("#introduces"))
    assert introduced["evidence"]["text"] == "We present PlumServe."
    assert introduced["paper"]["label"] == "PlumServe: Serving Plums"
    measured = found["results"][0]
    assert (measured["value"], measured["unit"], measured["baseline"]["label"]) == (2.5, "x", "PearServe")


def test_a_page_is_not_sent_again_to_who_holds_it(server: Server) -> None:
    etag = server.send(f"{PLUM}.ttl")[1]["etag"]
    assert server.send(f"{PLUM}.ttl", headers={"if-none-match": etag})[::2] == (304, b"")


def test_the_ontology_and_the_graphs_answer_too(server: Server) -> None:
    assert "runsOn" in page(server, "graph/ontology")[1]
    assert server.send("ontology.ttl")[0] == 200
    assert server.send("graph/entities.nt")[0] == 200


@pytest.mark.parametrize(
    "path", ["id/system/nothing", "id/system/nothing.ttl", "nothing", "id/paper/%00", "a/../../etc"]
)
def test_what_the_graph_has_nothing_about_is_not_found(server: Server, path: str) -> None:
    assert server.send(path)[0] == 404


@pytest.mark.parametrize("path", ["", "search?q=%3Cscript%3E", PLUM, "graph/entities"])
def test_every_page_forbids_scripts_and_foreign_fetches(server: Server, path: str) -> None:
    headers, html = page(server, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in policy
    assert "script" not in Page(html).elements


def test_text_of_papers_is_shown_as_text(server: Server) -> None:
    found = json.loads(server.send("api/search?q=img")[2])["results"]
    (paper,) = (result for result in found if result["label"] == EVIL)
    html = page(server, paper["iri"].removeprefix(BASE))[1]
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    parsed = Page(html)
    assert not {"img", "script"} & set(parsed.elements)
    assert not any(link.startswith("javascript:") for link in parsed.links)
    assert "&lt;script&gt;" in page(server, "search?q=%3Cscript%3E")[1]


@pytest.mark.parametrize(
    ("text", "first"),
    [("plumse", "PlumServe"), ("PLUM-serve", "PlumServe"), ("a100", "NVIDIA A100"), ("nvidia a", "NVIDIA A100")],
)
def test_search_finds_by_the_beginning_of_a_name_or_of_a_word(server: Server, text: str, first: str) -> None:
    found = json.loads(server.send(f"api/search?q={text.replace(' ', '+')}")[2])["results"]
    assert found[0]["label"] == first


def test_search_takes_aliases_and_puts_whole_names_and_well_known_things_first() -> None:
    names = [
        Name("i:1", "Pear", "Pear", "Model", 1),
        Name("i:2", "Pearl", "Pearl", "Model", 50),
        Name("i:3", "Big Pear", "Big Pear", "Model", 9),
        Name("i:2", "Pear-L", "Pearl", "Model", 50),
    ]
    index = Index.of(names)
    assert [name.iri for name in index.find("pear", 10)] == ["i:1", "i:2", "i:3"]
    assert index.find("pea", 10)[0].iri == "i:2"
    assert [name.iri for name in index.find("pear l", 10)] == ["i:2"]
    assert index.find("", 10) == index.find("zzz", 10) == []


def test_an_empty_graph_has_an_empty_index() -> None:
    assert Index.of([]).find("a", 10) == []


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=101", f"q={'x' * 201}"])
def test_a_search_that_asks_too_much_is_refused(server: Server, query: str) -> None:
    assert server.send(f"api/search?{query}")[0] == 400
