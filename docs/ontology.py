"""Writes the ontology as one HTML page that fetches nothing: ``python docs/ontology.py docs/ontology.html``."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from pylode import OntPub
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

ONTOLOGY = Path(__file__).resolve().parent.parent / "ontology" / "kg.ttl"
# What pyLODE has no row for is told in a note.
NOTES = {
    OWL.inverseOf: "Inverse of",
    OWL.disjointWith: "Never also a",
    SKOS.closeMatch: "Nearly the same as",
    SKOS.relatedMatch: "Related to",
}


def documented(ontology: Graph) -> Graph:
    """The ontology's own terms alone, each with its relations to other terms as notes in Markdown."""
    own = {*ontology.subjects(RDFS.isDefinedBy), *ontology.subjects(RDF.type, OWL.Ontology)}
    page = Graph(namespace_manager=ontology.namespace_manager)
    for subject, predicate, object in sorted(ontology):
        if subject not in own or object == OWL.FunctionalProperty:
            continue
        page.add((subject, predicate, object))
        if predicate in NOTES:
            link = f"{NOTES[predicate]} [{ontology.qname(object)}]({object})"
            page.add((subject, SKOS.note, Literal(link)))
    for term in ontology.subjects(RDF.type, OWL.FunctionalProperty):
        page.add((term, SKOS.note, Literal("At most one value")))
    return page


def write_page(path: Path) -> None:
    """Writes the page whole. The fragment of a term's IRI is its place on the page."""
    page = OntPub(documented(Graph().parse(ONTOLOGY)), sort_subjects=True)
    terms = [term for term in page.ont.subjects(RDFS.isDefinedBy) if isinstance(term, URIRef)]
    page.fids.update({str(term): term.fragment for term in terms})
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(page.make_html(), encoding="utf8")
    os.replace(temporary, path)


if __name__ == "__main__":
    logging.disable(logging.INFO)  # pyLODE tells each step
    write_page(Path(sys.argv[1]))
