"""JSON-LD: the same triples as the graph, under names that a reader of JSON understands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.export.jsonld import write_jsonld
from kg.graph import BASE
from kg.graph.vocabulary import KG
from kg.resources import resource
from tests.written import ABSTRACT, CORRECTIONS, fig, graph_of, plum

PAPER = "kgid:paper/2699.00001"


def written(store: Store) -> Any:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "graph.jsonld"
        write_jsonld(store, path)
        return json.loads(path.read_text(encoding="utf8"))


def node(document: Any, kind: str) -> Any:
    """The first node of a class in the graph of ``plum``."""
    (graph,) = [graph for graph in document["@graph"] if graph["id"] == PAPER]
    return next(node for node in graph["@graph"] if kind in (node["type"], *node["type"]))


def keys(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        yield from document
        document = list(document.values())
    if isinstance(document, list):
        yield from (key for part in document for key in keys(part))


def expanded(document: Any) -> Store:
    """The quads of a document, by PyLD's expansion."""

    def term(part: dict[str, str]) -> NamedNode | Literal:
        if part["type"] == "IRI":
            return NamedNode(part["value"])
        if "language" in part:
            return Literal(part["value"], language=part["language"])
        return Literal(part["value"], datatype=NamedNode(part["datatype"]))

    store = Store()
    for graph, triples in jsonld.to_rdf(document).items():
        for triple in triples:
            subject, predicate = NamedNode(triple["subject"]["value"]), NamedNode(triple["predicate"]["value"])
            store.add(Quad(subject, predicate, term(triple["object"]), NamedNode(graph)))
    return store


def returned(object: NamedNode | Literal) -> Any:
    """What a graph of one triple has for its object after writing and expanding it."""
    store, paper = Store(), NamedNode(f"{BASE}id/paper/2699.00001")
    store.add(Quad(paper, NamedNode(KG + "url"), object, paper))
    (quad,) = expanded(written(store))
    return quad.object


def test_the_file_expands_to_the_triples_of_the_graph(store: Store) -> None:
    assert set(expanded(written(store))) == set(store)


def test_a_corrected_graph_has_short_names_too_and_comes_back() -> None:
    corrected = graph_of(plum(), corrections=CORRECTIONS)
    document = written(corrected)
    assert set(expanded(document)) == set(corrected)
    (graph,) = [graph for graph in document["@graph"] if graph["id"] == f"{BASE}graph/provenance"]
    assert sorted({key for key in keys(graph) if ":" in key}) == []
    assert [node["name"] for node in graph["@graph"] if "name" in node] == ["Ada Plum"]


def test_oxigraph_reads_the_same_quads(store: Store) -> None:
    text = json.dumps(written(store))
    assert set(parse(text, RdfFormat.JSON_LD)) == set(store)


@settings(deadline=None)
@given(some.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert returned(Literal(f"\\nabla {text}")) == Literal(f"\\nabla {text}")


@pytest.mark.parametrize(
    "address",
    [
        "https://w3id.org/paper-kg/id/10.1/a:b",
        "https://w3id.org/paper-kg/id/10.1/../x",
        "https://w3id.org/paper-kg/ontology#Paper",
        "https://w3id.org/paper-kg//a",
        "https://w3id.org",
        "https://kg:80/x?y=/../z#w",
        "ftp://plum.example/%20",
    ],
)
def test_any_address_comes_back_as_it_was(address: str) -> None:
    assert returned(NamedNode(address)) == NamedNode(address)


def test_a_graph_under_another_base_comes_back_too() -> None:
    store = graph_of(plum(), base="https://plum.example/kg/")
    assert set(expanded(written(store))) == set(store)


def test_a_paper_reads_like_ordinary_json() -> None:
    paper = node(written(graph_of(plum(), fig())), "Paper")
    assert (paper["id"], paper["title"], paper["arXivId"]) == (PAPER, "PlumServe: Serving Plums", "2699.00001")
    assert paper["introduces"] == ["kgid:system/plumserve"]
    assert paper["runsOn"] == ["kgid:hardware/nvidia-a100"]
    assert paper["code"] == ["https://github.com/plum/serve"]


def test_a_result_and_its_evidence_read_like_ordinary_json() -> None:
    document = written(graph_of(plum(), fig()))
    result, evidence = node(document, "Result"), node(document, "Evidence")
    assert (result["subject"], result["value"], result["unit"]) == ("kgid:system/plumserve", "2.5", "x")
    text = f"PlumServe: Serving Plums\n{ABSTRACT}"
    assert evidence["exact"] == text[evidence["start"] : evidence["end"]]


def test_a_count_is_a_number_and_a_predicate_a_name() -> None:
    (graph,) = [graph for graph in written(graph_of(plum()))["@graph"] if graph["id"] == PAPER]
    (run,) = [node for node in graph["@graph"] if node.get("predicate") == "runsOn"]
    assert (run["subject"], run["object"], run["count"]) == (PAPER, "kgid:hardware/nvidia-a100", 8)
    (size,) = [node for node in graph["@graph"] if node.get("predicate") == "parameters"]
    assert (size["subject"], size["value"]) == ("kgid:model/plum-7b", 7_000_000_000)


def test_every_key_is_a_short_name(store: Store) -> None:
    document = written(store)
    graphs = [graph for graph in document["@graph"] if graph["id"] != f"{BASE}graph/ontology"]
    assert sorted({key for key in keys(graphs) if ":" in key}) == []


def test_the_context_stands_in_the_file_and_names_no_other() -> None:
    context = json.loads((resource("ontology") / "context.jsonld").read_bytes())["@context"]
    assert written(graph_of(plum()))["@context"] == context
    assert "@import" not in context
    assert context["kgid"] == f"{BASE}id/"
