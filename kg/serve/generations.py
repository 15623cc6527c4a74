"""The generation that the server answers from, and going over to the next one without losing a request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kg.records import KgError
from kg.serve.cache import Cache
from kg.serve.limits import Limits
from kg.serve.pool import Pool
from kg.serve.process import EngineError
from kg.store import GraphDirectory
from kg.store.reading import Reading
from kg.store.seal import identity, read_seal

_POLL = 0.25
"""Seconds between two looks at which generation is published."""
_CACHED = 64 << 20
"""Bytes of short answers that are kept."""
_log = logging.getLogger("kg.serve")


class Generation:
    """A published graph with its engines; it goes when it is no longer current and its last request has ended."""

    def __init__(self, reading: Reading, manifest: dict[str, Any], limits: Limits) -> None:
        self.path = reading.path
        self.manifest = manifest
        self.cache = Cache(_CACHED)
        self.tag = _tag(reading.path)
        self.engines = Pool(reading.path, limits, limits.workers, limits.memory_mb, "kg.serve.engine")
        self.search = Pool(reading.path, limits, 1, 0, "kg.serve.search")  # its memory is the graph's, not a query's
        self._reading = reading
        self._requests = 0
        self._unread = asyncio.Event()
        self._unread.set()

    async def start(self) -> None:
        """Starts its engines. Raises EngineError."""
        try:
            await self.engines.start()
            await self.search.start()
        except BaseException:
            await self.close()
            raise

    @contextmanager
    def request(self) -> Iterator[Generation]:
        """Keeps the generation for the time of a request."""
        self._requests += 1
        self._unread.clear()
        try:
            yield self
        finally:
            self._requests -= 1
            if not self._requests:
                self._unread.set()

    def is_at(self, path: Path) -> bool:
        """Whether this generation is what stands at a path."""
        return self._reading.is_at(path)

    async def drain(self) -> None:
        """Waits for the requests that still read it, and closes."""
        await self._unread.wait()
        await self.close()

    async def close(self) -> None:
        """Ends its engines and lets its files go."""
        await self.engines.close()
        await self.search.close()
        self._reading.close()


class Generations:
    """The current generation of a graph directory, followed as it is published or rolled back."""

    def __init__(self, directory: GraphDirectory, limits: Limits) -> None:
        self._directory, self._limits = directory, limits
        self._current: Generation | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.changes = 0

    @property
    def current(self) -> Generation:
        """The generation that new requests are answered from."""
        assert self._current is not None, "started"
        return self._current

    async def start(self) -> None:
        """Opens the published generation and follows. Raises KgError when there is none or it cannot be opened."""
        try:
            self._current = await self._open()
        except EngineError as error:
            raise KgError(f"{error.text}; see what is wrong with: kg doctor -g {self._directory.path}") from error
        if unconfined := self._current.engines.unconfined:
            _log.warning("%s; what a query may call and read is told by its text alone", unconfined)
        self._spawn(self._follow())

    async def close(self) -> None:
        """Ends every engine."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._current:
            await self._current.close()

    async def _open(self) -> Generation:
        reading = self._directory.reading()
        manifest = read_seal(reading.path) or self._directory.manifest()
        generation = Generation(reading, manifest, self._limits)
        await generation.start()
        return generation

    async def _follow(self) -> None:
        refused: Path | None = None
        while True:
            await asyncio.sleep(_POLL)
            published = self._directory.current()
            if published is None or published == refused or self.current.is_at(published):
                continue
            try:
                following = await self._open()
            except (EngineError, KgError) as error:
                _log.error("generation %s cannot be served, the last one stays: %s", published.name, error)
                refused = published
                continue
            refused, before, self._current = None, self.current, following
            self.changes += 1
            _log.info("generation %s is served", following.path.name)
            self._spawn(self._retire(before))

    async def _retire(self, generation: Generation) -> None:
        await generation.drain()
        with suppress(KgError, OSError), self._directory.locked(patience=0):
            self._directory.remove_old()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _tag(path: Path) -> str:
    try:
        return identity(path)
    except OSError:  # built before generations were sealed
        return f"{path.name}-{path.stat().st_mtime_ns:x}"
