"""Whether results are what a test expects: as multisets of rows or as graphs, blind to the names of blank nodes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

import rdflib
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from rdflib.compare import isomorphic

XSD = "http://www.w3.org/2001/XMLSchema#"
RS = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
FORMATS = {
    "srx": (QueryResultsFormat.XML, "application/sparql-results+xml"),
    "srj": (QueryResultsFormat.JSON, "application/sparql-results+json"),
    "tsv": (QueryResultsFormat.TSV, "text/tab-separated-values"),
    "csv": (None, "text/csv"),
}
_NUMERIC = {XSD + name for name in ("integer", "decimal", "double", "float")}
Row = frozenset[tuple[str, str]]


def same_solutions(
    expected: tuple[set[str], list[Row]], found: tuple[set[str], list[Row]], lax: bool, ordered: bool
) -> str | None:
    """What differs between two tables, or None; ``lax`` allows rows that repeat to be fewer (REDUCED)."""
    if expected[0] and expected[0] != found[0]:
        return f"variables {sorted(found[0])} instead of {sorted(expected[0])}"
    ours, theirs = found[1], expected[1]
    if lax:
        ours, theirs = list(set(ours)), list(set(theirs))
    if len(ours) != len(theirs):
        return f"{len(ours)} rows instead of {len(theirs)}"
    if not isomorphic(_as_graph(theirs, ordered), _as_graph(ours, ordered)):
        return "other rows"
    return None


def solutions(body: bytes, format: QueryResultsFormat) -> bool | tuple[set[str], list[Row]]:
    """Results in a standard format."""
    results = parse_query_results(body, format)
    if isinstance(results, QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    rows = []
    for solution in results:
        rows.append(frozenset((name, _key(term)) for name, term in zip(names, solution, strict=True) if term))
    return set(names), rows


def csv_rows(body: bytes) -> tuple[set[str], list[Row]]:
    """Results as CSV, whose terms are only text."""
    head, *rows = csv.reader(io.StringIO(body.decode("utf8")))
    cells = [
        frozenset((name, _value(cell)) for name, cell in zip(head, row, strict=True) if cell) for row in rows if row
    ]
    return set(head), cells


def _value(cell: str) -> str:
    """A cell as text, a number by its value."""
    return _number(cell, XSD + "double")


def result_set(graph: rdflib.Graph) -> bool | tuple[set[str], list[Row]] | None:
    """A result that a manifest of SPARQL 1.0 gives as RDF; None for a graph that is none."""
    (node,) = [*graph.subjects(rdflib.RDF.type, RS.ResultSet)] or (None,)
    if node is None:
        return None
    boolean = graph.value(node, RS.boolean)
    if boolean is not None:
        return bool(boolean.toPython())
    names = {str(name) for name in graph.objects(node, RS.resultVariable)}
    rows = [*graph.objects(node, RS.solution)]
    rows.sort(key=lambda row: int(index) if (index := graph.value(row, RS["index"])) is not None else 0)
    cells = []
    for row in rows:
        bindings = graph.objects(row, RS.binding)
        cells.append(
            frozenset((str(graph.value(b, RS.variable)), _rdflib_key(graph.value(b, RS.value))) for b in bindings)
        )
    return names, cells


def is_ordered(graph: rdflib.Graph) -> bool:
    """Whether a result set says in which order its rows come."""
    return (None, RS["index"], None) in graph


def same_graphs(expected: rdflib.Graph, found: bytes, base: str) -> str | None:
    """What differs between two graphs, or None."""
    ours = rdflib.Graph()
    for quad in parse(found, format=RdfFormat.TURTLE, base_iri=base):
        ours.add(tuple(_as_rdflib(term) for term in (quad.subject, quad.predicate, quad.object)))
    theirs = rdflib.Graph()
    for triple in expected:
        theirs.add(tuple(_normal(term) for term in triple))
    return None if isomorphic(theirs, ours) else f"{len(ours)} triples, other than the {len(theirs)} expected"


def _as_graph(rows: Iterable[Row], ordered: bool) -> rdflib.Graph:
    graph = rdflib.Graph()
    for number, row in enumerate(rows):
        node = rdflib.BNode()
        graph.add((node, rdflib.RDF.type, RS.solution))
        graph.add((node, RS["index"], rdflib.Literal(number if ordered else 0)))
        for name, key in row:
            value = rdflib.BNode(key[2:]) if key.startswith("_:") else rdflib.Literal(key)
            graph.add((node, rdflib.URIRef(f"urn:{name}"), value))
    return graph


def _key(term: NamedNode | BlankNode | Literal | Triple) -> str:
    """A term as text; numbers by their value, since results may write them otherwise."""
    if not isinstance(term, Literal):
        return str(term)
    if term.language:
        return f'"{term.value}"@{term.language.lower()}'
    return f'"{_number(term.value, term.datatype.value)}"^^{term.datatype.value}'


def _rdflib_key(term: object) -> str:
    if isinstance(term, rdflib.BNode):
        return f"_:{term}"
    if isinstance(term, rdflib.Literal):
        if term.language:
            return f'"{term}"@{term.language.lower()}'
        datatype = str(term.datatype or XSD + "string")
        return f'"{_number(str(term), datatype)}"^^{datatype}'
    return f"<{term}>"


def _number(text: str, datatype: str) -> str:
    if datatype == XSD + "boolean":
        return {"1": "true", "0": "false"}.get(text, text)
    if datatype not in _NUMERIC:
        return text
    try:
        return str(Decimal(text).normalize() if datatype in {XSD + "integer", XSD + "decimal"} else float(text))
    except (InvalidOperation, ValueError):
        return text


def _as_rdflib(term: object) -> rdflib.term.Node:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, Literal)
    return rdflib.Literal(_key(term))


def _normal(term: rdflib.term.Node) -> rdflib.term.Node:
    return rdflib.Literal(_rdflib_key(term)) if isinstance(term, rdflib.Literal) else term
