"""What the graph has of one IRI: as JSON with facts and evidence, and the queries of its RDF."""

from __future__ import annotations

import json
from typing import Any

from pyoxigraph import NamedNode

from kg.graph.vocabulary import SPARQL_PREFIXES
from kg.serve.generations import Generation
from kg.serve.limits import Limits
from kg.sparql import substitute

_PROPERTIES = (
    SPARQL_PREFIXES
    + """
SELECT ?property ?value ?valueLabel WHERE {
  ?node ?property ?value .
  FILTER NOT EXISTS { ?fact rdf:subject ?node ; rdf:predicate ?property ; rdf:object ?value }
  OPTIONAL { ?value skos:prefLabel|dcterms:title|rdfs:label ?valueLabel }
} ORDER BY ?property ?value
"""
)
_FACTS = (
    SPARQL_PREFIXES
    + """
SELECT DISTINCT ?fact ?role ?subject ?subjectLabel ?object ?objectLabel ?count ?score ?paper ?paperLabel
  ?text ?start ?end WHERE {
  { ?fact rdf:object ?node } UNION { ?fact rdf:subject ?node } UNION { ?fact kg:paper ?node }
  ?fact a kg:Statement ; rdf:subject ?subject ; rdf:predicate ?role ; rdf:object ?object ;
    kg:paper ?paper ; itsrdf:taConfidence ?score .
  ?paper dcterms:title ?paperLabel .
  OPTIONAL { ?subject skos:prefLabel|dcterms:title ?subjectLabel }
  OPTIONAL { ?object skos:prefLabel ?objectLabel }
  OPTIONAL { ?fact kg:count ?count }
  OPTIONAL { ?fact kg:evidence ?evidence . ?evidence oa:exact ?text ; oa:start ?start ; oa:end ?end }
} ORDER BY ?role DESC(?score) ?fact LIMIT %d
"""
)
_RESULTS = (
    SPARQL_PREFIXES
    + """
SELECT DISTINCT ?fact ?metric ?metricLabel ?bound ?value ?unit ?subject ?subjectLabel ?baseline ?baselineLabel
  ?dataset ?datasetLabel ?hardware ?hardwareLabel ?score ?paper ?paperLabel ?text ?start ?end WHERE {
  { ?fact kg:metric ?node } UNION { ?fact kg:subject ?node } UNION { ?fact kg:baseline ?node }
  UNION { ?fact kg:dataset ?node } UNION { ?fact kg:hardware ?node } UNION { ?fact kg:paper ?node }
  ?fact a kg:Result ; kg:metric ?metric ; kg:value ?value ; kg:unit ?unit ; kg:bound ?bound ;
    kg:paper ?paper ; itsrdf:taConfidence ?score .
  ?metric skos:prefLabel ?metricLabel .
  ?paper dcterms:title ?paperLabel .
  OPTIONAL { ?fact kg:subject ?subject . ?subject skos:prefLabel ?subjectLabel }
  OPTIONAL { ?fact kg:baseline ?baseline . ?baseline skos:prefLabel ?baselineLabel }
  OPTIONAL { ?fact kg:dataset ?dataset . ?dataset skos:prefLabel ?datasetLabel }
  OPTIONAL { ?fact kg:hardware ?hardware . ?hardware skos:prefLabel ?hardwareLabel }
  OPTIONAL { ?fact kg:evidence ?evidence . ?evidence oa:exact ?text ; oa:start ?start ; oa:end ?end }
} ORDER BY ?metricLabel DESC(?score) ?fact LIMIT %d
"""
)
_MEMBERS = (
    SPARQL_PREFIXES
    + """
SELECT DISTINCT ?member ?memberLabel WHERE {
  GRAPH ?node { ?member ?property ?object }
  OPTIONAL { ?member skos:prefLabel|dcterms:title|rdfs:label ?memberLabel }
} ORDER BY ?memberLabel ?member LIMIT %d
"""
)
GRAPH_OF = (
    SPARQL_PREFIXES
    + """
CONSTRUCT { ?s ?p ?o } WHERE {
  { BIND(?node AS ?s) ?s ?p ?o }
  UNION { ?s rdf:object ?node ; ?p ?o }
  UNION { ?s rdf:subject ?node ; ?p ?o }
  UNION { ?s kg:subject|kg:metric|kg:baseline|kg:dataset|kg:hardware ?node ; a kg:Result ; ?p ?o }
  UNION { ?claim rdf:object|rdf:subject|kg:subject|kg:metric|kg:baseline|kg:dataset|kg:hardware ?node ;
    kg:evidence ?s . ?s ?p ?o }
  UNION { GRAPH ?node { ?s ?p ?o } }
}
"""
)
"""Everything that is said of ``?node`` and everything in the graph of that name."""
_MOST = 500
_THINGS = ("subject", "object", "paper", "metric", "baseline", "dataset", "hardware")
_NUMBERS = {"score": float, "value": float, "count": int}


async def entity(generation: Generation, limits: Limits, iri: str) -> dict[str, Any] | None:
    """What the graph says of an IRI; None when it says nothing.

    ``properties`` are its own, ``facts`` and ``results`` those that it takes part in or that stand in its paper, each
    with score, paper and evidence, and ``members`` what the graph of that name holds; the first 500 of each. Raises
    EngineError.
    """
    properties = await select(generation, limits, _PROPERTIES, iri)
    members = [] if _is_paper(properties) else await select(generation, limits, _MEMBERS % _MOST, iri)
    if not properties and not members:
        return None
    facts = await select(generation, limits, _FACTS % _MOST, iri)
    results = await select(generation, limits, _RESULTS % _MOST, iri)
    labels = [row["value"] for row in properties if row["property"].endswith(("prefLabel", "title", "#label"))]
    return {
        "iri": iri,
        "label": labels[0] if labels else iri,
        "type": [row["value"] for row in properties if row["property"].endswith("#type")],
        "aliases": [row["value"] for row in properties if row["property"].endswith("altLabel")],
        "properties": [_labelled(row, "value") | {"property": row["property"]} for row in properties],
        "facts": [_claim(row) for row in facts],
        "results": [_claim(row) for row in results],
        "members": [_labelled(row, "member") for row in members],
    }


async def select(generation: Generation, limits: Limits, query: str, iri: str) -> list[dict[str, str]]:
    """The rows of one of our queries about ``?node``, as text. Raises EngineError."""
    question = {"query": about(query, iri), "format": "json", "rows": limits.rows, "bytes": limits.bytes}
    body, _ = await generation.engines.ask_whole(question)
    found = json.loads(body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def about(query: str, iri: str) -> str:
    """One of our queries with ``?node`` bound to an IRI, as the term that it is. Raises ValueError for no IRI."""
    return substitute(query, {"node": str(NamedNode(iri))})


def _claim(row: dict[str, str]) -> dict[str, Any]:
    """A fact or a result with its things, numbers and evidence."""
    claim: dict[str, Any] = {"iri": row["fact"]}
    for name in _THINGS:
        if name in row:
            claim[name] = _labelled(row, name)
    for name in ("role", "bound", "unit"):
        if name in row:
            claim[name] = row[name]
    for name, number in _NUMBERS.items():
        if name in row:
            claim[name] = number(row[name])
    if "text" in row:
        claim["evidence"] = {"text": row["text"], "start": int(row["start"]), "end": int(row["end"])}
    return claim


def _labelled(row: dict[str, str], name: str) -> dict[str, str]:
    value, label = row[name], row.get(f"{name}Label")
    return {"value": value} | ({"label": label} if label else {})


def _is_paper(properties: list[dict[str, str]]) -> bool:
    return any(row["property"].endswith("#type") and row["value"].endswith("#Paper") for row in properties)
