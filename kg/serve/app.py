"""The routes of the server, over the generations of a graph directory."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from kg.graph import BASE
from kg.serve.description import void
from kg.serve.endpoint import CUT, SparqlEndpoint, refusal
from kg.serve.generations import Generation, Generations
from kg.serve.limits import Limits
from kg.serve.observe import AccessLog, Metrics, Observed, Record
from kg.serve.pages import Pages, linker
from kg.serve.process import EngineError
from kg.serve.protocol import RefusedError, explained

_HERE = Path(__file__).resolve().parent
_MOST_FOUND = 100
_LONGEST_TEXT = 200
Answered = Callable[[Request, Generation], Awaitable[Response]]


def application(generations: Generations, limits: Limits, log: AccessLog) -> ASGIApp:
    """The ASGI application."""
    pages, metrics = Pages(limits), Metrics()

    def route(path: str, answer: Answered) -> Route:
        """A route whose answer comes from one generation and whose refusals are text."""

        async def endpoint(request: Request) -> Response:
            Record.of(request.scope).route = path
            try:
                with generations.current.request() as generation:
                    return await answer(request, generation)
            except RefusedError as refused:
                return refusal(refused, Record.of(request.scope))
            except EngineError as failure:
                return refusal(explained(failure, limits), Record.of(request.scope))

        return Route(path, endpoint)

    async def home(request: Request, generation: Generation) -> Response:
        return pages.html("home.html", manifest=generation.manifest)

    async def search_page(request: Request, generation: Generation) -> Response:
        text, results = await _search(request, generation)
        link = linker(generation.manifest.get("base", BASE))
        return pages.html("search.html", text=text, results=results, link=link)

    async def search(request: Request, generation: Generation) -> Response:
        text, results = await _search(request, generation)
        return JSONResponse({"q": text, "results": results})

    async def described(request: Request, generation: Generation) -> Response:
        return await pages.describe(generation, request.query_params.get("iri", ""))

    async def document(request: Request, generation: Generation) -> Response:
        return await pages.document(request, generation, request.scope["raw_path"].decode("ascii").lstrip("/"))

    async def voided(request: Request, generation: Generation) -> Response:
        return await void(request, generation)

    async def health(request: Request, generation: Generation) -> Response:
        alive = generation.engines.pids
        state = {"status": "ok" if alive else "no engine", "generation": int(generation.path.name), "engines": alive}
        return JSONResponse(state, 200 if alive else 503, {"cache-control": "no-store"})

    async def measured(request: Request, generation: Generation) -> Response:
        return PlainTextResponse(metrics.text(int(generation.path.name)), media_type="text/plain; version=0.0.4")

    async def style(request: Request, generation: Generation) -> Response:
        return FileResponse(_HERE / "templates" / "style.css", media_type="text/css")

    async def openapi(request: Request, generation: Generation) -> Response:
        return JSONResponse(json.loads((_HERE / "openapi.json").read_text(encoding="utf8")))

    sparql = SparqlEndpoint(generations, limits)
    methods = ["GET", "POST"]
    app = Starlette(
        routes=[
            Route("/sparql", sparql, methods=methods),
            Route("/sparql/", sparql, methods=methods),
            route("/", home),
            route("/search", search_page),
            route("/api/search", search),
            route("/api/entity", described),
            route("/.well-known/void", voided),
            route("/healthz", health),
            route("/metrics", measured),
            route("/style.css", style),
            route("/openapi.json", openapi),
            route("/{path:path}", document),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "POST"],
                allow_headers=["*"],
                expose_headers=["ETag", "Retry-After", CUT],
            ),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=4),
        ],
        exception_handlers={HTTPException: _http_error},
    )
    app.router.redirect_slashes = False
    return Observed(app, log, metrics)


async def _search(request: Request, generation: Generation) -> tuple[str, list[dict[str, object]]]:
    text = request.query_params.get("q", "")
    if len(text) > _LONGEST_TEXT:
        raise RefusedError(400, f"a name to find has at most {_LONGEST_TEXT} characters")
    try:
        limit = int(request.query_params.get("limit", "20"))
    except ValueError:
        limit = 0
    if not 1 <= limit <= _MOST_FOUND:
        raise RefusedError(400, f"limit must be a number from 1 to {_MOST_FOUND}")
    body, _ = await generation.search.ask_whole({"text": text, "limit": limit})
    results: list[dict[str, object]] = json.loads(body)["results"]
    return text, results


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
