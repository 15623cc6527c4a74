"""A SPARQL endpoint elsewhere, asked in the way in which a local store is, and filled by the Graph Store Protocol."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
    parse_query_results,
    serialize,
)

from kg.records import KgError
from kg.sparql import outline, substitute

Term = NamedNode | BlankNode | Literal | Triple
_CHUNK = 20_000
_PATIENCE = 300.0
"""Seconds to wait for a byte, unless told otherwise."""
_RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
_GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/plain": RdfFormat.N_TRIPLES,
}
_ACCEPT_RESULTS = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
_ACCEPT_GRAPHS = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"


class Endpoint:
    """A SPARQL 1.1 endpoint; ``query`` takes what ``pyoxigraph.Store.query`` takes and gives what it gives."""

    def __init__(self, address: str, timeout: float | None = None) -> None:
        """Raises KgError for an address that is none of the web."""
        if urllib.parse.urlsplit(address).scheme not in {"http", "https"}:
            raise KgError(f"{address}: is no http or https address")
        self._address, self._timeout = address, timeout

    def query(
        self,
        query: str,
        use_default_graph_as_union: bool = True,
        substitutions: Mapping[Variable, Term] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """The results of a query; which graph is the default one is the endpoint's to decide.

        Raises KgError when the endpoint cannot be reached, refuses, or answers something else than results.
        """
        terms = {variable.value: str(term) for variable, term in (substitutions or {}).items()}
        text = substitute(query, terms) if terms else query
        graph = outline(text).form in {"CONSTRUCT", "DESCRIBE"}
        body = urllib.parse.urlencode({"query": text}).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": _ACCEPT_GRAPHS if graph else _ACCEPT_RESULTS,
        }
        media, answer = _send("POST", self._address, self._timeout, body, headers)
        try:
            if graph:
                constructed = Store()
                constructed.extend(parse(answer, format=_GRAPHS[media], base_iri=self._address))
                return constructed.query("CONSTRUCT WHERE { ?s ?p ?o }")
            return parse_query_results(answer, format=_RESULTS[media])
        except (KeyError, SyntaxError, ValueError) as error:
            raise KgError(f"{self._address}: answered {media or 'nothing'} that is no result of a query") from error


def publish(
    store: Store, endpoint: str, state: Path, generation: str, timeout: float | None = None
) -> Iterator[tuple[str, int]]:
    """Sends every named graph of a store to a Graph Store, and yields each graph's name and size once it is there.

    A graph goes in chunks: the first replaces what the store had under the name (PUT), the others are added (POST), and
    the number of triples that the store then has is compared (GET). ``state`` is a file that remembers which graphs of
    which ``generation`` are there, so that a broken run goes on; a graph that was cut short begins again.
    Raises KgError when the store refuses, or holds another number.
    """
    done = _read_state(state, endpoint, generation)
    for name, quads in _named_graphs(store):
        if name in done:
            continue
        target = f"{endpoint}{'&' if '?' in endpoint else '?'}{urllib.parse.urlencode({'graph': name})}"
        for start in range(0, len(quads), _CHUNK):
            body = serialize((quad.triple for quad in quads[start : start + _CHUNK]), format=RdfFormat.N_TRIPLES) or b""
            _send("POST" if start else "PUT", target, timeout, body, {"Content-Type": "application/n-triples"})
        there = _size(target, timeout)
        if there != len(quads):
            raise KgError(
                f"{endpoint}: <{name}> holds {there:,} triples there instead of {len(quads):,}; publish again"
            )
        done[name] = len(quads)
        _write_state(state, endpoint, generation, done)
        yield name, len(quads)
    state.unlink(missing_ok=True)


def _named_graphs(store: Store) -> Iterator[tuple[str, list[Quad]]]:
    names = sorted(name.value for name in store.named_graphs())
    for name in names:
        yield name, list(store.quads_for_pattern(None, None, None, NamedNode(name)))


def _size(target: str, timeout: float | None) -> int:
    """The number of triples of a graph in the store."""
    media, body = _send("GET", target, timeout, None, {"Accept": _ACCEPT_GRAPHS})
    try:
        return sum(1 for _ in parse(body, format=_GRAPHS[media], base_iri=target))
    except (KeyError, SyntaxError, ValueError) as error:
        raise KgError(f"{target}: answered {media or 'nothing'} that is no graph") from error


def _read_state(path: Path, endpoint: str, generation: str) -> dict[str, int]:
    try:
        state = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(state, dict) or (state.get("endpoint"), state.get("generation")) != (endpoint, generation):
        return {}
    done = state.get("graphs")
    return dict(done) if isinstance(done, dict) else {}


def _write_state(path: Path, endpoint: str, generation: str, done: dict[str, int]) -> None:
    state = {"endpoint": endpoint, "generation": generation, "graphs": done}
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_text(json.dumps(state), encoding="utf8")
        temporary.replace(path)
    except OSError as error:
        raise KgError(f"{path}: cannot be written ({error.strerror})") from error


def _send(
    method: str, address: str, timeout: float | None, body: bytes | None, headers: dict[str, str]
) -> tuple[str, bytes]:
    """The media type and the body of an answer. Raises KgError with what the server said."""
    request = urllib.request.Request(address, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout or _PATIENCE) as response:
            if cut := response.headers.get("X-Result-Cut"):
                raise KgError(f"{address}: the result is cut {cut}; ask for less at a time")
            return response.headers.get_content_type(), response.read()
    except urllib.error.HTTPError as error:
        said = " ".join(error.read(500).decode("utf8", "replace").split())
        raise KgError(f"{address}: refused with {error.code} {error.reason}{': ' + said if said else ''}") from error
    except TimeoutError as error:
        raise KgError(f"{address}: no answer within {timeout or _PATIENCE:g} seconds") from error
    except http.client.HTTPException as error:
        raise KgError(f"{address}: the answer broke off before its end ({error!r})") from error
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise KgError(f"{address}: cannot be reached ({getattr(error, 'reason', error)})") from error
