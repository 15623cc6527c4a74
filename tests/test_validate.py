"""Shapes: a sound graph passes, and every kind of damage names the damaged node."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.graph import BASE
from kg.graph.vocabulary import DCTERMS, KG, OA, RDF, SKOS, XSD
from kg.validate import Violation, validate
from tests.written import fig, graph_of, plum

PAPER = NamedNode(f"{BASE}id/paper/2699.00001")
DEVICE = NamedNode(f"{BASE}id/hardware/nvidia-a100")
SYSTEM = NamedNode(f"{BASE}id/system/plumserve")
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
    assert validate(graph_of(plum(), fig())) == []


@pytest.mark.parametrize(
    ("damage", "path", "message"),
    [
        (without("Result", KG + "value"), KG + "value", "A result has exactly one value, a decimal number."),
        (without("Result", KG + "metric"), KG + "metric", "A result has exactly one metric."),
        (without("Paper", DCTERMS + "title"), DCTERMS + "title", "A paper has exactly one title, with text in it."),
        (without("Statement", RDF + "object"), RDF + "object", "A statement has exactly one object."),
        (without("Evidence", OA + "exact"), OA + "exact", "Evidence quotes the text."),
        (without("Organization", SKOS + "prefLabel"), SKOS + "prefLabel", "An organization has exactly one preferred"),
        (also(SYSTEM, SKOS + "prefLabel", Literal("Plum")), SKOS + "prefLabel", "A system has exactly one preferred"),
        (also("Result", KG + "bound", Literal("<")), KG + "bound", "A bound is =, <=, >= or ~."),
        (also(PAPER, KG + "runsOn", SYSTEM), KG + "runsOn", "kg:runsOn must point to a kg:Hardware."),
        (also("Result", KG + "baseline", PAPER), KG + "baseline", "A result is set against at most one thing"),
        (also("Result", KG + "quantityUnit", Literal("x")), KG + "quantityUnit", "A result has at most one QUDT unit"),
        (also(DEVICE, KG + "year", Literal("soon")), KG + "year", "A year of release is written as xsd:gYear."),
        (
            also("Statement", KG + "count", Literal("0", datatype=NamedNode(XSD + "integer"))),
            KG + "count",
            "A count of devices is a whole number above zero.",
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
