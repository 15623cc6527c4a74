"""The SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/) for queries, and what is refused."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from starlette.requests import Request

from kg.query import syntax_error
from kg.serve.limits import Limits
from kg.serve.negotiate import GRAPHS, SOLUTIONS, Offer, choose
from kg.serve.process import EngineError
from kg.sparql import UPDATE_FORMS, Outline, outline

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_READ_ONLY = "this graph is read-only over the web; it changes by kg build"
_MOST_FIELDS = 1000
_SHORT = 10_000
_remembered_outline = lru_cache(maxsize=1000)(outline)
_FILE = re.compile(r"\s*file:", re.I)


class RefusedError(Exception):
    """A request that is not answered: the status, why in a sentence, and a word for the log."""

    def __init__(self, status: int, text: str, outcome: str = "refused", retry_after: int | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.outcome, self.retry_after = status, text, outcome, retry_after


@dataclass(frozen=True, slots=True)
class Question:
    """A query as the protocol carries it; ``default`` and ``named`` are None unless the request names a dataset."""

    text: str
    base: str
    offer: Offer
    steady: bool
    union: bool
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


async def read_question(request: Request, limits: Limits) -> Question | None:
    """The question of a request; None for a GET without one, which asks for the service description.

    Raises RefusedError.
    """
    fields = _fields(request.scope["query_string"], limits)
    kind = ""
    if request.method == "POST":
        kind, _, parameters = request.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind == UPDATE:
            raise RefusedError(403, _READ_ONLY)
        if kind not in {FORM, QUERY}:
            raise RefusedError(415, f"a query is posted as {FORM} or {QUERY}, not as {kind or 'nothing'}")
        if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
            raise RefusedError(415, "a query must be UTF-8")
        body = await read_body(request, limits)
        fields += _fields(body, limits) if kind == FORM else [("query", _text(body))]
    if any(name == "update" for name, _ in fields):
        raise RefusedError(403, _READ_ONLY)
    queries = [value for name, value in fields if name == "query"]
    if not queries and request.method != "POST":
        return None
    if len(queries) != 1:
        raise RefusedError(400, f"a request carries one query; this one carries {len(queries)}")
    default = tuple(value for name, value in fields if name == "default-graph-uri")
    named = tuple(value for name, value in fields if name == "named-graph-uri")
    short = len(queries[0]) < _SHORT
    told = _remembered_outline(queries[0]) if short else await asyncio.to_thread(outline, queries[0])
    return _question(queries[0], told, request, limits, default, named)


def _question(
    text: str, told: Outline, request: Request, limits: Limits, default: tuple[str, ...], named: tuple[str, ...]
) -> Question:
    if told.form in UPDATE_FORMS:
        raise RefusedError(403, _READ_ONLY)
    if told.depth > limits.nesting:
        raise RefusedError(400, f"the query nests {told.depth} brackets; the most is {limits.nesting}")
    for host in told.services - limits.services:
        where = f"calls to {host}" if host else "SERVICE without a written address"
        raise RefusedError(403, f"this server refuses {where}; its keeper may allow a host with --allow-service")
    if told.files or any(_FILE.match(iri) for iri in (*default, *named)):
        raise RefusedError(400, "this server reads no files; a graph is named by its IRI in the store")
    offers = GRAPHS if told.form in {"CONSTRUCT", "DESCRIBE"} else SOLUTIONS
    offer = choose(request.headers.get("accept", ""), offers)
    if offer is None:
        raise RefusedError(406, f"there are {', '.join(media for media, _ in offers)}")
    dataset = (default, named) if default or named else (None, None)
    return Question(text, address(request, "sparql"), offer, told.steady, not told.has_dataset, *dataset)


def address(request: Request, path: str) -> str:
    """An address of this server as the client sees it; as the server itself sees it for a Host that is none.

    It is an IRI.
    """
    try:
        return NamedNode(f"{str(request.base_url).rstrip('/')}/{path}").value
    except ValueError:
        host, port = request.scope["server"]
        return f"http://{host}:{port}/{path}"


async def read_body(request: Request, limits: Limits) -> bytes:
    """The body of a request. Raises RefusedError when it is too long, or too slow in coming."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(limits.seconds):
            async for part in request.stream():
                size += len(part)
                if size > limits.request_bytes:
                    raise RefusedError(413, f"the request is longer than {limits.request_bytes:,} bytes", "too large")
                parts.append(part)
    except TimeoutError:
        raise RefusedError(408, f"the request did not arrive within {limits.seconds:g} seconds") from None
    return b"".join(parts)


def explained(failure: EngineError, limits: Limits) -> RefusedError:
    """An engine's failure as an answer."""
    match failure.reason:
        case "syntax":
            return RefusedError(400, f"not valid SPARQL{syntax_error(failure.text)}", "syntax")
        case "refused":
            return RefusedError(400, " ".join(failure.text.split()), "refused")
        case "time":
            return RefusedError(503, f"the query took longer than {limits.seconds:g} seconds and was stopped", "time")
        case "memory":
            return RefusedError(503, f"the query took more than {limits.memory_mb:,} MB and was stopped", "memory")
        case "nesting":
            return RefusedError(400, "the query is nested too deeply, or too long a chain, for the engine", "nesting")
        case "busy":
            return RefusedError(503, "no engine became free in time; try again", "busy", retry_after=1)
        case "crowded":
            return RefusedError(503, "too many long queries are running; try again later", "crowded", retry_after=5)
    return RefusedError(503, "the engine could not answer; try again", "engine", retry_after=1)


def _fields(encoded: bytes, limits: Limits) -> list[tuple[str, str]]:
    if len(encoded) > limits.request_bytes:
        raise RefusedError(414, f"the address is longer than {limits.request_bytes:,} bytes", "too large")
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise RefusedError(400, "the request is not URL-encoded UTF-8") from None
    except ValueError:
        raise RefusedError(400, f"the request has more than {_MOST_FIELDS} parameters") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf8")
    except UnicodeDecodeError:
        raise RefusedError(400, "the query is not UTF-8") from None
