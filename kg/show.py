"""A thing or a paper as its facts, each with the sentence that it came from."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Store

from kg.graph.vocabulary import SPARQL_PREFIXES
from kg.query import find_node, rows
from kg.records import KgError

_ABOUT = (
    SPARQL_PREFIXES
    + """
SELECT ?node ?property ?value WHERE {
  ?node ?property ?object .
  OPTIONAL { ?object skos:prefLabel ?label }
  FILTER(?property IN (rdf:type, skos:prefLabel, skos:altLabel, dcterms:title, dcterms:creator, dcterms:date, kg:vendor,
    kg:kind, kg:architecture, kg:memory, kg:year, kg:parameters, kg:url, kg:source, kg:variantOf,
    kg:partOf, kg:mergedBecause))
  BIND(COALESCE(?label, STR(?object)) AS ?value)
} ORDER BY ?property ?value
"""
)
_FACTS = (
    SPARQL_PREFIXES
    + """
SELECT DISTINCT ?node ?role ?whose ?thing ?title ?count ?score ?evidence WHERE {
  { ?claim rdf:object ?node } UNION { ?claim kg:paper ?node } UNION { ?claim rdf:subject ?node }
  ?claim a kg:Statement ; kg:paper ?paper ; rdf:predicate ?property ; rdf:object ?object ; itsrdf:taConfidence ?score .
  ?paper dcterms:title ?title .
  OPTIONAL { ?claim kg:count ?count }
  OPTIONAL { ?claim rdf:subject/skos:prefLabel ?whose }
  OPTIONAL { ?claim kg:evidence/oa:exact ?evidence }
  OPTIONAL { ?object skos:prefLabel ?label }
  BIND(STRAFTER(STR(?property), "#") AS ?role)
  BIND(COALESCE(?label, STR(?object)) AS ?thing)
} ORDER BY ?role ?title ?whose ?thing ?evidence
"""
)
_RESULTS = (
    SPARQL_PREFIXES
    + """
SELECT DISTINCT ?node ?metric ?bound ?value ?unit ?subject ?baseline ?title ?score ?evidence WHERE {
  ?result a kg:Result ; ?any ?node ; kg:metric/skos:prefLabel ?metric ; kg:paper ?paper .
  ?result kg:value ?value ; kg:unit ?unit ; kg:bound ?bound ; itsrdf:taConfidence ?score .
  ?paper dcterms:title ?title .
  OPTIONAL { ?result kg:subject/skos:prefLabel ?subject }
  OPTIONAL { ?result kg:baseline/skos:prefLabel ?baseline }
  OPTIONAL { ?result kg:evidence/oa:exact ?evidence }
} ORDER BY ?title ?metric ?value
"""
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the graph has of a node: particulars, then facts and results as (what, paper's title, sentence)."""

    iri: str
    particulars: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str, str], ...]
    results: tuple[tuple[str, str, str], ...]


def show(store: Store, name: str) -> Shown:
    """What the graph has of the thing or paper of a name or IRI. Raises KgError with the nearest names."""
    node = find_node(store, name, "Any")
    particulars = tuple((_local(row["property"].value), row["value"].value) for row in rows(store, _ABOUT, node=node))
    if not particulars:
        raise KgError(f"the graph has nothing about <{node.value}>")
    is_paper = ("type", "Paper") in {(key, _local(value)) for key, value in particulars}
    facts = []
    mentioned = []
    for row in rows(store, _FACTS, node=node):
        if row["role"].value == "mentions" and is_paper:
            mentioned.append(row["thing"].value)
            continue
        count = f" ×{row['count'].value}" if row["count"] else ""
        whose = f"{row['whose'].value}: " if row["whose"] and is_paper else ""
        what = f"{whose}{row['role'].value} {row['thing'].value}{count} ({float(row['score'].value):.2f})"
        facts.append((what, row["title"].value, row["evidence"].value if row["evidence"] else ""))
    results = []
    for row in rows(store, _RESULTS, node=node):
        bound = "" if row["bound"].value == "=" else row["bound"].value + " "
        subject = f"{row['subject'].value}: " if row["subject"] else ""
        baseline = f" against {row['baseline'].value}" if row["baseline"] else ""
        what = f"{subject}{row['metric'].value} {bound}{row['value'].value} {row['unit'].value}".rstrip()
        what = f"{what}{baseline} ({float(row['score'].value):.2f})"
        results.append((what, row["title"].value, row["evidence"].value if row["evidence"] else ""))
    if mentioned:
        particulars = (*particulars, ("mentions", ", ".join(dict.fromkeys(mentioned))))
    return Shown(node.value, particulars, tuple(facts), tuple(results))


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2] if iri.startswith("http") else iri
