"""Questions to the graph: the named queries, their parameters bound as RDF terms, and results as tables."""

from __future__ import annotations

import difflib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
)

from kg.endpoint import Endpoint
from kg.graph.vocabulary import KG, SPARQL_PREFIXES, XSD
from kg.records import KgError, UsageError
from kg.resources import resource
from kg.sparql import UPDATE_FORMS, outline

_HEADER = re.compile(r"#\s*(title|description|parameter|example):\s*(.*)")
_PARAMETER = re.compile(r'(?P<name>\w+)\s+(?P<kind>\w+)\s+"(?P<text>[^"]*)"(?:\s+default=(?P<default>.*))?')
_NAMES = (
    SPARQL_PREFIXES
    + """
SELECT ?node ?type ?name ?other WHERE {
  { ?node a ?type ; skos:prefLabel ?name BIND(false AS ?other) }
  UNION { ?node a ?type ; skos:altLabel ?name BIND(true AS ?other) }
  UNION { ?node a kg:Paper ; dcterms:title|fabio:hasArXivId ?name BIND(kg:Paper AS ?type) BIND(false AS ?other) }
}
"""
)

_ARXIV = re.compile(r"(?:arXiv:\s?)?(\d{4}\.\d{4,5})(?:v\d+)?", re.I)

_FORMATS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
FORMATS = ("table", *_FORMATS, "ttl", "nt")

Term = NamedNode | BlankNode | Literal | Triple
Source = Store | Endpoint
"""What can be asked: a graph on this machine or an endpoint elsewhere."""
Results = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a named query; ``kind`` is a class of the ontology, Entity for any, or a literal's type."""

    name: str
    kind: str
    text: str
    default: str | None


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query of ``queries/`` with what its header says."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    example: str
    text: str


def named_queries() -> Iterator[NamedQuery]:
    """Every named query, by name."""
    for path in sorted(resource("queries").glob("*.rq")):
        yield load_query(path)


def load_query(path: Path) -> NamedQuery:
    """The query of a file. Raises KgError when the file cannot be read or a parameter line is malformed."""
    try:
        text = path.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    header: dict[str, list[str]] = {}
    for line in text.splitlines():
        match = _HEADER.match(line)
        if match:
            header.setdefault(match.group(1), []).append(match.group(2).strip())
    parameters = []
    for line in header.get("parameter", ()):
        match = _PARAMETER.fullmatch(line)
        if not match:
            raise KgError(f'{path}: a parameter line must read: # parameter: name Kind "what it is"')
        parameters.append(Parameter(match["name"], match["kind"], match["text"], match["default"]))
    first = {key: values[0] for key, values in header.items()}
    return NamedQuery(
        path.stem,
        first.get("title", path.stem),
        first.get("description", ""),
        tuple(parameters),
        first.get("example", ""),
        text,
    )


def find_query(name: str) -> NamedQuery:
    """The named query, or the query of a ``.rq`` file. Raises KgError with the nearest names for an unknown one."""
    if name.endswith(".rq"):
        return load_query(Path(name))
    queries = {query.name: query for query in named_queries()}
    if name not in queries:
        near = difflib.get_close_matches(name, queries, n=3, cutoff=0.4)
        hint = f"did you mean {_either(near)}?" if near else "list them with: kg queries"
        if len(name.split()) > 1:
            raise UsageError("a query in SPARQL goes into a .rq file, or to standard input: echo '…' | kg query -")
        hint = "a file with a query must end in .rq" if Path(name).is_file() else hint
        raise UsageError(f"no query is named '{name}'; {hint}")
    return queries[name]


def answer(
    store: Source, query: NamedQuery, values: Mapping[str, str], format: str = "json", timeout: float | None = None
) -> bytes | Table:
    """The answer to a query over the union of all graphs: a Table for ``table``, else the bytes of a standard format.

    Parameters are substituted as RDF terms. Raises KgError for a missing or unknown parameter, an unknown
    name, a syntax error (with line and column), a format that the kind of query does not have, and when
    ``timeout`` seconds have passed.
    """
    bindings = bind(store, query, values)

    def work() -> bytes | Table:
        results = store.query(query.text, use_default_graph_as_union=True, substitutions=bindings)
        return render(results, format, {variable.value for variable in bindings})

    try:
        return _within(timeout, work) if timeout else work()
    except SyntaxError as error:
        if outline(query.text).form in UPDATE_FORMS:
            raise UsageError(f"{query.name}: an update, and only kg build changes a graph") from error
        raise UsageError(f"{query.name}: not valid SPARQL{syntax_error(str(error.msg))}") from error
    except (ValueError, RuntimeError, OSError) as error:
        raise KgError(f"{query.name}: {error}") from error


def syntax_error(message: str) -> str:
    """Where and what is wrong with a query, in a line, from the engine's message.

    >>> syntax_error("error at 1:6: expected ASK")
    ', line 1, column 6: expected ASK'
    """
    place = re.match(r"error at (\d+):(\d+): (.{0,160})(.*)", message, re.DOTALL)
    if not place:
        return f": {' '.join(message.split())}"
    told = f"{place[3].rpartition(', ')[0] or place[3]}, …" if place[4] else place[3]
    return f", line {place[1]}, column {place[2]}: {told}"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a SELECT as text, without the columns that only repeat a parameter."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def render(results: Results, format: str, hidden: set[str]) -> bytes | Table:
    """Results in a format. Raises KgError when the kind of query does not have that format."""
    if isinstance(results, QueryTriples):
        rdf = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "table": RdfFormat.TURTLE}.get(format)
        if rdf is None:
            raise UsageError(f"a CONSTRUCT or DESCRIBE query gives triples: use --format ttl or nt, not {format}")
        return results.serialize(format=rdf) or b""
    if format in {"ttl", "nt"}:
        raise UsageError("only a CONSTRUCT or DESCRIBE query gives triples: use --format table, csv, tsv, json or xml")
    if format == "table":
        if isinstance(results, QueryBoolean):
            return Table(("answer",), (("yes" if results else "no",),))
        shown = [variable for variable in results.variables if variable.value not in hidden]
        rows = tuple(tuple(_text(row[variable]) for variable in shown) for row in results)
        return Table(tuple(variable.value for variable in shown), rows)
    if isinstance(results, QueryBoolean) and format in {"csv", "tsv"}:
        return b"true\n" if results else b"false\n"
    return results.serialize(format=_FORMATS[format]) or b""


def _text(term: object) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, Literal | NamedNode) else str(term)


def bind(store: Source, query: NamedQuery, values: Mapping[str, str]) -> dict[Variable, Term]:
    """The terms of a query's parameters."""
    known = {parameter.name for parameter in query.parameters}
    for name in values:
        if name not in known:
            takes = f"it takes {_either(sorted(known))}" if known else "it takes none"
            raise UsageError(f"{query.name}: there is no parameter '{name}'; {takes}")
    bindings: dict[Variable, Term] = {}
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is None:
            raise UsageError(
                f"{query.name}: the parameter '{parameter.name}' ({parameter.text}) is missing; "
                f"for example: {query.example}"
            )
        bindings[Variable(parameter.name)] = _term(store, query, parameter, value)
    return bindings


def _term(store: Source, query: NamedQuery, parameter: Parameter, value: str) -> NamedNode | Literal:
    if parameter.kind in {"integer", "decimal"}:
        pattern = r"[+-]?\d+" if parameter.kind == "integer" else r"[+-]?\d+(?:\.\d+)?"
        if not re.fullmatch(pattern, value):
            raise UsageError(f"{query.name}: the parameter '{parameter.name}' must be a number, not '{value}'")
        return Literal(value, datatype=NamedNode(XSD + parameter.kind))
    if parameter.kind == "string":
        return Literal(value)
    return find_node(store, value, parameter.kind)


def find_node(store: Source, name: str, kind: str = "Entity") -> NamedNode:
    """The thing of a kind that has this name in the graph, however spelt; an IRI names itself.

    The kind Entity is any thing that papers name, Any also papers, organizations and kinds of hardware. A paper is
    named by its title, the beginning of it, or its arXiv identifier; a device also without its vendor, where no other
    device is named so. What is called so goes before what is called so too, then what more papers mention.
    Raises KgError with the nearest names when there is none.
    """
    if re.match(r"https?://\S+$", name):
        try:
            return NamedNode(name)
        except ValueError as error:
            raise KgError(f"'{name}' is no IRI ({error})") from error
    arxiv = _ARXIV.fullmatch(name)
    name = arxiv[1] if arxiv else name
    wanted = _fold(name)
    near: dict[str, str] = {}
    found: dict[NamedNode, tuple[bool, bool, bool]] = {}
    series: set[NamedNode] = set()
    for row in rows(store, _NAMES):
        if not _is_of(row["type"], kind):
            continue
        label, folded = row["name"].value, _fold(row["name"].value)
        near.setdefault(folded, label)
        if (
            row["type"].value == KG + "Hardware"
            and not name.isdigit()
            and label.casefold().endswith(f" {name.casefold()}")
        ):
            series.add(row["node"])
        if folded == wanted or (
            kind in {"Paper", "Any"}
            and folded.startswith(wanted)
            and row["type"].value == KG + "Paper"
            and len(wanted) > 8
            and not _ARXIV.fullmatch(label)
        ):
            rank = folded != wanted, row["other"].value == "true", label != name
            found[row["node"]] = min(found.get(row["node"], rank), rank)
    if found:
        best = min(found.values())
        return _most_mentioned(store, [node for node, rank in found.items() if rank == best])
    if len(series) == 1:
        return series.pop()
    close = [near[folded] for folded in difflib.get_close_matches(wanted, near, n=3, cutoff=0.6)]
    hint = f"; did you mean {_either(close)}?" if close else "; kg stats lists what there is"
    nothing = "nothing" if kind == "Any" else f"no {kind.lower()}"
    raise KgError(f"the graph has {nothing} named '{name}'{hint}")


def _most_mentioned(store: Source, nodes: list[NamedNode]) -> NamedNode:
    """The node that most papers mention, the first by IRI of several."""
    if len(nodes) == 1:
        return nodes[0]
    count = f"{SPARQL_PREFIXES} SELECT ?node ?paper {{ ?paper kg:mentions ?node }}"
    return min(nodes, key=lambda node: (-sum(1 for _ in rows(store, count, node=node)), node.value))


def rows(store: Source, query: str, **bindings: Term) -> QuerySolutions:
    """The solutions of one of our own SELECT queries, over the union of all graphs."""
    terms = {Variable(name): term for name, term in bindings.items()}
    solutions = store.query(query, use_default_graph_as_union=True, substitutions=terms)
    assert isinstance(solutions, QuerySolutions)
    return solutions


def _is_of(type: object, kind: str) -> bool:
    if not isinstance(type, NamedNode) or not type.value.startswith(KG):
        return False
    own = type.value.removeprefix(KG)
    if kind == "Entity":
        return own not in {"Paper", "Organization", "HardwareKind"}
    return kind in {"Any", own} or (kind == "Hardware" and own == "HardwareKind")


def _fold(name: str) -> str:
    """A name blind to case, spacing and hyphens, but for those between numbers: LLaMA-2-7B is not LLaMA-27B."""
    joined = re.sub(r"(?<=\d)[\W_]+(?=\d)", "\x1f", name.casefold())
    return re.sub(r"[^\w\x1f]|_", "", joined) or name.casefold()


def _either(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _within(seconds: float, work: Callable[[], bytes | Table]) -> bytes | Table:
    """What a call returns, if it does so in time; a call given up runs on until the process ends."""
    outcome: list[bytes | Table | BaseException] = []

    def keep() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise KgError(f"the query took longer than {seconds:g} seconds and was given up; allow more with --timeout")
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
