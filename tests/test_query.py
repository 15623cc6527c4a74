"""Questions: names resolved to nodes, answers in a fixed order and in every format."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Store

from kg.graph import BASE
from kg.query import NamedQuery, Table, answer, bind, find_node, find_query, load_query, named_queries
from kg.records import Entity, EntityType, KgError, Size
from kg.show import show
from kg.stats import stats
from tests.conftest import values_of_example
from tests.written import PREFIXES, entity, fig, graph_of, plum, record


@pytest.fixture(scope="module")
def both() -> Store:
    """The graph of two papers."""
    return graph_of(plum(), fig())


def sparql(text: str) -> NamedQuery:
    return NamedQuery("test", "", "", (), "", PREFIXES + text)


@pytest.fixture(scope="module")
def reverse(store: Store) -> Store:
    """The graph of the examples, its last quad first."""
    other = Store()
    for quad in sorted(store, key=str, reverse=True):
        other.add(quad)
    return other


@pytest.mark.parametrize("query", list(named_queries()), ids=lambda query: query.name)
def test_the_example_of_a_query_has_one_answer_however_the_graph_was_loaded(
    store: Store, reverse: Store, query: NamedQuery
) -> None:
    told = answer(store, query, values_of_example(query), "table")
    assert isinstance(told, Table)
    assert told.rows
    assert answer(reverse, query, values_of_example(query), "table") == told


@pytest.mark.parametrize("query", list(named_queries()), ids=lambda query: query.name)
def test_a_query_says_what_it_is_for_and_how_to_ask_it(query: NamedQuery) -> None:
    assert query.title
    assert query.description
    assert query.example.startswith(f"kg query {query.name}")
    assert all(p.name in query.example or p.default for p in query.parameters)


@pytest.mark.parametrize(
    ("name", "kind", "iri"),
    [
        ("plumserve", "Entity", "id/system/plumserve"),
        ("PlumServe: Serving Plums", "Any", "id/paper/2699.00001"),
        ("PlumServe: Serv", "Paper", "id/paper/2699.00001"),
        ("PlumServe", "Any", "id/system/plumserve"),
        ("NVIDIA", "Any", "id/organization/nvidia"),
        ("A100", "Hardware", "id/hardware/nvidia-a100"),
        ("gpu", "Hardware", "id/hardware/gpu"),
        ("2699.00001", "Paper", "id/paper/2699.00001"),
        ("arXiv:2699.00001v2", "Any", "id/paper/2699.00001"),
    ],
)
def test_a_name_finds_its_node(both: Store, name: str, kind: str, iri: str) -> None:
    assert find_node(both, name, kind).value == BASE + iri


def test_a_device_is_found_without_its_vendor_where_no_other_is_named_so() -> None:
    devices = [entity(f"e{n}", EntityType.HARDWARE, name) for n, name in enumerate(["Plum X9", "Pear Y1", "Fig Y1"])]
    store = graph_of(record(entities=tuple(devices)))
    assert find_node(store, "x9", "Hardware") == find_node(store, "Plum X9")
    with pytest.raises(KgError, match="no hardware named 'Y1'"):
        find_node(store, "Y1", "Hardware")


def test_what_is_called_so_goes_before_what_is_called_so_too() -> None:
    dataset = Entity(id="e1", type=EntityType.DATASET, name="PlumCoderData", mentions=("PlumCoder",), score=1.0)
    store = graph_of(record(entities=(dataset, entity("e2", EntityType.MODEL, "PlumCoder"))))
    assert find_node(store, "plumcoder").value == BASE + "id/model/plumcoder"
    assert find_node(store, "PlumCoder", "Dataset").value == BASE + "id/dataset/plumcoderdata"


def test_of_two_things_called_alike_the_one_is_meant_that_more_papers_mention() -> None:
    def spelt(id: str, name: str) -> Entity:
        return Entity(id=id, type=EntityType.METHOD, name=name, mentions=("PFT", name), score=1.0)

    twice = [record(title=f"Plums {n}", entities=(spelt("e1", "pruned plum tuning"),)) for n in range(2)]
    store = graph_of(record(entities=(spelt("e1", "early plum tuning"),)), *twice)
    assert find_node(store, "PFT").value == BASE + "id/method/pruned-plum-tuning"


def test_numbers_that_stand_apart_are_not_joined() -> None:
    store = graph_of(record(entities=(entity("e1", EntityType.MODEL, "Plum-2-7B"),)))
    assert find_node(store, "plum2 7b").value == find_node(store, "Plum 2-7B").value
    with pytest.raises(KgError, match="did you mean 'Plum-2-7B'"):
        find_node(store, "Plum-27B")


def test_what_is_no_iri_is_told_so(both: Store) -> None:
    with pytest.raises(KgError, match="no IRI"):
        find_node(both, "http://<>")


def test_a_paper_is_shown_by_its_title(both: Store) -> None:
    shown = show(both, "PlumServe: Serving Plums")
    assert ("introduces PlumServe (0.90)", "We present PlumServe.") in [(what, quote) for what, _, quote in shown.facts]
    assert [what for what, *_ in shown.results] == ["PlumServe: plum rate <= 2.5 x against PearServe (1.00)"]


def test_a_paper_is_shown_with_whose_size_it_tells_and_all_that_it_mentions() -> None:
    paper = record(
        entities=(entity("e1", EntityType.MODEL, "Plum"), entity("e2", EntityType.DATASET, "FigBench")),
        sizes=(Size(entity="e1", parameters=7_000_000_000),),
    )
    shown = show(graph_of(paper), "PlumServe: Serving Plums")
    assert ("mentions", "FigBench, Plum") in shown.particulars
    assert [what.split(" (")[0] for what, *_ in shown.facts] == ["Plum: parameters 7000000000"]


def test_stats_count_what_papers_ran_on(both: Store) -> None:
    assert stats(both)["most run on (papers)"] == [("NVIDIA A100", 1), ("NVIDIA H100", 1)]


def test_an_unknown_parameter_is_named_with_those_there_are(both: Store) -> None:
    with pytest.raises(KgError, match="no parameter 'device'; it takes 'hardware'"):
        bind(both, find_query("hardware-papers"), {"device": "A100"})


def test_a_malformed_parameter_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.rq").write_text("# parameter: just words\nASK {}", encoding="utf8")
    with pytest.raises(KgError, match=r"bad\.rq.*parameter line"):
        load_query(tmp_path / "bad.rq")
    with pytest.raises(KgError, match=r"nowhere\.rq"):
        load_query(tmp_path / "nowhere.rq")


def test_a_file_that_does_not_end_as_queries_do_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "plums.txt").write_text("ASK {}")
    with pytest.raises(KgError, match=r"must end in \.rq"):
        find_query(str(tmp_path / "plums.txt"))
    with pytest.raises(KgError, match=r"none\.rq: cannot be read \(No such file or directory\)$"):
        find_query(str(tmp_path / "none.rq"))


def test_rows_come_in_every_standard_format(both: Store) -> None:
    query = sparql("SELECT ?n { ?c kg:count ?n }")
    found = {format: answer(both, query, {}, format) for format in ("csv", "tsv", "json", "xml")}
    assert all(isinstance(text, bytes) for text in found.values())
    texts = {format: bytes(text).decode() for format, text in found.items()}
    assert list(csv.reader(texts["csv"].splitlines())) == [["n"], ["8"]]
    assert texts["tsv"].splitlines() == ["?n", "8"]
    assert json.loads(texts["json"])["results"]["bindings"][0]["n"]["value"] == "8"
    assert "8" in ElementTree.fromstring(texts["xml"]).itertext()


def test_a_yes_or_no_question_is_answered(both: Store) -> None:
    assert answer(both, sparql("ASK { ?c kg:count 8 }"), {}, "table") == Table(("answer",), (("yes",),))
    assert answer(both, sparql("ASK { ?c kg:count 9 }"), {}, "csv") == b"false\n"


def test_triples_come_as_turtle_and_no_other_way(both: Store) -> None:
    query = sparql("CONSTRUCT { ?p kg:runsOn ?h } WHERE { ?p kg:runsOn ?h }")
    turtle = answer(both, query, {}, "ttl")
    assert isinstance(turtle, bytes)
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == 2
    with pytest.raises(KgError, match="ttl or nt"):
        answer(both, query, {}, "csv")
    with pytest.raises(KgError, match="table, csv"):
        answer(both, sparql("ASK {}"), {}, "nt")
