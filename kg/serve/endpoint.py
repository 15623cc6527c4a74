"""``/sparql``: a question to the engines, its answer streamed back."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from kg.graph import PREFIXES
from kg.serve.cache import Kept
from kg.serve.description import service_description
from kg.serve.generations import Generation, Generations
from kg.serve.limits import Limits
from kg.serve.negotiate import content_type, unchanged
from kg.serve.observe import Record
from kg.serve.pool import Answer
from kg.serve.process import EngineError
from kg.serve.protocol import Question, RefusedError, explained, read_question

CUT = "X-Result-Cut"
_DEAR = 0.01
"""Seconds of a processor from which on a short answer is worth keeping; what is cheap is found again."""
_HOLD = 0.025
"""Seconds for which a refusal of one query too many is held, so that asking again at once slows nobody else."""


class BrokenOffError(Exception):
    """An answer that ends before its end: the connection is closed so that the client can tell."""


class SparqlEndpoint:
    """Answers queries over GET and POST; a GET without a query is answered by the service description."""

    def __init__(self, generations: Generations, limits: Limits) -> None:
        self._generations, self._limits = generations, limits
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        request, record = Request(scope, receive), Record.of(scope)
        record.route = "/sparql"
        try:
            question = await read_question(request, self._limits)
            with self._generations.current.request() as generation:
                if question is None:
                    response = await service_description(request, generation, self._limits)
                    await response(scope, receive, send)
                else:
                    await self._answer(question, generation, request, record, send)
        except RefusedError as refused:
            await refusal(refused, record)(scope, receive, send)
        except ClientDisconnect:
            record.outcome = "gone"

    async def _answer(
        self, question: Question, generation: Generation, request: Request, record: Record, send: Send
    ) -> None:
        record.query = hashlib.sha256(question.text.encode("utf8", "replace")).hexdigest()[:16]
        headers = {"vary": "Accept, Accept-Encoding", "content-type": content_type(question.offer[0])}
        if question.steady:
            headers |= {"etag": f'W/"{generation.tag}-{question.offer[1]}"', "cache-control": "no-cache"}
            if request.method != "POST" and unchanged(request.headers.get("if-none-match", ""), headers["etag"]):
                await Response(None, 304, headers)(request.scope, request.receive, send)
                return
            if kept := generation.cache.get(question):
                await self._send_whole(kept, headers, request, record, send)
                return
        if self._inside >= self._limits.concurrent:
            await asyncio.sleep(_HOLD)
            raise RefusedError(429, "too many queries at once; try again", "busy", retry_after=1)
        self._inside += 1
        try:
            answer = await generation.engines.ask(as_asked(question, self._limits))
            try:
                await self._send(answer, question, generation, headers, request, record, send)
            finally:
                answer.close()
        except EngineError as failure:
            raise explained(failure, self._limits) from failure
        finally:
            self._inside -= 1

    async def _send_whole(
        self, kept: Kept, headers: dict[str, str], request: Request, record: Record, send: Send
    ) -> None:
        record.rows, record.outcome = kept.rows, "cut" if kept.cut else "ok"
        if kept.cut:
            headers[CUT] = kept.cut
        await Response(kept.body, 200, headers)(request.scope, request.receive, send)

    async def _send(
        self,
        answer: Answer,
        question: Question,
        generation: Generation,
        headers: dict[str, str],
        request: Request,
        record: Record,
        send: Send,
    ) -> None:
        """Sends an answer, whole if it is short. What is cut later than its first part ends without an end."""
        chunks = answer.chunks()
        first, more = await anext(chunks, b""), await anext(chunks, None)
        if more is None:
            record.cpu = answer.cpu
            whole = Kept(first, answer.rows, answer.cut)
            if question.steady and answer.cpu > _DEAR:
                generation.cache.put(question, whole)
            await self._send_whole(whole, headers, request, record, send)
            return
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        try:
            await send({"type": "http.response.body", "body": first, "more_body": True})
            await send({"type": "http.response.body", "body": more, "more_body": True})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except EngineError as failure:
            record.outcome = failure.reason
            raise BrokenOffError(explained(failure, self._limits).text) from failure
        record.rows, record.outcome, record.cpu = answer.rows, "cut" if answer.cut else "ok", answer.cpu
        if answer.cut:
            raise BrokenOffError(answer.cut)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def as_asked(question: Question, limits: Limits) -> dict[str, Any]:
    """A question as an engine takes it."""
    return {
        "query": question.text,
        "base": question.base,
        "format": question.offer[1],
        "default": question.default,
        "named": question.named,
        "union": question.union,
        "prefixes": PREFIXES,
        "rows": limits.rows,
        "bytes": limits.bytes,
    }


def refusal(refused: RefusedError, record: Record) -> Response:
    """Why a request is not answered, as text."""
    record.outcome = refused.outcome
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    return PlainTextResponse(refused.text + "\n", refused.status, headers)
