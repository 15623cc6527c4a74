"""The loop of an engine process: one store, read-only, and one question at a time.

The operating system holds it to its limits: an alarm ends the process when a question's time is up, and memory beyond
the limit is not given, which ends it too. Whatever a question breaks, it breaks only this process; the server sees
how it ended and starts another.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from kg.serve import frames

Respond = Callable[[dict[str, Any], socket.socket], None]


def run(arguments: list[str], prepare: Callable[[Store], Respond]) -> None:
    """Answers the questions of a socket until it is closed.

    ``arguments`` are the socket's descriptor, the store's path and the megabytes that questions may take, 0 for no
    limit.
    """
    descriptor, path, memory_mb = int(arguments[0]), arguments[1], int(arguments[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its engines itself
    connection = socket.socket(fileno=descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    respond = prepare(Store.read_only(path))
    if memory_mb:
        most = _memory_of_its_own() + (memory_mb << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    connection.sendall(frames.pack_json(frames.END))
    while (frame := frames.receive(connection)) is not None:
        question = json.loads(frame[1])
        signal.setitimer(signal.ITIMER_REAL, question["seconds"])
        respond(question, connection)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _memory_of_its_own() -> int:
    """The bytes that RLIMIT_DATA counts so far (proc(5)); 0 on a system that does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    except OSError:
        return 0
