"""The process that answers queries: ``python -m kg.serve.engine SOCKET STORE MEMORY_MB [network]``."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Store,
    serialize,
)

from kg.serve import child, frames
from kg.serve.results import RDF_FORMATS, WRITERS, Cutoff
from kg.serve.standard import as_the_standard_says

_CHUNK = 1 << 18
_UNKNOWN_FUNCTION = re.compile(r"custom function <([^>]+)> is not supported")
_BOOLEAN = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_COMMENTED = {"ttl", "nt"}
_NOTHING = Store()
"""What a query is asked of to see whether it is one."""


class Sink:
    """A file that sends what is written to it, in frames of some 256 KiB."""

    def __init__(self, connection: socket.socket, cutoff: Cutoff) -> None:
        self._connection, self._cutoff = connection, cutoff
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, part: bytes) -> int:
        """Takes a part; sends all that waits once it is enough."""
        self._waiting.append(bytes(part))
        self._size += len(part)
        self._cutoff.bytes += len(part)
        if self._size >= _CHUNK:
            self.send()
        return len(part)

    def flush(self) -> None:
        """Does nothing: a serialiser's flush is no reason for a small frame."""

    def send(self) -> None:
        """Sends what waits."""
        if self._waiting:
            self._connection.sendall(frames.pack(frames.DATA, b"".join(self._waiting)))
            self._waiting, self._size = [], 0


def answer(store: Store, question: dict[str, Any], connection: socket.socket) -> None:
    """Sends the answer to a question."""
    began = time.process_time()
    cutoff = Cutoff(question["rows"], question["bytes"])
    sink = Sink(connection, cutoff)
    try:
        results = evaluate(store, question["query"], **_settings(question))
        write(results, question["format"], sink, cutoff, question.get("prefixes"))
    except SyntaxError as error:
        last = frames.pack_json(frames.FAILED, reason="syntax", text=str(error.msg))
    except (ValueError, RuntimeError) as error:
        last = frames.pack_json(frames.FAILED, reason="refused", text=str(error))
    except MemoryError:
        last = frames.pack_json(frames.FAILED, reason="memory", text="")
    except OSError as error:
        last = frames.pack_json(frames.FAILED, reason="engine", text=str(error))
    else:
        sink.send()
        last = frames.pack_json(frames.END, rows=cutoff.rows, cut=cutoff.reason, cpu=time.process_time() - began)
    connection.sendall(last)


def evaluate(store: Store, query: str, **settings: Any) -> QuerySolutions | QueryBoolean | QueryTriples:
    """The results of a query as SPARQL 1.1 defines them. Raises SyntaxError, ValueError, RuntimeError, OSError."""

    def ask(question: str) -> list[str]:
        return [str(solution[0]) for solution in cast("QuerySolutions", _evaluate(store, question, **settings))]

    with suppress(SyntaxError):  # which is told of the query as it was sent
        written = as_the_standard_says(query, ask)
        if written != query:
            _evaluate(_NOTHING, query, **settings)
            return _evaluate(store, written, **settings)
    return _evaluate(store, query, **settings)


def _evaluate(store: Store, query: str, **settings: Any) -> QuerySolutions | QueryBoolean | QueryTriples:
    """What the engine finds. A function that nobody knows is an error of its expression, not of the query."""
    unknown: dict[NamedNode, Callable[..., Any]] = {}
    while True:
        try:
            return store.query(query, custom_functions=unknown, **settings)
        except RuntimeError as error:
            named = _UNKNOWN_FUNCTION.search(str(error))
            if named is None or NamedNode(named[1]) in unknown:
                raise
            unknown[NamedNode(named[1])] = lambda *arguments: None


def write(
    results: QuerySolutions | QueryBoolean | QueryTriples,
    format: str,
    sink: Sink,
    cutoff: Cutoff,
    prefixes: dict[str, str] | None = None,
) -> None:
    """Writes results in a format that their kind has."""
    if isinstance(results, QueryBoolean):
        cutoff.rows = 1
        sink.write(results.serialize(format=_BOOLEAN[format]) or b"")
    elif isinstance(results, QueryTriples):
        serialize(cutoff.within(results), cast("IO[bytes]", sink), RDF_FORMATS[format], prefixes=prefixes)
        if cutoff.reason and format in _COMMENTED:
            sink.write(f"# cut {cutoff.reason}\n".encode())
    else:
        for part in WRITERS[format]([variable.value for variable in results.variables], results, cutoff):
            sink.write(part.encode())


def _settings(question: dict[str, Any]) -> dict[str, Any]:
    """The dataset of a question: the one that the request names, else the query's own, else the union of all graphs."""
    settings: dict[str, Any] = {"base_iri": question.get("base")}
    if question.get("default") is not None:
        settings["default_graph"] = [NamedNode(iri) for iri in question["default"]]
        settings["named_graphs"] = [NamedNode(iri) for iri in question["named"]]
    else:
        settings["use_default_graph_as_union"] = question.get("union", True)
    return settings


if __name__ == "__main__":
    child.run(sys.argv[1:], lambda store: lambda question, connection: answer(store, question, connection))
