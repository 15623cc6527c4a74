"""The graph as NetworkX sees it: papers and things as nodes, facts as edges."""

from __future__ import annotations

import networkx as nx
from pyoxigraph import QuerySolutions, Store

from kg.graph.vocabulary import KG, SPARQL_PREFIXES

_NODES = (
    SPARQL_PREFIXES
    + """
SELECT DISTINCT ?node ?type ?label WHERE {
  { ?node a kg:Paper ; dcterms:title ?label . BIND(kg:Paper AS ?type) }
  UNION { ?paper kg:mentions ?node . ?node a ?type ; skos:prefLabel ?label . FILTER(?type != kg:HardwareKind) }
} ORDER BY ?node ?type
"""
)
_EDGES = (
    SPARQL_PREFIXES
    + """
SELECT ?statement ?from ?role ?to ?score ?count ?evidence WHERE {
  ?statement a kg:Statement ; rdf:subject ?from ; rdf:predicate ?role ; rdf:object ?to ; itsrdf:taConfidence ?score .
  FILTER(isIRI(?to))
  OPTIONAL { ?statement kg:count ?count }
  OPTIONAL { ?statement kg:evidence/oa:exact ?evidence }
} ORDER BY ?statement ?evidence
"""
)


def networkx_graph(store: Store) -> nx.MultiDiGraph:
    """Nodes with ``type`` and ``label``; edges keyed by statement with ``role``, ``score``, ``evidence`` and ``count``.

    Every attribute is a string or a number, so that the graph can be written as GraphML.
    """
    graph = nx.MultiDiGraph()
    for row in _rows(store, _NODES):
        graph.add_node(row["node"].value, type=row["type"].value.removeprefix(KG), label=row["label"].value)
    for row in _rows(store, _EDGES):
        facts: dict[str, str | int | float] = {
            "role": row["role"].value.removeprefix(KG),
            "score": float(row["score"].value),
            "evidence": row["evidence"].value if row["evidence"] else "",
        }
        if row["count"]:
            facts["count"] = int(row["count"].value)
        graph.add_edge(row["from"].value, row["to"].value, key=row["statement"].value, **facts)
    return graph


def _rows(store: Store, query: str) -> QuerySolutions:
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    return solutions
