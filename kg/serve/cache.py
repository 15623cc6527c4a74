"""Dear answers of one generation, kept: the graph does not change, so an answer that is steady stays right."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple


class Kept(NamedTuple):
    """A whole answer: its body, its rows and why it is cut, if it is."""

    body: bytes
    rows: int
    cut: str | None


class Cache:
    """The answers that were asked for last, as many as fit into so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, question: Hashable) -> Kept | None:
        """The answer to a question, if it is kept."""
        kept = self._kept.get(question)
        if kept is not None:
            self._kept.move_to_end(question)
        return kept

    def put(self, question: Hashable, answer: Kept) -> None:
        """Keeps an answer; those that were not asked for the longest go.

        >>> cache = Cache(10)
        >>> cache.put("a", Kept(b"12345678", 1, None))
        >>> cache.put("b", Kept(b"1234", 1, None))
        >>> cache.get("a") is None, cache.get("b")
        (True, Kept(body=b'1234', rows=1, cut=None))
        """
        if question not in self._kept:
            self._bytes += len(answer.body)
            self._kept[question] = answer
        while self._bytes > self._most:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)
