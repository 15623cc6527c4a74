"""The loop of an engine process: one store, read-only, and one question at a time.

The operating system holds it to its limits: an alarm ends the process when a question's time is up, and memory beyond
the limit is not given, which ends it too; it can open no file but the store's, and connect to nothing. Whatever a
question breaks, it breaks only this process; the server sees how it ended and starts another.
"""

from __future__ import annotations

import io
import json
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from pyoxigraph import Store

from kg.serve import frames
from kg.serve.confine import confine

Respond = Callable[[dict[str, Any], socket.socket], None]


def run(arguments: list[str], prepare: Callable[[Store], Respond]) -> None:
    """Answers the questions of a socket until it is closed.

    ``arguments`` are the socket's descriptor, the store's path, the megabytes that questions may take, 0 for no limit,
    and ``network`` if they may call other servers.
    """
    descriptor, path, memory_mb, network = int(arguments[0]), arguments[1], int(arguments[2]), "network" in arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its engines itself
    connection = socket.socket(fileno=descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _figures() as figures:
        unconfined = confine(Path(path), network)
        respond = prepare(Store.read_only(path))
        if memory_mb:
            most = _memory_of_its_own(figures) + (memory_mb << 20)
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    connection.sendall(frames.pack_json(frames.END, unconfined=unconfined))
    while (frame := frames.receive(connection)) is not None:
        question = json.loads(frame[1])
        signal.setitimer(signal.ITIMER_REAL, question["seconds"])
        respond(question, connection)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _figures() -> IO[str]:
    """The figures of the process's memory (proc(5)) as they are when they are read; empty on a system that has none."""
    try:
        return open("/proc/self/statm")
    except OSError:
        return io.StringIO()


def _memory_of_its_own(figures: IO[str]) -> int:
    """The bytes that RLIMIT_DATA counts so far; 0 on a system that does not tell."""
    pages = figures.read().split()
    return int(pages[5]) * resource.getpagesize() if pages else 0
