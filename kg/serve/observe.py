"""What the server did: a JSON line a request, and counts for Prometheus."""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST_LINES = 10_000
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass(slots=True)
class Record:
    """What a request became; the endpoints fill it in. ``query`` is a hash, ``outcome`` a word,
    ``cpu`` the seconds of a processor that an engine took, if one was asked.
    """

    route: str = "other"
    query: str | None = None
    rows: int | None = None
    outcome: str | None = None
    cpu: float | None = None
    status: int = 0
    bytes: int = 0

    @classmethod
    def of(cls, scope: Scope) -> Record:
        """The record of a request."""
        record: Record = scope.setdefault("kg.record", cls())
        return record


class AccessLog:
    """Writes lines from a thread of its own, so that a slow reader of the log holds no request up.

    What the reader lets pile up beyond ten thousand lines is dropped.
    """

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_LINES)
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, **fields: object) -> None:
        """Logs one request."""
        if not self._lines.full():
            self._lines.put_nowait(json.dumps({key: value for key, value in fields.items() if value is not None}))

    def close(self) -> None:
        """Writes what waits, for two seconds at most."""
        if not self._lines.full():
            self._lines.put_nowait(None)
        self._thread.join(2)

    def _write(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                self._out.write(line + "\n")
                if self._lines.empty():
                    self._out.flush()
        except (OSError, ValueError):
            return  # nobody reads the log any more


class Metrics:
    """Counts and times in the Prometheus text format."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kg_requests", "Requests by route and status.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "kg_request_seconds",
            "Seconds to the end of the answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._outcomes = Counter("kg_queries", "Queries by outcome.", ("outcome",), registry=self._registry)
        self._rows = Counter("kg_result_rows", "Rows of results.", registry=self._registry)
        self._running = Gauge("kg_requests_running", "Requests that are being answered.", registry=self._registry)
        self._generation = Gauge("kg_generation", "The number of the served generation.", registry=self._registry)

    def began(self) -> None:
        """Counts a request in."""
        self._running.inc()

    def ended(self, record: Record, seconds: float) -> None:
        """Counts a request out."""
        self._running.dec()
        self._requests.labels(record.route, str(record.status)).inc()
        self._seconds.labels(record.route).observe(seconds)
        if record.outcome:
            self._outcomes.labels(record.outcome).inc()
        if record.rows:
            self._rows.inc(record.rows)

    def text(self, generation: int) -> bytes:
        """All counts."""
        self._generation.set(generation)
        return generate_latest(self._registry)


class Observed:
    """An ASGI application whose requests are logged and counted."""

    def __init__(self, app: ASGIApp, log: AccessLog, metrics: Metrics) -> None:
        self._app, self._log, self._metrics = app, log, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record, began = Record.of(scope), time.perf_counter()
        self._metrics.began()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
            elif message["type"] == "http.response.body":
                record.bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.ended(record, seconds)
            self._log.put(
                time=datetime.now(UTC).isoformat(timespec="milliseconds"),
                client=(scope.get("client") or ("",))[0],
                method=scope["method"],
                path=scope["path"],
                status=record.status,
                seconds=round(seconds, 6),
                bytes=record.bytes,
                query=record.query,
                rows=record.rows,
                cpu=record.cpu and round(record.cpu, 6),
                outcome=record.outcome,
            )
