"""What one request may cost."""

from __future__ import annotations

import os
from dataclasses import dataclass

_CORES = max(2, os.cpu_count() or 2)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a request may take of the server.

    ``seconds`` of a query with the sending of its result; ``rows`` and ``bytes`` of a result; ``request_bytes``
    of a query; ``concurrent`` queries that run or wait, few enough for the last to come soon; ``memory_mb`` of a
    query; ``nesting`` of brackets. ``services`` are the hosts that SERVICE may name. Each of the ``workers``
    is an engine process that answers one query at a time; one that has taken more than ``quick`` seconds goes on with
    the lowest priority beside them, as long as there are no more than ``slow`` of those.
    """

    seconds: float = 30.0
    rows: int = 100_000
    bytes: int = 64 << 20
    request_bytes: int = 1 << 20
    concurrent: int = 3 * _CORES
    memory_mb: int = 1024
    services: frozenset[str] = frozenset()
    workers: int = _CORES + 2
    slow: int = _CORES
    quick: float = 0.3
    nesting: int = 100
