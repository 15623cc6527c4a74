"""Words and where they stand: those of a document as the network reads them, and those that one looks for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from kg.records import Span


class Words:
    """The words of a document, in order; lists of one length, ``sentences`` counting from the title's 0."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sentences: list[int] = []

    def add(self, text: str, start: int, starts_sentence: bool) -> None:
        """Appends a word that stands at ``start``."""
        self.texts.append(text)
        self.starts.append(start)
        self.ends.append(start + len(text))
        last = self.sentences[-1] if self.sentences else -1
        self.sentences.append(last + (starts_sentence or last < 0))

    def sentence_spans(self) -> list[Span]:
        """Where each sentence starts and ends, the title first, without the white space around it."""
        spans: list[Span] = []
        for start, end, sentence in zip(self.starts, self.ends, self.sentences, strict=True):
            if sentence == len(spans):
                spans.append((start, end))
            else:
                spans[-1] = spans[-1][0], end
        return spans

    @property
    def title(self) -> int:
        """How many of the words are the title's."""
        return bisect_right(self.sentences, 0)

    def __len__(self) -> int:
        return len(self.texts)

    def cover(self, start: int, end: int) -> tuple[int, int]:
        """The first word that reaches into a stretch of text, and the word behind the last one that does."""
        first = max(0, bisect_right(self.starts, start) - 1)
        if first < len(self) and self.ends[first] <= start:
            first += 1
        last = first
        while last < len(self) and self.starts[last] < end:
            last += 1
        return first, last

    def span(self, first: int, last: int) -> Span:
        """The stretch of text from a word to the word before ``last``."""
        return self.starts[first], self.ends[last - 1]


def standing(text: str, string: str) -> Iterator[int]:
    """Where a string stands in a text, not inside a longer word.

    >>> list(standing("Ant, Antler, ant, 2Ant", "Ant"))
    [0, 19]
    """
    at = text.find(string)
    while at >= 0:
        before, behind = text[at - 1 : at], text[at + len(string) : at + len(string) + 1]
        if not (before.isascii() and before.isalpha()) and not (behind.isascii() and behind.isalpha()):
            yield at
        at = text.find(string, at + 1)
