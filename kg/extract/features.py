"""What the rules say of each word, as the numbers that the network reads beside the word itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Finder, Notes
from kg.extract.tokens import URL
from kg.extract.words import LONGEST_WORD, Words
from kg.records import EntityType, Role

_UNITS = {
    "x": "x", "%": "%", "points": "points", "USD": "USD", "": "none",
    **dict.fromkeys(("ms", "s", "us", "ns", "minutes", "hours", "days", "weeks"), "time"),
    **dict.fromkeys(("tokens/s", "req/s", "images/s", "GB/s", "TB/s", "FPS", "TFLOPS", "PFLOPS", "GFLOPS", "TOPS", "GOPS"), "rate"),
    **dict.fromkeys(("GB", "MB", "KB", "TB"), "bytes"),
    **dict.fromkeys(("mJ", "nJ", "uJ", "pJ", "J", "kWh", "mW", "W", "kW", "MW", "TOPS/W", "GOPS/W"), "energy"),
}  # fmt: skip
UNIT_KINDS: tuple[str, ...] = tuple(sorted({*_UNITS.values(), "other"}))
"""What units are of."""
_USE = "runs_on"
_SHAPES = ("upper", "title", "lower", "mixed", "digits", "alphanumeric", "punctuation")
_LONGEST_COMMON = 3
_LIGHT_WORDS = "a an and are as at by for from in is it its not of on or the to via we with"
_LIGHT = frozenset(_LIGHT_WORDS.split())
_RULES: tuple[Finder, ...] = tuple(finder for finder in Finder if finder is not Finder.LEARNED)

FEATURES: tuple[str, ...] = (
    *(f"candidate {finder.name} {kind.value}" for finder in _RULES for kind in EntityType),
    *(f"starts {finder.name}" for finder in _RULES),
    *(f"ends {finder.name}" for finder in _RULES),
    *(f"rules {place} {kind.value}" for place in "BI" for kind in EntityType),
    *(f"role {role}" for role in (*(role.value for role in Role), _USE)),
    "counted", "claimed", "quantity",
    *(f"unit {kind}" for kind in UNIT_KINDS),
    "presented", "short form", "long form", "address",
    "in title", "of title", "of title head", "starts sentence", "single letter", "joined left", "joined right", "repeated", "often",
    *(f"shape {shape}" for shape in _SHAPES),
)  # fmt: skip
"""The names of the features, by column."""

RULES = next(i for i, name in enumerate(FEATURES) if name == "presented")
"""The columns before this one tell what the rules found; training hides them now and then."""

_COLUMN = {name: i for i, name in enumerate(FEATURES)}
_CANDIDATE: dict[tuple[Finder, EntityType], int] = {
    (f, t): _COLUMN[f"candidate {f.name} {t.value}"] for f in _RULES for t in EntityType
}
_STARTS: dict[Finder, int] = {f: _COLUMN[f"starts {f.name}"] for f in _RULES}
_ENDS: dict[Finder, int] = {f: _COLUMN[f"ends {f.name}"] for f in _RULES}


def features(text: str, words: Words, found: Notes) -> NDArray[np.float32]:
    """The features of a document's words: 0 or 1, of shape (words, ``len(FEATURES)``)."""
    matrix = np.zeros((len(words), len(FEATURES)), np.float32)
    for first, last, column in (*_of_rules(words, found), *_of_claims(words, found), *_of_addresses(text, words)):
        matrix[first:last, column] = 1.0
    if len(words):
        _tell_words(matrix, text, words)
    return matrix


def unit_kind(unit: str) -> str:
    """Which of ``UNIT_KINDS`` a unit is of."""
    return _UNITS.get(unit, "other")


Place = tuple[int, int, int]
"""The first word, the word behind the last, and the column that is set for them."""


def _of_rules(words: Words, found: Notes) -> Iterator[Place]:
    for candidate in found.candidates:
        first, last = words.cover(candidate.start, candidate.end)
        if first < last:
            yield first, last, _CANDIDATE[candidate.finder, candidate.type]
            yield first, first + 1, _STARTS[candidate.finder]
            yield last - 1, last, _ENDS[candidate.finder]
    for entity in found.proposed:
        for span in entity.spans:
            first, last = words.cover(*span)
            yield first, first + 1, _COLUMN[f"rules B {entity.type.value}"]
            yield first + 1, last, _COLUMN[f"rules I {entity.type.value}"]
    for spans, name in (
        (found.presented, "presented"),
        ([pair.short for pair in found.pairs], "short form"),
        ([pair.long for pair in found.pairs], "long form"),
    ):
        for span in spans:
            yield *words.cover(*span), _COLUMN[name]


def _of_claims(words: Words, found: Notes) -> Iterator[Place]:
    for claim in found.proposed_claims.roles:
        for span in found.proposed[claim.entity].spans:
            yield *words.cover(*span), _COLUMN[f"role {claim.role.value}"]
    for entity in {use.entity for use in found.proposed_claims.uses}:
        for span in found.proposed[entity].spans:
            yield *words.cover(*span), _COLUMN[f"role {_USE}"]
    for entity in {use.entity for use in found.proposed_claims.uses if use.devices is not None}:
        for span in found.proposed[entity].spans:
            yield *words.cover(*span), _COLUMN["counted"]
    for quantity in found.quantities:
        first, last = words.cover(quantity.start, quantity.end)
        yield first, last, _COLUMN["quantity"]
        yield first, last, _COLUMN[f"unit {unit_kind(quantity.unit)}"]
    for result in found.proposed_claims.results:
        yield *words.cover(result.quantity.start, result.quantity.end), _COLUMN["claimed"]


def _of_addresses(text: str, words: Words) -> Iterator[Place]:
    for match in URL.finditer(text):
        yield *words.cover(*match.span()), _COLUMN["address"]


def _tell_words(matrix: NDArray[np.float32], text: str, words: Words) -> None:
    """Sets what each word's own form and its place tell."""
    title_end = text.find("\n")
    lower, stems, shapes, single = zip(*(_form(word[:LONGEST_WORD]) for word in words.texts), strict=True)
    starts, ends = np.array(words.starts), np.array(words.ends)
    counts = Counter(lower)
    titled = {w for w, start in zip(lower, words.starts, strict=True) if start < title_end and len(w) > _LONGEST_COMMON}
    head = _title_head(text[: max(0, title_end)])
    times = np.array([counts[word] for word in lower])
    joined = starts[1:] == ends[:-1]
    for name, column in (
        ("of title head", [stem in head for stem in stems]),
        ("in title", starts < title_end),
        ("of title", [word in titled for word in lower]),
        ("starts sentence", np.diff(words.sentences, prepend=-1) != 0),
        ("single letter", single),
        ("joined left", np.append(False, joined)),
        ("joined right", np.append(joined, False)),
        ("repeated", times == 2),
        ("often", times > 2),
    ):
        matrix[:, _COLUMN[name]] = column
    matrix[np.arange(len(words)), shapes] = 1.0


@lru_cache(maxsize=1 << 15)
def _form(word: str) -> tuple[str, str, int, bool]:
    """A word in lower case, its stem, the column of its shape, and whether it is a single letter."""
    lower = word.lower()
    return lower, _stem(lower), _COLUMN[f"shape {_shape(word)}"], len(word) == 1


def _title_head(title: str) -> set[str]:
    """The stems of the words in front of a title's colon, where papers put the name of what they introduce."""
    head, colon, _ = title.partition(":")
    stems = {_stem(word.lower()) for word in re.findall(r"[^\W_]+", head)} if colon else set()
    return {stem for stem in stems if len(stem) > 1 and stem not in _LIGHT}


def _stem(word: str) -> str:
    """A word without the version at its end."""
    return word.rstrip("0123456789.")


def _shape(word: str) -> str:
    if word.isalpha():
        if word.islower():
            return "lower"
        if word.isupper():
            return "upper"
        return "title" if word[0].isupper() and word[1:].islower() else "mixed"
    if re.fullmatch(r"\d[\d.,]*", word):
        return "digits"
    return "alphanumeric" if any(c.isalnum() for c in word) else "punctuation"
