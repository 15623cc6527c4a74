"""Whether a graph keeps to its shapes (SHACL)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import rdflib
from pyoxigraph import RdfFormat, Store, serialize
from pyshacl import validate as shacl
from rdflib.namespace import SH

from kg.resources import resource


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A node that breaks a shape: which one, at which property, and what is asked."""

    node: str
    path: str
    message: str


def validate(store: Store) -> list[Violation]:
    """Every violation of ``ontology/shapes.ttl`` in the union of the graphs, sorted."""
    triples = io.BytesIO()
    serialize((quad.triple for quad in store), triples, RdfFormat.N_TRIPLES)
    data = rdflib.Graph().parse(data=triples.getvalue(), format="nt")
    shapes = rdflib.Graph().parse(resource("ontology") / "shapes.ttl", format="turtle")
    conforms, report, _ = shacl(data, shacl_graph=shapes, inference="none", advanced=False)
    if conforms or not isinstance(report, rdflib.Graph):
        return []
    return sorted(
        Violation(
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultPath) or ""),
            str(report.value(result, SH.resultMessage) or ""),
        )
        for result in report.subjects(rdflib.RDF.type, SH.ValidationResult)
    )
