"""Engines given to queries in turn: each answers one at a time, and one that dies is replaced."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg.serve import frames
from kg.serve.limits import Limits
from kg.serve.process import Engine, EngineError, cause

_GRACE = 2.0
"""Seconds beyond a query's time that are waited for an engine, and for its own alarm to end it."""
_PATIENCE = 0.5
"""Seconds between two tries to start an engine."""
_AGAIN = 3
_MOST_LOOKS = 10


class Answer:
    """An answer on its way: the engine is held until ``close``.

    ``rows``, ``cut`` and ``cpu`` (seconds of a processor) are known after the last chunk.
    """

    def __init__(self, pool: Pool, engine: Engine, limits: Limits) -> None:
        self._pool, self._engine = pool, engine
        self._whole = self._slow = False
        self._ended_for: str | None = None
        self._ahead: list[tuple[bytes, bytes]] = []
        self.rows = 0
        self.cut: str | None = None
        self.cpu = 0.0
        self._limits = limits
        self._looks = 0
        self._cpu_before = 0.0
        self._loop = asyncio.get_running_loop()
        self._look = self._loop.call_later(limits.quick / 2, self._is_slow)
        self._deadline = self._loop.call_later(limits.seconds + _GRACE, self._end, "time")

    async def begin(self, question: dict[str, Any]) -> None:
        """Sends the question and waits for the whole of a short answer, the first two parts of a long one.

        Raises EngineError.
        """
        with suppress(RuntimeError):  # a closed transport, which reading tells better
            self._engine.writer.write(frames.pack_json(frames.ASK, **question))
        self._ahead = [await self._read()]
        if self._ahead[0][0] == frames.DATA:
            self._ahead.append(await self._read())

    async def chunks(self) -> AsyncIterator[bytes]:
        """The answer in parts. Raises EngineError when it breaks off."""
        kind, content = self._ahead.pop(0)
        while kind == frames.DATA:
            yield content
            kind, content = self._ahead.pop(0) if self._ahead else await self._read()
        end = json.loads(content)
        self.rows, self.cut, self.cpu = end["rows"], end["cut"], end["cpu"]
        self._whole = True

    def close(self) -> None:
        """Gives the engine back; one that has not finished, or has lost its priority, is ended and replaced."""
        self._look.cancel()
        self._deadline.cancel()
        if self._slow:
            self._pool.left_slow_lane(self._engine)
        elif self._whole:
            self._pool.give_back(self._engine)
        else:
            self._pool.replace(self._engine)

    async def _read(self) -> tuple[bytes, bytes]:
        try:
            kind, content = await frames.read(self._engine.reader)
        except (asyncio.IncompleteReadError, OSError) as error:
            status = await self._engine.process.wait()
            raise EngineError(self._ended_for or cause(status), "") from error
        if kind == frames.FAILED:
            self._whole = True
            failure = json.loads(content)
            raise EngineError(failure["reason"], failure["text"])
        return kind, content

    def _is_slow(self) -> None:
        """Looks whether the query has had its quick time of the processor, or sits in its engine for long."""
        self._looks += 1
        cpu = self._engine.cpu_seconds()
        if self._looks == 1:
            self._cpu_before = cpu
        if cpu - self._cpu_before < self._limits.quick / 2 and self._looks < _MOST_LOOKS:
            self._look = self._loop.call_later(self._limits.quick / 2, self._is_slow)
        elif self._pool.enters_slow_lane(self._engine):
            self._slow = True
        else:
            self._end("crowded")

    def _end(self, reason: str) -> None:
        self._ended_for = reason
        self._engine.kill()


class Pool:
    """The engines of one store, given to queries in the order in which they come.

    A query that has taken more than ``limits.quick`` seconds of a processor, or holds its engine for long because its
    client reads slowly, goes on with the lowest priority, and its engine is replaced at once, so that quick queries
    find theirs free. ``limits.slow`` such queries may run; one more is ended.
    """

    def __init__(self, path: Path, limits: Limits, size: int, memory_mb: int, module: str) -> None:
        """Engines that run a module, each within ``memory_mb``, 0 for no limit."""
        self._path, self._limits, self._size = path, limits, size
        self._memory_mb, self._module = memory_mb, module
        self._engines: set[Engine] = set()
        self._idle: deque[Engine] = deque()
        self._waiting: deque[asyncio.Future[Engine]] = deque()
        self._slow = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Starts the engines. Raises EngineError when the store cannot be opened."""
        try:
            for engine in await asyncio.gather(*(self._start() for _ in range(self._size))):
                self._idle.append(engine)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Ends every engine."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(engine.stop() for engine in list(self._engines)))

    @property
    def pids(self) -> list[int]:
        """The engines' process ids."""
        return [engine.process.pid for engine in self._engines]

    @property
    def unconfined(self) -> str | None:
        """What the kernel could not keep the engines from, if anything."""
        return next((engine.unconfined for engine in self._engines), None)

    async def ask(self, question: dict[str, Any]) -> Answer:
        """The answer of the next free engine, once it is under way; to be closed. Raises EngineError.

        A question whose engine is killed from outside before then is asked again, a few times.
        """
        for _ in range(_AGAIN):
            try:
                return await self._ask(question)
            except EngineError as failure:
                if failure.reason != "engine" or failure.text:
                    raise
        return await self._ask(question)

    async def ask_whole(self, question: dict[str, Any]) -> tuple[bytes, int]:
        """A whole answer and its number of rows. Raises EngineError."""
        answer = await self.ask(question)
        try:
            return b"".join([chunk async for chunk in answer.chunks()]), answer.rows
        finally:
            answer.close()

    async def _ask(self, question: dict[str, Any]) -> Answer:
        answer = Answer(self, await self._next(), self._limits)
        try:
            await answer.begin({**question, "seconds": self._limits.seconds})
        except BaseException:
            answer.close()
            raise
        return answer

    async def _next(self) -> Engine:
        """A free engine that lives; the longest waiting question is served first."""
        while True:
            engine = self._idle.popleft() if self._idle else await self._wait()
            if engine.process.returncode is None:
                return engine
            self.replace(engine)

    async def _wait(self) -> Engine:
        turn: asyncio.Future[Engine] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._limits.seconds + _GRACE):
                return await asyncio.shield(turn)
        except BaseException as error:
            if turn.done():  # an engine came in the same moment
                self.give_back(turn.result())
            turn.cancel()
            raise EngineError("busy") if isinstance(error, TimeoutError) else error from None

    def give_back(self, engine: Engine) -> None:
        """Lends a free engine to who waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(engine)
                return
        self._idle.append(engine)

    def replace(self, engine: Engine) -> None:
        """Ends an engine and starts another in its place."""
        self._run(engine.stop())
        self._engines.discard(engine)
        self._run(self._start_again())

    def enters_slow_lane(self, engine: Engine) -> bool:
        """Whether there is room for one more long query; its engine then loses its priority and its place."""
        if self._slow >= self._limits.slow:
            return False
        self._slow += 1
        engine.yield_to_others()
        self._run(self._start_again())
        return True

    def left_slow_lane(self, engine: Engine) -> None:
        """Ends the engine of a long query, whose place was taken by another."""
        self._slow -= 1
        self._run(engine.stop())
        self._engines.discard(engine)

    async def _start(self) -> Engine:
        engine = await Engine.start(self._module, self._path, self._memory_mb, bool(self._limits.services))
        self._engines.add(engine)
        return engine

    async def _start_again(self) -> None:
        while True:
            try:
                self.give_back(await self._start())
                return
            except (EngineError, OSError):
                await asyncio.sleep(_PATIENCE)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
