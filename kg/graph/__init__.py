"""Records and links as an RDF graph; its NetworkX view is ``kg.graph.network``, which is slow to import."""

from kg.graph.rdf import graph_version, quads
from kg.graph.vocabulary import BASE, PREFIXES, entity_iri, paper_iri

__all__ = ["BASE", "PREFIXES", "entity_iri", "graph_version", "paper_iri", "quads"]
