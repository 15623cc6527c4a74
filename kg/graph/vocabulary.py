"""The terms of the graph: namespaces, the IRIs of things, and the properties of roles."""

from __future__ import annotations

from urllib.parse import quote

from pyoxigraph import NamedNode

from kg.records import EntityType, Role

BASE = "https://w3id.org/paper-kg/"
KG = "https://w3id.org/paper-kg/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"
FABIO = "http://purl.org/spar/fabio/"
PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
ITSRDF = "http://www.w3.org/2005/11/its/rdf#"
QUDT = "http://qudt.org/schema/qudt/"
UNIT = "http://qudt.org/vocab/unit/"

PREFIXES = {
    "kg": KG,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "schema": SCHEMA,
    "fabio": FABIO,
    "prism": PRISM,
    "prov": PROV,
    "oa": OA,
    "itsrdf": ITSRDF,
    "qudt": QUDT,
    "unit": UNIT,
}
SPARQL_PREFIXES = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in PREFIXES.items())
"""The same as queries begin with."""

ROLE_PROPERTIES = {
    Role.INTRODUCES: NamedNode(KG + "introduces"),
    Role.TASKS: NamedNode(KG + "task"),
    Role.TRAINED_ON: NamedNode(KG + "trainedOn"),
    Role.EVALUATED_ON: NamedNode(KG + "evaluatedOn"),
    Role.COMPARED_TO: NamedNode(KG + "comparedTo"),
    Role.BUILDS_ON: NamedNode(KG + "buildsOn"),
}


def term(name: str) -> NamedNode:
    """A term of our ontology."""
    return NamedNode(KG + name)


def entity_iri(base: str, type: EntityType, slug: str) -> NamedNode:
    """The IRI of a thing.

    >>> entity_iri(BASE, EntityType.HARDWARE, "nvidia-a100").value
    'https://w3id.org/paper-kg/id/hardware/nvidia-a100'
    """
    return NamedNode(f"{base}id/{type.value.lower()}/{slug}")


def paper_iri(base: str, key: str) -> NamedNode:
    """The IRI of a paper and of the named graph of its facts.

    >>> paper_iri(BASE, "10.5555/a b").value
    'https://w3id.org/paper-kg/id/paper/10.5555/a%20b'
    """
    return NamedNode(f"{base}id/paper/{quote(key, safe='/.-_~')}")


def graph_iri(base: str, name: str) -> NamedNode:
    """The IRI of a graph that is no paper's: entities, catalog, ontology or provenance."""
    return NamedNode(f"{base}graph/{name}")
