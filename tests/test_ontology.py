"""The ontology: documented term by term, OWL 2 DL, free of contradictions, and used as it is declared."""

from __future__ import annotations

import importlib.util
import io
import re
import shutil
import socket
from pathlib import Path

import owlready2
import owlrl
import pytest
from pyoxigraph import RdfFormat, Store, serialize
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from kg.catalog import known
from kg.graph.vocabulary import KG, XSD
from kg.resources import resource
from tests.conftest import ROOT
from tests.written import CORRECTIONS, fig, graph_of, plum

IRI = URIRef(KG.removesuffix("#"))
KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
CONTRADICTION = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
# https://www.w3.org/TR/owl2-syntax/#Datatype_Maps, less what no graph would use
NAMES = "string boolean integer nonNegativeInteger positiveInteger decimal double float dateTime dateTimeStamp anyURI"
DATATYPES = {RDFS.Literal, *(URIRef(XSD + name) for name in NAMES.split())}


def load(text: str = "") -> Graph:
    """The ontology, and statements of a test."""
    ontology = Graph().parse(resource("ontology") / "kg.ttl")
    return ontology.parse(data=f"@prefix kg: <{KG}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . {text}")


def triples(store: Store) -> Graph:
    written = io.BytesIO()
    serialize((quad.triple for quad in store), written, RdfFormat.N_TRIPLES)
    return Graph().parse(data=written.getvalue(), format="nt")


def own_terms(ontology: Graph) -> set[Node]:
    return {term for term in ontology.subjects(RDF.type) if str(term).startswith(KG)}


def properties(ontology: Graph) -> set[Node]:
    return {term for kind in KINDS for term in ontology.subjects(RDF.type, kind)}


def declared(ontology: Graph, term: Node) -> bool:
    """Whether the ontology, RDF, RDFS or OWL has a term."""
    return (term, RDF.type, None) in ontology or any(term in built_in for built_in in (RDF, RDFS, OWL))


def used(graph: Graph) -> set[Node]:
    """The properties and classes that a graph uses, and the properties that its statements are of."""
    return {*graph.predicates(), *graph.objects(None, RDF.type), *graph.objects(None, RDF.predicate)}


def test_the_ontology_names_its_version_and_licence() -> None:
    ontology = load()
    version = ontology.value(IRI, OWL.versionInfo)
    assert ontology.value(IRI, OWL.versionIRI) == URIRef(f"{IRI}/{version}")
    assert all(ontology.value(IRI, DCTERMS[name]) for name in ("title", "description", "creator", "license"))


def test_every_own_term_has_a_label_and_a_definition_and_a_property_its_domain_and_range() -> None:
    ontology = load()
    for term in own_terms(ontology):
        documented = [RDFS.label, SKOS.definition, RDFS.isDefinedBy]
        if term in properties(ontology):
            documented += [RDFS.domain, RDFS.range]
        for predicate in documented:
            assert len(list(ontology.objects(term, predicate))) == 1, (term, predicate)


def test_a_graph_and_the_catalogue_use_no_term_that_is_not_declared(store: Store) -> None:
    ontology, catalogue = load(), Store()
    catalogue.extend(known().quads)
    for graph in (triples(store), triples(catalogue), triples(graph_of(plum(), corrections=CORRECTIONS))):
        assert [term for term in used(graph) if not declared(ontology, term)] == []


def test_a_misspelt_term_is_not_declared() -> None:
    assert not declared(load(), URIRef(KG + "runOn"))
    assert not declared(load(), URIRef(f"{SKOS}altLabels"))


@pytest.mark.parametrize("path", sorted((ROOT / "queries").glob("*.rq")), ids=lambda path: path.stem)
def test_a_query_uses_no_term_that_is_not_declared(path: Path) -> None:
    ontology, text = load(), path.read_text(encoding="utf8")
    prefixes = dict(re.findall(r"^PREFIX (\w+): <([^>]+)>$", text, re.MULTILINE))
    names = re.findall(rf"(?<![\w?]){'|'.join(prefixes).join(('(', ')'))}:(\w+)", text)
    assert names
    terms = [URIRef(prefixes[prefix] + name) for prefix, name in names]
    assert [term for term in terms if not declared(ontology, term) and not term.startswith(XSD)] == []


def test_shapes_use_no_term_that_is_not_declared_and_cover_every_own_class() -> None:
    ontology, shapes = load(), Graph().parse(resource("ontology") / "shapes.ttl")
    sh = "http://www.w3.org/ns/shacl#"
    targets = set(shapes.objects(None, URIRef(sh + "targetClass")))
    classes = set(shapes.objects(None, URIRef(sh + "class")))
    paths = {path for path in shapes.objects(None, URIRef(sh + "path")) if isinstance(path, URIRef)}
    assert [term for term in targets | classes | paths if not declared(ontology, term)] == []
    values = {
        kind for term in ontology.subjects(RDF.type, OWL.NamedIndividual) for kind in ontology.objects(term, RDF.type)
    }
    for term in (own_terms(ontology) & set(ontology.subjects(RDF.type, OWL.Class))) - values:
        assert targets & set(ontology.transitive_objects(term, RDFS.subClassOf)), term


def misfits(ontology: Graph) -> set[Node]:
    """The terms that break the rules of OWL 2 DL on declarations.

    A property is of one kind, an axiom names only what is declared, no term of RDF, RDFS or OWL is taken for a class
    (but owl:Thing) or property, and a range is of the datatypes that reasoners know
    (https://www.w3.org/TR/owl2-syntax/#Global_Restrictions_on_Axioms_in_OWL_2_DL and section 5.8).
    """
    kinds = {term: KINDS & set(ontology.objects(term, RDF.type)) for term in properties(ontology)}
    classes = {*ontology.subjects(RDF.type, OWL.Class), OWL.Thing}
    data = {term for term in kinds if kinds[term] == {OWL.DatatypeProperty}}
    found = {term for term in kinds if len(kinds[term]) > 1} | (set(kinds) & classes)
    for predicate, subjects, objects in (
        (RDFS.subClassOf, classes, classes),
        (OWL.disjointWith, classes, classes),
        (RDFS.domain, set(kinds), classes),
        (RDFS.range, set(kinds), classes | DATATYPES),
        (RDFS.subPropertyOf, set(kinds), set(kinds)),
        (OWL.inverseOf, set(kinds) - data, set(kinds) - data),
    ):
        for subject, object in ontology.subject_objects(predicate):
            found |= {subject} - subjects | {object} - objects
    for term, range in ontology.subject_objects(RDFS.range):
        if (range in DATATYPES) != (term in data):
            found.add(term)
    return found | {term for term in ontology.predicates() if not declared(ontology, term)}


def test_the_ontology_keeps_to_owl_2_dl() -> None:
    assert misfits(load()) == set()


@pytest.mark.parametrize(
    ("text", "misfit"),
    [
        ("kg:value a owl:ObjectProperty .", "value"),
        ("kg:Model rdfs:subClassOf kg:Modle .", "Modle"),
        ("kg:memory rdfs:range kg:Paper .", "memory"),
        ("kg:Model kg:likes kg:Paper .", "likes"),
    ],
)
def test_what_is_not_owl_2_dl_is_found(text: str, misfit: str) -> None:
    assert URIRef(KG + misfit) in misfits(load(text))


def contradictions(graph: Graph) -> list[str]:
    """What the OWL 2 RL rules find wrong, by a reasoner in Python."""
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return [str(message) for message in graph.objects(None, CONTRADICTION)]


def test_a_graph_contradicts_nothing_that_the_ontology_says() -> None:
    assert contradictions(triples(graph_of(plum(), fig(), corrections=CORRECTIONS))) == []


def test_every_class_can_have_a_member() -> None:
    ontology = load()
    for number, term in enumerate(ontology.subjects(RDF.type, OWL.Class)):
        ontology.add((URIRef(f"https://plum.example/{number}"), RDF.type, term))
    assert contradictions(ontology) == []


@pytest.mark.parametrize(
    "text",
    [
        "<x:plum> a kg:Model, kg:Dataset .",
        "<x:plum> kg:runsOn <x:fig> . <x:fig> a kg:Task .",
        "<x:plum> kg:mentions <x:fig> . <x:fig> kg:mentions <x:plum> .",
    ],
)
def test_a_graph_that_contradicts_the_ontology_is_found_out(text: str) -> None:
    assert contradictions(load(text)) != []


def of_owlready(graph: Graph) -> owlready2.Ontology:
    world = owlready2.World()
    written = io.BytesIO(graph.serialize(format="nt", encoding="utf-8"))
    return world.get_ontology(str(IRI)).load(fileobj=written, format="ntriples")


def test_another_owl_library_reads_the_same_terms() -> None:
    read = of_owlready(load())
    found = {entity.iri for entity in (*read.classes(), *read.properties(), *read.individuals())}
    assert {str(term) for term in own_terms(load())} <= found
    assert str(IRI) == read.base_iri.rstrip("#")


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, which is not installed")
@pytest.mark.parametrize(
    ("text", "consistent"),
    [("", True), ("<x:plum> a kg:Paper, kg:Metric .", False), ("<x:plum> kg:value 1.5, 2.5 .", False)],
)
def test_hermit_agrees(text: str, consistent: bool) -> None:
    world = of_owlready(triples(graph_of(plum(), fig())) + load(text)).world
    try:
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    except owlready2.OwlReadyInconsistentOntologyError:
        assert not consistent
    else:
        assert consistent
        assert list(world.inconsistent_classes()) == []


def test_the_page_of_the_ontology_has_every_own_term_and_fetches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("ontology_page", ROOT / "docs" / "ontology.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    def refuse(*_: object) -> None:
        raise AssertionError("the page is made without a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    script.write_page(tmp_path / "ontology.html")
    page = (tmp_path / "ontology.html").read_text(encoding="utf8")
    values = set(load().subjects(RDF.type, OWL.NamedIndividual))  # told by the definitions of their properties
    for term in own_terms(load()) - values:
        assert page.count(f'id="{str(term).removeprefix(KG)}"') == 1, term
    fetched = re.findall(
        r"""<(?:script|img|iframe|object)\b[^>]*\bsrc=|<link[^>]*\bhref="(?!data:)|@import|url\(""", page
    )
    assert fetched == []
    assert [path.name for path in tmp_path.iterdir()] == ["ontology.html"]
