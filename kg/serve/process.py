"""One engine process: how it is started, asked for its time, and why it ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kg.serve import frames

_START = 600.0
"""Seconds within which a store is opened and its names are read."""
_LOWEST = 19


class EngineError(Exception):
    """An engine could not answer; ``reason`` is one of time, memory, nesting, busy, crowded, engine,
    and the engine's own syntax and refused."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(reason, text)
        self.reason, self.text = reason, text


@dataclass(slots=True, eq=False)
class Engine:
    """A process and the socket to it; ``unconfined`` says what the kernel could not keep it from, if anything."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    unconfined: str | None = None

    @classmethod
    async def start(cls, module: str, path: Path, memory_mb: int, network: bool) -> Engine:
        """A process that has opened the store of a path. Raises EngineError when it could not."""
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [module, str(theirs.fileno()), str(path), str(memory_mb), *(["network"] if network else [])]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-m", *arguments),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        engine = cls(process, *await asyncio.open_connection(sock=ours))
        try:
            async with asyncio.timeout(_START):
                _, ready = await frames.read(engine.reader)
        except BaseException as error:
            await engine.stop()
            if isinstance(error, asyncio.IncompleteReadError | OSError):
                raise EngineError("engine", f"{path}: the store cannot be opened") from error
            raise
        engine.unconfined = json.loads(ready)["unconfined"]
        return engine

    def yield_to_others(self) -> None:
        """Gives the process the lowest priority, for as long as it lives."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _LOWEST)

    def cpu_seconds(self) -> float:
        """The processor time that the process has had; on a system that does not tell, the time on the clock."""
        try:
            return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1e9
        except (OSError, ValueError, IndexError):
            return time.monotonic()

    def kill(self) -> None:
        """Ends the process at once."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def stop(self) -> None:
        """Ends the process and waits for its end."""
        self.kill()
        self.writer.close()
        await self.process.wait()


def cause(status: int) -> str:
    """Why a process died, by its exit status."""
    return {
        -signal.SIGALRM: "time",
        -signal.SIGABRT: "memory",
        -signal.SIGSEGV: "nesting",
    }.get(status, "engine")
