"""Solutions as SPARQL 1.1 results in JSON, XML, CSV and TSV, row by row, and the limits at which a result is cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import TypeVar
from xml.sax.saxutils import escape

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolution, RdfFormat, Triple

from kg.xml import fit_for_xml

Term = NamedNode | BlankNode | Literal | Triple
_Item = TypeVar("_Item")
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_CSV_QUOTED = frozenset('",\r\n')


class Cutoff:
    """Counts the rows and bytes of a result and ends it at a limit; ``reason`` then says which."""

    def __init__(self, rows: int, bytes: int) -> None:
        self._most_rows, self._most_bytes = rows, bytes
        self.rows = self.bytes = 0
        self.reason: str | None = None

    def within(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items up to the limit; whoever writes them adds to ``bytes``."""
        for item in items:
            if self.rows >= self._most_rows:
                self.reason = f"after {self.rows} rows, the most that this server gives"
                return
            if self.bytes >= self._most_bytes:
                self.reason = f"after {self.bytes} bytes in {self.rows} rows, the most that this server gives"
                return
            self.rows += 1
            yield item


def write_json(variables: list[str], solutions: Iterable[QuerySolution], cutoff: Cutoff) -> Iterator[str]:
    """https://www.w3.org/TR/sparql11-results-json/, which has no place to say that a result is cut."""
    keys = [encode_basestring(name) for name in variables]
    yield f'{{"head":{{"vars":[{",".join(keys)}]}},"results":{{"bindings":['
    comma = ""
    for solution in cutoff.within(solutions):
        row = ",".join(f"{key}:{_json(term)}" for key, term in zip(keys, solution, strict=True) if term is not None)
        yield f"{comma}{{{row}}}"
        comma = ","
    yield "]}}"


def write_xml(variables: list[str], solutions: Iterable[QuerySolution], cutoff: Cutoff) -> Iterator[str]:
    """https://www.w3.org/TR/rdf-sparql-XMLres/; a cut result ends in a comment with the reason."""
    names = [_xml_text(name) for name in variables]
    head = "".join(f'<variable name="{name}"/>' for name in names)
    yield f'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>{head}</head><results>'
    for solution in cutoff.within(solutions):
        row = "".join(
            f'<binding name="{name}">{_xml(term)}</binding>'
            for name, term in zip(names, solution, strict=True)
            if term is not None
        )
        yield f"<result>{row}</result>"
    yield "</results>" + (f"<!-- cut {cutoff.reason} -->" if cutoff.reason else "") + "</sparql>"


def write_csv(variables: list[str], solutions: Iterable[QuerySolution], cutoff: Cutoff) -> Iterator[str]:
    """https://www.w3.org/TR/sparql11-results-csv-tsv/"""
    yield ",".join(variables) + "\r\n"
    for solution in cutoff.within(solutions):
        yield ",".join("" if term is None else _csv(term) for term in solution) + "\r\n"


def write_tsv(variables: list[str], solutions: Iterable[QuerySolution], cutoff: Cutoff) -> Iterator[str]:
    """https://www.w3.org/TR/sparql11-results-csv-tsv/"""
    yield "\t".join(f"?{name}" for name in variables) + "\n"
    for solution in cutoff.within(solutions):
        yield "\t".join("" if term is None else str(term) for term in solution) + "\n"


RDF_FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
WRITERS = {"json": write_json, "xml": write_xml, "csv": write_csv, "tsv": write_tsv}


def _json(term: Term) -> str:
    if isinstance(term, NamedNode):
        return f'{{"type":"uri","value":{encode_basestring(term.value)}}}'
    if isinstance(term, Literal):
        more = ""
        if term.language:
            more = f',"xml:lang":{encode_basestring(term.language)}'
        elif (datatype := term.datatype.value) != _STRING:
            more = f',"datatype":{encode_basestring(datatype)}'
        return f'{{"type":"literal","value":{encode_basestring(term.value)}{more}}}'
    if isinstance(term, BlankNode):
        return f'{{"type":"bnode","value":{encode_basestring(term.value)}}}'
    subject, predicate, object = map(_json, (term.subject, term.predicate, term.object))
    return f'{{"type":"triple","value":{{"subject":{subject},"predicate":{predicate},"object":{object}}}}}'


def _xml(term: Term) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, Literal):
        more = ""
        if term.language:
            more = f' xml:lang="{_xml_text(term.language)}"'
        elif (datatype := term.datatype.value) != _STRING:
            more = f' datatype="{_xml_text(datatype)}"'
        return f"<literal{more}>{_xml_text(term.value)}</literal>"
    if isinstance(term, BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
    return f"<triple>{''.join(f'<{name}>{_xml(part)}</{name}>' for name, part in parts)}</triple>"


def _xml_text(text: str) -> str:
    """Text for XML 1.0, with U+FFFD for what it cannot hold; a carriage return would be read as a line feed."""
    return escape(fit_for_xml(text), {'"': "&quot;", "\r": "&#xD;"})


def _csv(term: Term) -> str:
    text = term.value if isinstance(term, NamedNode | Literal) else str(term)
    return '"' + text.replace('"', '""') + '"' if _CSV_QUOTED & set(text) else text
