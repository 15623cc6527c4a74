"""What the words around a thing's mentions, and those of its name, tell of its roles.

A linear model over hashed words and phrases (Weinberger et al., Feature hashing for large scale multitask learning,
2009). It sees whole phrases, every mention and what people otherwise do with a name, where the network sees the states
of two words; so the two err in different places.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np

from kg.catalog import Catalog, Entry
from kg.extract.heads import Floats
from kg.extract.role_head import ROLES
from kg.extract.words import Words
from kg.names import normal_form
from kg.records import EntityType, Span

BUCKETS = 1 << 17
"""What words and phrases are hashed to."""

_PHRASE = 4
"""The most words of a phrase on either side of a mention."""
_BEFORE, _BEHIND = 8, 6
"""Words on either side that count wherever they stand."""
_MENTIONS = 6
"""So many mentions of a thing are read."""
NAMED = 6
"""A name counts so many times, so that its weight is held less at 0 than those of the many words."""
_MANY = 6
"""More mentions, or things of a type, than this tell no more."""
_PARTS = 5
"""A text is so many parts long."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|\d")


class Thing(NamedTuple):
    """What a text names, and where, in order."""

    type: EntityType
    name: str
    spans: Sequence[Span]


class ContextModel(NamedTuple):
    """What each bucket adds to the log odds of the roles, ``weights`` (``BUCKETS``, roles), and the ``bias`` (roles)."""

    weights: Floats
    bias: Floats

    @classmethod
    def among(cls, arrays: Mapping[str, Floats]) -> ContextModel:
        """The model among the arrays of a network; one that tells nothing where there is none."""
        if "context.weights" not in arrays:
            return cls(np.zeros((BUCKETS, len(ROLES)), np.float32), np.zeros(len(ROLES), np.float32))
        return cls(arrays["context.weights"].astype(np.float32), arrays["context.bias"])

    def arrays(self) -> dict[str, Floats]:
        """The arrays of a network that ``among`` reads."""
        return {"context.weights": self.weights.astype(np.float16), "context.bias": self.bias.astype(np.float32)}

    def odds(self, words: Words, things: Sequence[Thing], catalog: Catalog) -> Floats:
        """The log odds of the roles of all things of a text; shape (things, roles)."""
        told = [self.weights[seen].sum(0) for seen in contexts(words, things, catalog)]
        return np.stack(told) + self.bias if told else np.zeros((0, len(ROLES)), np.float32)


def contexts(words: Words, things: Sequence[Thing], catalog: Catalog) -> list[list[int]]:
    """For each thing the buckets of what is seen of it, each as often as it is seen."""
    text = _Text(words)
    alike = Counter(thing.type for thing in things)
    firsts: dict[EntityType, Span] = {}
    for thing in things:
        firsts[thing.type] = min(firsts.get(thing.type, thing.spans[0]), thing.spans[0])
    return [
        [
            bucket(seen)
            for seen in (
                f"alike {thing.type} {min(alike[thing.type], _MANY)}",
                f"first {thing.type} {firsts[thing.type] == thing.spans[0]}",
                *_named(thing, catalog),
                *text.around(thing),
            )
        ]
        for thing in things
    ]


def bucket(seen: str) -> int:
    """Where a word or phrase is hashed to."""
    return crc32(seen.encode()) % BUCKETS


def spelling(type: EntityType, name: str, entry: Entry | None) -> str:
    """A type and a name as all its spellings have them, by the catalogue's entry where there is one.

    >>> spelling(EntityType.DATASET, "VPlum", Entry("x", EntityType.DATASET, "Visual Plums", ["VPlum"]))
    'name Dataset visual-plums'
    >>> spelling(EntityType.SYSTEM, "Pear-Torch", None)
    'name System pear-torch'
    """
    return f"name {type} {normal_form(type, entry.name if entry else name)}"


def _named(thing: Thing, catalog: Catalog) -> Iterator[str]:
    """What the name tells."""
    kind, name = thing.type, thing.name
    parts, entry = name.lower().split(), catalog.find(kind, name)
    shape = "plain"
    if name.islower() or name.isupper():
        shape = "lower" if name.islower() else "upper"
    elif _INNER_CAPITAL.search(name):
        shape = "inner"
    yield f"type {kind}"
    yield from [spelling(kind, name, entry)] * NAMED
    yield f"known {kind} {entry is not None}"
    yield f"opening {' '.join(parts[:1])}"
    yield f"last {kind} {' '.join(parts[-1:])}"
    yield f"last two {' '.join(parts[-2:])}"
    yield f"shape {kind} {shape} {min(len(parts), 3)}"
    yield f"mentions {kind} {min(len(thing.spans), _MANY)}"


class _Text:
    """A text as its words are read: in lower case, a number as 0."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._read = ["0" if _NUMBER.fullmatch(word) else word.lower() for word in words.texts]
        number = words.sentences
        starts = [n for n in range(1, len(words)) if number[n] != number[n - 1]]
        self._bounds = [0, *starts, len(words)]
        self._vocabularies = [
            sorted(set(self._read[a:b])) for a, b in zip(self._bounds, self._bounds[1:], strict=False)
        ]

    def around(self, thing: Thing) -> Iterator[str]:
        """What stands around a thing's mentions, and where these are."""
        title = self._words.title
        places = [self._words.cover(*span) for span in thing.spans]
        for first, behind in places[:_MENTIONS]:
            if first < behind:
                yield from self._beside(first, behind, str(thing.type))
        yield f"part {thing.type} {_PARTS * places[0][0] // max(1, len(self._words))}"
        yield f"title {thing.type} {places[0][0] < title} {places[-1][0] < title}"

    def _beside(self, first: int, behind: int, kind: str) -> Iterator[str]:
        sentence = self._words.sentences[first]
        start, end = self._bounds[sentence], self._bounds[sentence + 1]
        left, right = self._read[max(start, first - _BEFORE) : first], self._read[behind : min(end, behind + _BEHIND)]
        title = "title " if sentence == 0 else ""
        for size in range(1, _PHRASE + 1):
            yield f"{title}{size}< {' '.join(left[-size:])}"
            yield f"{title}{size}> {' '.join(right[:size])}"
        for size in (1, 2):
            yield f"{title}{size}<> {' '.join(left[-size:])} _ {' '.join(right[:size])}"
        for word in set(left):
            yield f"{title}before {word}"
        for word in set(right):
            yield f"{title}behind {word}"
        for word in self._vocabularies[sentence]:
            yield f"{title}with {kind} {word}"
