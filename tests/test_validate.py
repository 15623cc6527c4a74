"""Shapes: a sound graph passes, and every kind of damage names the damaged node."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store
from rdflib import Graph
from rdflib.namespace import SH

from kg.graph import BASE
from kg.graph.vocabulary import DCTERMS, KG, OA, RDF, SKOS, XSD, graph_iri
from kg.records import EntityType
from kg.resources import resource
from kg.validate import Violation, validate
from tests.written import CORRECTIONS, entity, fig, graph_of, plum, record

PAPER = NamedNode(f"{BASE}id/paper/2699.00001")
DEVICE = NamedNode(f"{BASE}id/hardware/nvidia-a100")
SYSTEM = NamedNode(f"{BASE}id/system/plumserve")
ONTOLOGY = graph_iri(BASE, "ontology")
SHAPES = Graph().parse(resource("ontology") / "shapes.ttl")
PATHS = [NamedNode(str(path)) for path in SHAPES.objects(None, SH.path)]
Damage = Callable[[Store], NamedNode]


def one(store: Store, kind: str) -> NamedNode:
    """The first node of a class, by IRI."""
    typed = store.quads_for_pattern(None, NamedNode(RDF + "type"), NamedNode(KG + kind))
    return min((quad.subject for quad in typed if isinstance(quad.subject, NamedNode)), key=str)


def without(kind: str, predicate: str) -> Damage:
    """Takes a property from a node of a class."""

    def damage(store: Store) -> NamedNode:
        node = one(store, kind)
        for quad in list(store.quads_for_pattern(node, NamedNode(predicate), None)):
            store.remove(quad)
        return node

    return damage


def also(node: NamedNode | str, predicate: str, object: NamedNode | Literal) -> Damage:
    """Says one thing more of a node, or of a node of a class."""

    def damage(store: Store) -> NamedNode:
        target = one(store, node) if isinstance(node, str) else node
        store.add(Quad(target, NamedNode(predicate), object, PAPER))
        return target

    return damage


def test_the_graph_of_sound_records_has_no_violation() -> None:
    assert validate(graph_of(plum(), fig(), corrections=CORRECTIONS)) == []


@pytest.mark.parametrize(
    ("damage", "path", "message"),
    [
        (without("Result", KG + "value"), KG + "value", "A result has exactly one value: write kg:value as a decimal"),
        (without("Result", KG + "metric"), KG + "metric", "A result has exactly one metric: point kg:metric to"),
        (without("Paper", DCTERMS + "title"), DCTERMS + "title", "A paper has exactly one title, with text in it: add"),
        (without("Statement", RDF + "object"), RDF + "object", "A statement has exactly one object: add"),
        (without("Evidence", OA + "exact"), OA + "exact", "Evidence has its words exactly once: copy them"),
        (without("Organization", SKOS + "prefLabel"), SKOS + "prefLabel", "An organization has exactly one preferred"),
        (also(SYSTEM, SKOS + "prefLabel", Literal("Plum")), SKOS + "prefLabel", "A thing has exactly one preferred"),
        (also(SYSTEM, RDF + "type", NamedNode(KG + "Model")), RDF + "type", "A thing is exactly one of kg:Model, "),
        (also("Result", KG + "bound", Literal("<")), KG + "bound", "A result has exactly one bound: write kg:bound as"),
        (also(PAPER, KG + "runsOn", SYSTEM), KG + "runsOn", "A paper runs on hardware: point kg:runsOn to a kg:Hardw"),
        (also("Result", KG + "baseline", PAPER), KG + "baseline", "A result is set against at most one thing: point"),
        (
            also("Result", KG + "quantityUnit", Literal("x")),
            KG + "quantityUnit",
            "A result has at most one QUDT unit: ",
        ),
        (also(DEVICE, KG + "year", Literal("soon")), KG + "year", "A year of release is one xsd:gYear: write kg:year"),
        (
            also("Statement", KG + "count", Literal("0", datatype=NamedNode(XSD + "integer"))),
            KG + "count",
            "A count of devices is one whole number above zero: correct",
        ),
    ],
)
def test_damage_names_the_node_the_property_and_what_is_asked(damage: Damage, path: str, message: str) -> None:
    store = graph_of(plum())
    node = damage(store)
    violations = validate(store)
    assert violations
    assert {(v.node, v.path) for v in violations} == {(node.value, path)}
    assert all(isinstance(v, Violation) and v.message.startswith(message) for v in violations)


def emptied(store: Store) -> Store:
    """The graph with nothing said of its nodes but their types."""
    bare = Store()
    bare.extend(quad for quad in store if quad.predicate.value == RDF + "type" or quad.graph_name == ONTOLOGY)
    return bare


def filled(store: Store, value: Literal | NamedNode) -> Store:
    """The graph with one value more for every property of a shape on every node."""
    for node in {quad.subject for quad in store if quad.graph_name != ONTOLOGY}:
        for path in PATHS:
            store.add(Quad(node, path, value, PAPER))
    return store


def unsourced() -> Store:
    """A graph with a figure that nobody stands for."""
    store = graph_of(record(entities=(entity("e1", EntityType.HARDWARE, "Plum 9000"),)))
    plum_9000 = NamedNode(f"{BASE}id/hardware/plum-9000")
    store.add(Quad(plum_9000, NamedNode(KG + "memory"), Literal("80.0", datatype=NamedNode(XSD + "decimal")), PAPER))
    return store


def test_every_shape_is_broken_by_some_damage() -> None:
    asked = {str(message) for message in SHAPES.objects(None, SH.message)}
    broken = [
        emptied(graph_of(plum(), corrections=CORRECTIONS)),
        filled(graph_of(plum(), corrections=CORRECTIONS), Literal("")),
        filled(graph_of(plum()), Literal(value=True)),
        filled(graph_of(plum()), NamedNode(KG + "Model")),
        filled(graph_of(record(entities=(entity("e1", EntityType.TASK, "plum picking"),))), NamedNode(KG + "Model")),
        unsourced(),
    ]
    assert {violation.message for store in broken for violation in validate(store)} == asked


def test_every_constraint_has_one_message_a_sentence() -> None:
    for constraint in SHAPES.subjects(SH.path):
        (message,) = SHAPES.objects(constraint, SH.message)
        assert re.fullmatch(r"[A-Z].+\.", str(message)), message
