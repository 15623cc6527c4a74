"""Words and where they stand: those of a document as the network reads them, and those that one looks for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

import ahocorasick_rs

from kg.records import Span

LONGEST_WORD = 200
"""Characters of a word that are read; longer ones are no words."""

LONGEST_NAME = 200
"""Characters; to seek longer strings takes an automaton that is slow to make."""


class Words:
    """The words of a document, in order; lists of one length, ``sentences`` counting from the title's 0."""

    def __init__(self, texts: Sequence[str] = (), starts: Sequence[int] = (), opens: Sequence[bool] = ()) -> None:
        """The words, where each stands, and whether a sentence starts with it."""
        self.texts = list(texts)
        self.starts = list(starts)
        self.ends = [start + len(text) for text, start in zip(texts, starts, strict=True)]
        # The first word opens a sentence whatever is said of it.
        self.sentences = list(accumulate(opens[1:], initial=0)) if opens else []

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


class Stretches:
    """Stretches of a text that one asks whether they hold a span or meet it.

    >>> stretches = Stretches([(1, 4), (2, 9)])
    >>> stretches.hold(3, 9), stretches.hold(1, 9), stretches.meet(8, 12), stretches.meet(0, 1), stretches.meet(9, 12)
    (True, False, True, False, False)
    """

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Whether one of the stretches holds the whole span."""
        place = bisect_right(self._starts, start)
        return place > 0 and end <= self._ends[place - 1]

    def meet(self, start: int, end: int) -> bool:
        """Whether one of the stretches has a character with the span in common."""
        place = bisect_left(self._starts, end)
        return place > 0 and start < self._ends[place - 1]


def occurring(text: str, strings: Iterable[str]) -> dict[str, list[int]]:
    """Where each of many strings occurs in a text, also inside words and over one another; one pass over the text.

    What is longer than ``LONGEST_NAME`` is not sought.

    >>> occurring("Ant, Antler", ["Ant", "ler"])
    {'Ant': [0, 5], 'ler': [8]}
    """
    places: dict[str, list[int]] = {string: [] for string in strings}
    sought = [string for string in places if len(string) <= LONGEST_NAME]
    if sought:
        for number, start, _ in ahocorasick_rs.AhoCorasick(sought).find_matches_as_indexes(text, overlapping=True):
            places[sought[number]].append(start)
    return places


def standing(text: str, strings: Iterable[str]) -> dict[str, list[int]]:
    """Where each of many strings stands in a text, not inside a longer word.

    >>> standing("Ant, Antler, ant, 2Ant", ["Ant"])
    {'Ant': [0, 19]}
    """

    def letter(at: int) -> bool:
        return (character := text[at : at + 1]).isascii() and character.isalpha()

    return {
        string: [start for start in starts if not (start and letter(start - 1)) and not letter(start + len(string))]
        for string, starts in occurring(text, strings).items()
    }


def lowered(text: str) -> str:
    """A text in lower case, of unchanged length."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
