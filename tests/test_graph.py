"""The graph: its facts, queries, files, page and shapes, on the example papers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import networkx as nx
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

import kg
from kg.catalog import known
from kg.export import export
from kg.graph import BASE, entity_iri
from kg.graph.network import networkx_graph
from kg.graph.vocabulary import KG
from kg.link import Linker
from kg.names import slug
from kg.query import NamedQuery, Table, answer, find_node, find_query
from kg.records import Entity, EntityType, KgError
from kg.show import show
from kg.stats import stats
from kg.validate import validate
from kg.view import write_page


def ask(store: Store, text: str, **values: str) -> Table:
    query = find_query(text) if "{" not in text else NamedQuery("test", "", "", (), "", text)
    result = answer(store, query, values, "table")
    assert isinstance(result, Table)
    return result


def test_a_query_names_hardware_however_it_is_spelt(store: Store) -> None:
    assert ask(store, "hardware-papers", hardware="a100-40g") == ask(store, "hardware-papers", hardware="NVIDIA A100")


def test_what_builds_on_a_thing_is_found_at_any_depth(store: Store) -> None:
    introduced = {row[0] for row in ask(store, "builds-on", thing="TideServe").rows}
    assert {"EbbFlow", "Winnow"} <= introduced


def test_a_missing_parameter_is_named_with_an_example(store: Store) -> None:
    with pytest.raises(KgError, match=r"'hardware'.*kg query hardware-papers -p hardware=A100"):
        ask(store, "hardware-papers")


def test_an_unknown_name_offers_the_nearest(store: Store) -> None:
    with pytest.raises(KgError, match="TideServe"):
        ask(store, "beats", baseline="TideServr")
    with pytest.raises(KgError, match="hardware-papers"):
        find_query("hardware-paper")


def test_a_number_parameter_must_be_a_number(store: Store) -> None:
    with pytest.raises(KgError, match="number"):
        ask(store, "devices-more-than", hardware="TPU", count="many")


def test_wrong_sparql_is_told_with_line_and_column(store: Store) -> None:
    with pytest.raises(KgError, match="line 2, column"):
        ask(store, "SELECT *\nWHER { ?s ?p ?o }")


def test_a_value_cannot_change_the_query(store: Store) -> None:
    with pytest.raises(KgError, match="no hardware named"):
        ask(store, "hardware-papers", hardware='x" } ; DROP ALL #')


def test_a_query_that_takes_too_long_is_given_up(store: Store) -> None:
    query = NamedQuery("slow", "", "", (), "", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    with pytest.raises(KgError, match="longer than"):
        answer(store, query, {}, "json", timeout=0.2)


def test_json_results_follow_the_standard(example_graph: Path) -> None:
    results = kg.open(example_graph).query("hardware-usage")
    assert set(results) == {"head", "results"}
    assert {"papers", "hardware"} == set(results["results"]["bindings"][0])


def test_rdflib_sees_the_same_graph(example_graph: Path) -> None:
    graph = kg.open(example_graph)
    assert len(list(graph.rdf().quads())) == len(graph.store)


def test_no_triple_stands_in_two_graphs_and_none_is_blank(store: Store) -> None:
    assert len({quad.triple for quad in store}) == len(store)
    assert "_:" not in "".join(f"{quad.subject} " for quad in store)


def test_every_fact_has_a_sentence(store: Store) -> None:
    without = (
        "SELECT ?c { ?c a ?t VALUES ?t { kg:Statement kg:Result } FILTER NOT EXISTS { ?c kg:evidence/oa:exact ?e } }"
    )
    prefixes = f"PREFIX kg: <{KG}> PREFIX oa: <http://www.w3.org/ns/oa#> "
    assert ask(store, prefixes + without).rows == ()


def test_the_example_graph_keeps_to_its_shapes(store: Store) -> None:
    assert validate(store) == []


def damaged(store: Store, predicate: str, kind: str) -> tuple[Store, str]:
    """A copy of a graph in which one node of a class has lost a property, and that node."""
    copy = Store()
    copy.extend(store)
    typed = next(
        copy.quads_for_pattern(None, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode(KG + kind))
    )
    for quad in list(copy.quads_for_pattern(typed.subject, NamedNode(predicate), None)):
        copy.remove(quad)
    return copy, typed.subject.value


@pytest.mark.parametrize(
    ("predicate", "kind", "message"),
    [(KG + "value", "Result", "value"), ("http://purl.org/dc/terms/title", "Paper", "title")],
)
def test_a_damaged_graph_fails_with_the_node_named(store: Store, predicate: str, kind: str, message: str) -> None:
    broken, node = damaged(store, predicate, kind)
    assert [(v.node, message in v.message) for v in validate(broken)] == [(node, True)]


def test_exports_hold_the_same_triples_as_the_store(store: Store, tmp_path: Path) -> None:
    files = export(store, ["ttl", "nt", "rdfxml"], tmp_path)
    formats = [RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML]
    counts = [sum(1 for _ in parse(path=str(path), format=f)) for path, f in zip(files, formats, strict=True)]
    assert counts == [len(store)] * 3


@pytest.mark.skipif(shutil.which("rapper") is None, reason="rapper (raptor2-utils) is not installed")
def test_rapper_counts_the_same_triples(store: Store, tmp_path: Path) -> None:
    for format, name in (("ttl", "turtle"), ("nt", "ntriples"), ("rdfxml", "rdfxml")):
        (path,) = export(store, [format], tmp_path)
        done = subprocess.run(["rapper", "-c", "-i", name, str(path)], capture_output=True, text=True, check=True)
        assert f"{len(store)} triples" in done.stderr


@pytest.mark.parametrize("format", ["jsonld", "trig"])
def test_rdflib_reads_the_same_dataset(store: Store, tmp_path: Path, format: str) -> None:
    (path,) = export(store, [format], tmp_path)
    dataset = rdflib.Dataset()
    dataset.parse(path, format={"jsonld": "json-ld"}.get(format, format))
    graphs = {str(quad.graph_name.value) for quad in store if isinstance(quad.graph_name, NamedNode)}
    assert sum(1 for _ in dataset.quads()) == len(store)
    assert {str(g.identifier) for g in dataset.graphs() if len(g)} == graphs


def test_networkx_reads_the_graphml_back(store: Store, tmp_path: Path) -> None:
    (path,) = export(store, ["graphml"], tmp_path)
    again, graph = nx.read_graphml(path, force_multigraph=True), networkx_graph(store)
    assert (set(again.nodes), again.number_of_edges()) == (set(graph.nodes), graph.number_of_edges())


def test_an_unknown_export_format_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(KgError, match="docx"):
        export(store, ["docx"], tmp_path)


def test_a_page_holds_no_address_but_the_links_of_papers(store: Store, tmp_path: Path) -> None:
    write_page(store, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf8")
    links = {link.rstrip(".,;)") for link in re.findall(r"https?://[^\"'\s\\<>]+", page)}
    given = {quad.object.value for quad in store.quads_for_pattern(None, NamedNode(KG + "url"), None)}
    assert links
    assert all(link in given or link.startswith(("https://arxiv.org/abs/", "https://doi.org/")) for link in links)
    assert not re.search(r"<(?:link|img|iframe)\b|\ssrc=", page.split("<script>")[0])


def test_a_page_shows_hostile_titles_as_text(tmp_path: Path) -> None:
    title = "</script><img src=x onerror=alert(1)>"
    store = Store()
    paper, thing, graph = NamedNode("http://x/p"), NamedNode("http://x/t"), NamedNode("http://x/p")
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    facts = [
        (paper, rdf + "type", NamedNode(KG + "Paper")),
        (paper, "http://purl.org/dc/terms/title", Literal(title)),
        (paper, KG + "mentions", thing),
        (thing, rdf + "type", NamedNode(KG + "Model")),
        (thing, "http://www.w3.org/2004/02/skos/core#prefLabel", Literal(title)),
        (NamedNode("http://x/s"), rdf + "type", NamedNode(KG + "Statement")),
        (NamedNode("http://x/s"), rdf + "subject", paper),
        (NamedNode("http://x/s"), rdf + "predicate", NamedNode(KG + "introduces")),
        (NamedNode("http://x/s"), rdf + "object", thing),
        (
            NamedNode("http://x/s"),
            "http://www.w3.org/2005/11/its/rdf#taConfidence",
            Literal("0.5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
        ),
    ]
    store.extend(Quad(s, NamedNode(p), o, graph) for s, p, o in facts)
    write_page(store, tmp_path / "page.html", focus=title)
    page = (tmp_path / "page.html").read_text(encoding="utf8")
    assert "<img" not in page
    assert page.count("</script>") == 2


def test_showing_a_thing_gives_each_fact_with_its_sentence(store: Store) -> None:
    shown = show(store, "TideServe")
    assert shown.iri == f"{BASE}id/system/tideserve"
    assert any(what.startswith("introduces") and "TideServe" in evidence for what, _, evidence in shown.facts)
    assert all(evidence for _, _, evidence in (*shown.facts, *shown.results))


def test_showing_an_unknown_thing_offers_the_nearest(store: Store) -> None:
    with pytest.raises(KgError, match="did you mean"):
        show(store, "TideServr")


def test_sparql_in_place_of_a_querys_name_is_told_where_to_go() -> None:
    with pytest.raises(KgError, match=r"standard input"):
        find_query("SELECT * { ?s ?p ?o }")


def test_stats_count_the_papers(store: Store) -> None:
    assert dict(stats(store)["graph"])["papers"] == 25


def test_the_catalogue_is_as_large_as_promised_and_its_iris_follow_the_names() -> None:
    catalog = known()
    hardware = [entry for entry in catalog if entry.type is EntityType.HARDWARE]
    assert len(hardware) >= 120
    assert len(catalog) >= 1000
    for entry in catalog:
        assert entry.iri == entity_iri(BASE, entry.type, slug(entry.type, entry.name)).value


@pytest.mark.parametrize(
    ("kind", "spelling", "name"),
    [
        (EntityType.HARDWARE, "A100-80G-SXM4", "nvidia-a100"),
        (EntityType.HARDWARE, "4090", "nvidia-geforce-rtx-4090"),
        (EntityType.MODEL, "Llama-2 7B", "llama-2-7b"),
        (EntityType.MODEL, "LLaMA2-7B", "llama-2-7b"),
    ],
)
def test_spellings_of_one_thing_meet_in_one_node(kind: EntityType, spelling: str, name: str) -> None:
    from kg.extract.hardware import device_name

    canonical = device_name(known(), spelling) if kind is EntityType.HARDWARE else spelling
    entity = Entity(id="e1", type=kind, name=canonical, mentions=(spelling,))
    assert Linker(known()).canonical(entity).slug == name


def test_a_name_is_found_by_its_iri(store: Store) -> None:
    assert find_node(store, f"{BASE}id/hardware/nvidia-a100").value.endswith("nvidia-a100")
