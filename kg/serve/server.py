"""``kg serve``: the socket, the event loop, and an end that loses no request."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.records import KgError
from kg.serve.app import application
from kg.serve.generations import Generations
from kg.serve.limits import Limits
from kg.serve.observe import AccessLog
from kg.store import GraphDirectory

_HEAD_SECONDS = 20.0
_HEAD_BYTES = 64 << 10
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_LINGER = 1.0
"""Seconds for which what a refused client still sends is read, so that it sees the refusal."""
_CONNECTIONS = 1000
_GRACE = 30


def serve(
    graph: Path, host: str, port: int, limits: Limits, ready: Callable[[str], None] = lambda address: None
) -> None:
    """Serves a graph directory until SIGTERM or SIGINT; ``ready`` is told the address.

    Requests that are under way at the end are answered first. Raises KgError when the address is taken or there is no
    graph.
    """
    logging.basicConfig(stream=sys.stderr, format="kg: %(message)s")
    logging.getLogger("kg.serve").setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        listening = socket.create_server((host, port), backlog=1024)
    except OSError as error:
        raise KgError(f"{host}:{port}: cannot be listened at ({error.strerror}); choose another --port") from error
    for stop in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again once it has stopped
        signal.signal(stop, lambda number, frame: None)
    with listening, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(GraphDirectory(graph), listening, limits, ready))


async def _serve(
    directory: GraphDirectory, listening: socket.socket, limits: Limits, ready: Callable[[str], None]
) -> None:
    generations, log = Generations(directory, limits), AccessLog()
    try:
        await generations.start()
        config = uvicorn.Config(
            application(generations, limits, log),
            http=bounded(limits),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE,
        )
        host, port = listening.getsockname()[:2]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        await uvicorn.Server(config).serve([listening])
    finally:
        await generations.close()
        log.close()


def bounded(limits: Limits) -> type[HttpToolsProtocol]:
    """HTTP/1.1 that ends a connection whose head is too long or too slow in coming."""
    most = limits.request_bytes + _HEAD_BYTES

    class Bounded(HttpToolsProtocol):
        _head = 0
        _refused = False
        _heads_end: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(cast(asyncio.Transport, transport))
            self._heads_end = self.loop.call_later(_HEAD_SECONDS, transport.close)

        def connection_lost(self, exc: Exception | None) -> None:
            self._arrived()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._heads_end is not None:
                self._head += len(data)
                if self._head > most:
                    if not self._refused:
                        self._refused = True
                        self.transport.write(_TOO_LARGE)
                        self.loop.call_later(_LINGER, self.transport.close)
                    return
            super().data_received(data)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._heads_end is None:
                self._heads_end = self.loop.call_later(_HEAD_SECONDS, self.transport.close)

        def on_headers_complete(self) -> None:
            self._arrived()
            super().on_headers_complete()

        def _arrived(self) -> None:
            self._head = 0
            if self._heads_end is not None:
                self._heads_end.cancel()
                self._heads_end = None

    return Bounded
