"""Short names and the long forms that papers give them, which vote on what a short name means elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

_PARTS = re.compile(r"[^\W_]+")
_STEM = 0.6
"""The share of the shorter word, from its start, that inflections have in common: adapt-ation, adapt-er, adapt-ive."""


def abbreviates(short: str, long: str) -> bool:
    """Whether the letters of a short form stand in a long one in order, the first at its start.

    The test of Schwartz and Hearst (2003), with two more demands: the short form is one word that isn't itself
    written out, and each of its capitals but the first may only be skipped to within a word once it has begun one.

    >>> abbreviates("LoRA", "low-rank adaptation"), abbreviates("MoEs", "Mixture of Experts")
    (True, True)
    >>> abbreviates("PIN", "Gated Product Network"), abbreviates("memory", "memory footprint")
    (False, False)
    """
    letters = [letter.lower() for letter in re.sub(r"(?<=[A-Z])s$", "", short) if letter.isalnum()]
    words = _PARTS.findall(long.lower())
    whole = "".join(words)
    if not 2 <= len(letters) <= 10 or " " in short or len(words) < 2 or len(whole) < 2 * len(letters):
        return False
    if short.islower() or letters[0] != whole[0]:
        return False
    initials = [word[0] for word in words]
    return _in_order(letters, whole) and _in_order(letters, initials) | (_begun(letters, initials) >= 2)


def _in_order(letters: Iterable[str], within: Iterable[str]) -> bool:
    left = iter(within)
    return all(letter in left for letter in letters)


def _begun(letters: list[str], initials: list[str]) -> int:
    """How many letters begin a word, taken in order."""
    place = 0
    for letter in letters:
        if letter in initials[place:]:
            place = initials.index(letter, place) + 1
    return place


def inflected(first: str, second: str) -> bool:
    """Whether two long forms of one short form differ in the endings of their words and a last word alone.

    >>> inflected("low-rank adaptation", "Low Rank Adapters"), inflected("self-supervised", "semi-supervised")
    (True, False)
    """
    ours, theirs = _PARTS.findall(first.lower()), _PARTS.findall(second.lower())
    return abs(len(ours) - len(theirs)) <= 1 and all(_same_stem(a, b) for a, b in zip(ours, theirs, strict=False))


def _same_stem(first: str, second: str) -> bool:
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
    return first == second or (common >= 4 and common >= _STEM * min(len(first), len(second)))


def pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every short form among the names of one thing, with every long form of it, in order.

    >>> list(pairs(["mixture of experts", "MoE", "expert"]))
    [('MoE', 'mixture of experts')]
    """
    forms = sorted(set(names))
    if len(forms) < 2:
        return
    longs = [form for form in forms if len(_PARTS.findall(form)) > 1]
    for short in forms:
        for long in longs:
            if short != long and abbreviates(short, long):
                yield short, long
