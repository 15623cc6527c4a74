"""Records and links as an RDF graph, and its NetworkX view."""

from kg.graph.network import networkx_graph
from kg.graph.rdf import graph_version, quads
from kg.graph.vocabulary import BASE, PREFIXES, entity_iri, paper_iri

__all__ = ["BASE", "PREFIXES", "entity_iri", "graph_version", "networkx_graph", "paper_iri", "quads"]
