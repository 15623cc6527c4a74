"""Files for other tools: whole, equal to the graph, and readable whatever the text."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import networkx as nx
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

from kg.export import WRITERS, export, write_whole
from kg.records import EntityType, Fact, KgError, Role
from tests.written import entity, fig, graph_of, plum, record

STRING = "http://www.w3.org/2001/XMLSchema#string"
LANGUAGE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
Row = tuple[str, str, str, str, str]


def of_store(store: Store) -> set[Row]:
    found = set()
    for s, p, o, g in store:
        assert isinstance(s, NamedNode)
        assert isinstance(o, NamedNode | Literal)
        assert isinstance(g, NamedNode)
        found.add((s.value, p.value, o.value, o.datatype.value if isinstance(o, Literal) else "", g.value))
    return found


def of_rdflib(dataset: rdflib.Dataset) -> set[Row]:
    found = set()
    for s, p, o, g in dataset.quads():
        kind = ""
        if isinstance(o, rdflib.Literal):
            kind = LANGUAGE if o.language else str(o.datatype or STRING)
        found.add((str(s), str(p), str(o), kind, str(g)))
    return found


@pytest.mark.parametrize(("format", "name"), [("jsonld", "json-ld"), ("trig", "trig"), ("nq", "nquads")])
def test_rdflib_reads_every_quad_as_it_is_in_the_store(tmp_path: Path, format: str, name: str) -> None:
    store = graph_of(plum(), fig())
    (path,) = export(store, [format], tmp_path)
    dataset = rdflib.Dataset()
    dataset.parse(path, format=name)
    assert of_rdflib(dataset) == of_store(store)


@pytest.mark.parametrize("format", [format for format in WRITERS if format != "html"])
def test_a_file_is_the_same_for_any_order_of_papers(tmp_path: Path, format: str) -> None:
    (one,) = export(graph_of(plum(), fig()), [format], tmp_path / "one")
    (two,) = export(graph_of(fig(), plum()), [format], tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()


def test_nquads_are_sorted(tmp_path: Path) -> None:
    (path,) = export(graph_of(plum()), ["nq"], tmp_path)
    lines = path.read_bytes().splitlines()
    assert lines == sorted(lines)


def test_text_that_xml_cannot_hold_is_replaced_in_xml_alone(tmp_path: Path) -> None:
    odd = "Plum \ufffe \uffff ]]> </b> & \U0001f351"
    found = record(
        odd, odd, entities=(entity("e1", EntityType.MODEL, odd),), facts=(Fact(role=Role.INTRODUCES, entity="e1"),)
    )
    store = graph_of(found)
    rdfxml, graphml, turtle = export(store, ["rdfxml", "graphml", "ttl"], tmp_path)
    for path in (rdfxml, graphml):
        text = "".join(ElementTree.parse(path).getroot().itertext())
        assert "Plum \ufffd \ufffd ]]> </b> & \U0001f351" in text
    assert len(rdflib.Graph().parse(rdfxml, format="xml")) == len(store)
    assert {quad.triple for quad in parse(path=str(turtle), format=RdfFormat.TURTLE)} == {q.triple for q in store}


def test_graphml_keeps_what_the_edges_say(tmp_path: Path) -> None:
    (path,) = export(graph_of(plum()), ["graphml"], tmp_path)
    edges = [facts for *_, facts in nx.read_graphml(path, force_multigraph=True).edges(data=True)]
    (run,) = [facts for facts in edges if facts["role"] == "runsOn"]
    assert (run["score"], run["count"]) == (0.8, 8)


def test_an_empty_graph_is_written_in_every_format(tmp_path: Path) -> None:
    assert len(export(Store(), list(WRITERS), tmp_path)) == len(WRITERS)


def test_a_file_that_could_not_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "graph.ttl"
    target.write_text("old", encoding="utf8")

    def half(path: Path) -> None:
        path.write_text("ha", encoding="utf8")
        raise OSError(28, "No space left on device")

    with pytest.raises(KgError, match=r"graph\.ttl.*No space left"):
        write_whole(target, half)
    assert [path.name for path in tmp_path.iterdir()] == ["graph.ttl"]
    assert target.read_text(encoding="utf8") == "old"


def test_a_file_below_a_file_cannot_be_written_and_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "plums").write_text("plums")
    with pytest.raises(KgError, match="cannot be written"):
        export(Store(), ["ttl"], tmp_path / "plums" / "graph")
    assert (tmp_path / "plums").read_text() == "plums"
