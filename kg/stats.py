"""What a graph holds, counted."""

from __future__ import annotations

from pyoxigraph import Store

from kg.graph.vocabulary import SPARQL_PREFIXES
from kg.query import rows

_THINGS = """
SELECT ?what (COUNT(DISTINCT ?node) AS ?n) WHERE {
  ?paper kg:mentions ?node . ?node a ?type .
  FILTER(STRSTARTS(STR(?type), STR(kg:)) && ?type != kg:HardwareKind)
  BIND(STRAFTER(STR(?type), "#") AS ?what)
} GROUP BY ?what ORDER BY DESC(?n) ?what
"""
_FACTS = """
SELECT ?what (COUNT(*) AS ?n) WHERE {
  ?claim a kg:Statement ; rdf:predicate ?property . BIND(STRAFTER(STR(?property), "#") AS ?what)
} GROUP BY ?what ORDER BY DESC(?n) ?what
"""
_NAMED = """
SELECT ?what (COUNT(DISTINCT ?paper) AS ?n) WHERE {
  ?paper kg:mentions ?node . ?node skos:prefLabel ?what
} GROUP BY ?node ?what ORDER BY DESC(?n) ?what LIMIT 15
"""
_HARDWARE = """
SELECT ?what (COUNT(DISTINCT ?paper) AS ?n) WHERE {
  ?paper kg:runsOn ?node . ?node skos:prefLabel ?what
} GROUP BY ?node ?what ORDER BY DESC(?n) ?what LIMIT 15
"""

Counts = list[tuple[str, int]]


def stats(store: Store) -> dict[str, Counts]:
    """Counts under the headings *graph*, *things by type*, *facts by role*, *most named* and *most run on*."""
    return {
        "graph": [
            ("papers", _one(store, "SELECT (COUNT(*) AS ?n) WHERE { ?paper a kg:Paper }")),
            ("things", _one(store, "SELECT (COUNT(DISTINCT ?node) AS ?n) WHERE { ?paper kg:mentions ?node }")),
            ("results", _one(store, "SELECT (COUNT(*) AS ?n) WHERE { ?result a kg:Result }")),
            ("triples", len(store)),
        ],
        "things by type": _counts(store, _THINGS),
        "facts by role": _counts(store, _FACTS),
        "most named (papers)": _counts(store, _NAMED),
        "most run on (papers)": _counts(store, _HARDWARE),
    }


def _counts(store: Store, query: str) -> Counts:
    return [(row["what"].value, int(row["n"].value)) for row in rows(store, SPARQL_PREFIXES + query)]


def _one(store: Store, query: str) -> int:
    (row,) = rows(store, SPARQL_PREFIXES + query)
    return int(row["n"].value)
