"""Linked data: every IRI of the graph answers at the server, as a page for people and as RDF or JSON for tools."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jinja2
from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from kg.graph import BASE, PREFIXES
from kg.serve.entity import GRAPH_OF, about, entity
from kg.serve.generations import Generation
from kg.serve.limits import Limits
from kg.serve.negotiate import PAGES, Offer, choose, content_type, unchanged
from kg.serve.protocol import RefusedError

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_LETTERS = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
_TEMPLATES = Path(__file__).resolve().parent / "templates"
_SUFFIXES: dict[str, Offer] = {
    "html": ("text/html", "html"),
    "json": ("application/json", "json"),
    "ttl": ("text/turtle", "ttl"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "rdfxml"),
    "jsonld": ("application/ld+json", "jsonld"),
}


class Pages:
    """Makes the pages of one graph directory."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters["local"] = local_name
        self._environment = environment

    def html(self, template: str, status: int = 200, **content: Any) -> HTMLResponse:
        """A page; no script runs in it and nothing is fetched from elsewhere."""
        body = self._environment.get_template(template).render(**content)
        return HTMLResponse(body, status, {"Content-Security-Policy": CSP})

    async def document(self, request: Request, generation: Generation, path: str) -> Response:
        """What is known of the IRI at a path as it was sent. Raises RefusedError, EngineError."""
        base = generation.manifest.get("base", BASE)
        for tail, offer in _readings(path, request.headers.get("accept", "")):
            for iri in dict.fromkeys((base + tail, base + _internationalized(tail))):
                response = await self._document(request, generation, checked_iri(iri), offer)
                if response is not None:
                    return response
        raise RefusedError(404, f"the graph has nothing about {base}{path}", "unknown")

    async def describe(self, generation: Generation, iri: str) -> Response:
        """An entity as JSON. Raises RefusedError, EngineError."""
        found = await entity(generation, self._limits, checked_iri(iri))
        if found is None:
            raise RefusedError(404, f"the graph has nothing about {iri}", "unknown")
        return JSONResponse(found, headers={"etag": f'W/"{generation.tag}-json"', "cache-control": "no-cache"})

    async def _document(self, request: Request, generation: Generation, iri: str, offer: Offer) -> Response | None:
        """The IRI in a form; None when the graph says nothing of it."""
        media, format = offer
        headers = {
            "vary": "Accept, Accept-Encoding",
            "content-type": content_type(media),
            "etag": f'W/"{generation.tag}-{format}"',
            "cache-control": "no-cache",
        }
        if unchanged(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(None, 304, headers)
        if format not in {"html", "json"}:
            body = await self._rdf(generation, iri, format)
            return Response(body, 200, headers) if body is not None else None
        found = await entity(generation, self._limits, iri)
        if found is None:
            return None
        if format == "json":
            return JSONResponse(found, 200, headers)
        base = generation.manifest.get("base", BASE)
        response = self.html("entity.html", entity=found, link=linker(base), path=request.url.path)
        response.headers.update(headers)
        return response

    async def _rdf(self, generation: Generation, iri: str, format: str) -> bytes | None:
        question = {
            "query": about(GRAPH_OF, iri),
            "format": format,
            "prefixes": PREFIXES,
            "rows": self._limits.rows,
            "bytes": self._limits.bytes,
        }
        body, rows = await generation.engines.ask_whole(question)
        return body if rows else None


def linker(base: str) -> Callable[[str], str | None]:
    """What a page links a value to: its own page here, a web address, or nothing.

    >>> link = linker("https://x.example/")
    >>> link("https://x.example/id/a%20b"), link("javascript:alert(1)"), link("http://y.example/")
    ('/id/a%20b', None, 'http://y.example/')
    """

    def link(value: str) -> str | None:
        if value.startswith(base):
            return "/" + quote(value.removeprefix(base).lstrip("/"), safe="%/#=,.-_~:@")
        return value if value.startswith(("http://", "https://")) else None

    return link


def checked_iri(text: str) -> str:
    """The text if it is an IRI. Raises RefusedError."""
    try:
        return NamedNode(text).value
    except ValueError:
        raise RefusedError(400, f"'{text[:200]}' is no IRI") from None


def local_name(iri: str) -> str:
    """The last part of an IRI.

    >>> local_name("https://w3id.org/paper-kg/ontology#runsOn")
    'runsOn'
    """
    return iri.rpartition("#")[2].rpartition("/")[2]


def _internationalized(tail: str) -> str:
    """A path with its percent-encoded letters beyond ASCII decoded (RFC 3987, 3.2).

    >>> _internationalized("id/model/%CE%B1-net%20")
    'id/model/α-net%20'
    """
    return _LETTERS.sub(lambda match: unquote(match[0], errors="ignore") or match[0], tail)


def _readings(path: str, accept: str) -> list[tuple[str, Offer]]:
    """How a path may be meant: with a suffix for the form, or as it stands, by the Accept header."""
    readings = []
    name, dot, suffix = path.rpartition(".")
    if dot and suffix in _SUFFIXES:
        readings.append((name, _SUFFIXES[suffix]))
    chosen = choose(accept, PAGES)
    if chosen is not None:
        readings.append((path, chosen))
    if not readings:
        raise RefusedError(406, f"there are {', '.join(media for media, _ in PAGES)}")
    return readings
