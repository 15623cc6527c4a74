"""Records become quads: one claim a fact, one node a thing, nothing twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyoxigraph import Literal, NamedNode

from kg.catalog import known
from kg.graph import BASE
from kg.graph.network import networkx_graph
from kg.graph.rdf import PaperWriter
from kg.graph.vocabulary import KG, OA
from kg.link import Linker
from kg.query import rows
from kg.records import Entity, EntityType, Extraction, Fact, KgError, Result, Role, RunsOn
from tests.written import ABSTRACT, PREFIXES, entity, fig, graph_of, plum, record

LINKER = Linker(known())


def values(found: Extraction, predicate: str) -> list[str]:
    """The objects of a property of ours in the graph of one paper."""
    made = PaperWriter(found, LINKER, BASE).quads()
    objects = [quad.object for quad in made if quad.predicate.value == KG + predicate]
    return sorted(term.value for term in objects if isinstance(term, NamedNode | Literal))


def test_the_order_of_papers_does_not_matter() -> None:
    assert set(graph_of(plum(), fig())) == set(graph_of(fig(), plum()))


def test_no_triple_stands_in_two_graphs_under_any_base() -> None:
    store = graph_of(plum(), fig(), base="https://plum.example/kg/")
    assert len({quad.triple for quad in store}) == len(store)
    things = {node.value for quad in store for node in (quad.subject, quad.object) if isinstance(node, NamedNode)}
    assert not any(thing.startswith(BASE + "id/") for thing in things)


def test_two_names_of_one_device_make_one_claim_as_sure_as_the_surer() -> None:
    found = record(
        entities=(entity("e1", EntityType.HARDWARE, "A100", 0.4), entity("e2", EntityType.HARDWARE, "NVIDIA A100")),
        runs_on=(
            RunsOn(hardware="e1", score=0.4, span=(0, 9)),
            RunsOn(hardware="e2", score=0.7, span=(25, 45)),
        ),
    )
    query = (
        PREFIXES
        + "SELECT ?score (COUNT(?e) AS ?n) { ?c rdf:predicate kg:runsOn ; kg:evidence ?e ; "
        + ("itsrdf:taConfidence ?score } GROUP BY ?score")
    )
    assert [(row["score"].value, row["n"].value) for row in rows(graph_of(found), query)] == [("0.7", "2")]


def test_results_that_differ_in_bound_are_two() -> None:
    exact = Result(metric="plum rate", value=2.5, unit="x", evidence="2.5x", span=(0, 9))
    store = graph_of(record(results=(exact, exact.model_copy(update={"bound": "<="}))))
    assert len(list(rows(store, PREFIXES + "SELECT ?r { ?r a kg:Result }"))) == 2


def test_evidence_of_a_title_begins_with_its_first_letter() -> None:
    named = Entity(id="e1", type=EntityType.SYSTEM, name="PlumServe", mentions=("PlumServe",), spans=((0, 9),))
    (row,) = rows(graph_of(record(entities=(named,))), PREFIXES + "SELECT ?quote { ?x oa:exact ?quote }")
    assert row["quote"].value == "PlumServe: Serving Plums"


def test_evidence_quotes_the_text_at_its_offsets() -> None:
    text = plum().paper.text
    query = PREFIXES + "SELECT ?s ?e ?quote { ?x oa:start ?s ; oa:end ?e ; oa:exact ?quote }"
    quoted = [(int(r["s"].value), int(r["e"].value), r["quote"].value) for r in rows(graph_of(plum()), query)]
    assert quoted
    assert all(text[start:end] == quote for start, end, quote in quoted)


def test_a_run_names_its_count_and_its_sentence() -> None:
    query = PREFIXES + "SELECT ?n ?quote { ?c rdf:predicate kg:runsOn ; kg:count ?n ; kg:evidence/oa:exact ?quote }"
    (row,) = rows(graph_of(plum()), query)
    assert (row["n"].value, row["quote"].value) == ("8", ABSTRACT[22:])


def test_a_size_stands_on_the_model_and_in_a_claim() -> None:
    query = PREFIXES + "SELECT ?n { ?m kg:parameters ?n . ?c rdf:subject ?m ; rdf:object ?n ; kg:paper ?p }"
    assert [row["n"].value for row in rows(graph_of(plum()), query)] == ["7000000000"]


def test_the_words_of_a_metric_become_a_metric() -> None:
    query = PREFIXES + "SELECT ?label { ?r kg:metric ?m . ?m a kg:Metric ; skos:prefLabel ?label }"
    assert [row["label"].value for row in rows(graph_of(plum()), query)] == ["plum rate"]


def test_only_what_papers_reach_of_the_catalogue_is_there() -> None:
    query = PREFIXES + "SELECT DISTINCT ?h { ?h a kg:Hardware . FILTER NOT EXISTS { ?h a kg:HardwareKind } }"
    reached = {row["h"].value.removeprefix(f"{BASE}id/hardware/") for row in rows(graph_of(plum()), query)}
    assert reached == {"nvidia-a100", "nvidia-ampere"}  # the device of the paper, and the line that it is part of
    vendor = PREFIXES + "SELECT DISTINCT ?v { ?h kg:vendor/skos:prefLabel ?v }"
    assert [row["v"].value for row in rows(graph_of(plum()), vendor)] == ["NVIDIA"]


def test_a_device_has_its_figures_with_their_source() -> None:
    query = PREFIXES + "SELECT ?w { ?p kg:runsOn ?h . ?h kg:tdp ?w ; kg:peakThroughput ?t ; dcterms:source ?s }"
    assert [float(row["w"].value) for row in rows(graph_of(plum()), query)] == [400]


def test_a_device_that_the_catalogue_lacks_has_vendor_and_kind_of_its_product_line() -> None:
    xeon = entity("e1", EntityType.HARDWARE, "Intel Xeon Gold 9999")
    query = (
        PREFIXES
        + """SELECT ?line ?vendor ?kind { ?h skos:prefLabel "Intel Xeon Gold 9999" ;
        kg:partOf/skos:prefLabel ?line ; kg:vendor/skos:prefLabel ?vendor ; kg:kind/skos:prefLabel ?kind }"""
    )
    (row,) = rows(graph_of(record(entities=(xeon,))), query)
    assert [row[name].value for name in ("line", "vendor", "kind")] == ["Intel Xeon Gold", "Intel", "CPU"]


def test_code_is_told_from_other_addresses() -> None:
    assert values(plum(), "url") == ["https://github.com/plum/serve", "https://plum.example/"]
    assert values(plum(), "code") == ["https://github.com/plum/serve"]


@pytest.mark.parametrize("url", ["http://[::1", "http://a.b:port/x", "https://%zz/", "javascript://x%0aalert(1)", ""])
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert values(record(urls=(url, "https://plum.example/a b")), "url") == ["https://plum.example/a%20b"]


@given(some.text())
def test_no_text_for_an_address_breaks_the_graph(url: str) -> None:
    assert all(address.lower().startswith(("http", "ftp")) for address in values(record(urls=(url,)), "url"))


def test_a_record_that_refers_to_nothing_is_named() -> None:
    with pytest.raises(KgError, match=r"PlumServe: Serving Plums.*'e9'"):
        graph_of(record(facts=(Fact(role=Role.INTRODUCES, entity="e9"),)))


def test_selectors_are_those_of_web_annotation() -> None:
    predicates = {quad.predicate.value for quad in graph_of(plum())}
    assert {OA + "start", OA + "end", OA + "exact"} <= predicates


def test_the_networkx_view_has_roles_scores_and_sentences() -> None:
    graph = networkx_graph(graph_of(plum()))
    paper, device = f"{BASE}id/paper/2699.00001", f"{BASE}id/hardware/nvidia-a100"
    assert graph.nodes[paper] == {"type": "Paper", "label": "PlumServe: Serving Plums"}
    (run,) = [facts for facts in graph[paper][device].values() if facts["role"] == "runsOn"]
    assert run == {"role": "runsOn", "score": 0.8, "count": 8, "evidence": ABSTRACT[22:]}
