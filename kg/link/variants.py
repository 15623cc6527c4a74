"""What a name is a variant or a part of: LLaMA-2-7B-Chat, LLaMA-2-7B, LLaMA-2, LLaMA; ImageNet-1K, ImageNet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from kg.link.forms import SUFFIXES, counted, plain, tokens
from kg.records import EntityType


class Relation(StrEnum):
    """How a thing hangs on a larger or more general one; the local names of the properties."""

    VARIANT_OF = "variantOf"
    PART_OF = "partOf"


class Parent(NamedTuple):
    """A name that a thing may be a variant or a part of."""

    relation: Relation
    name: str


_MOST_DROPPED = 5
_SPLIT_WORDS = "train training val validation dev test mini subset split set clean other easy hard challenge"
_SPLITS = frozenset(_SPLIT_WORDS.split())
_LANGUAGE = re.compile(r"en|de|fr|zh|cs|ro|ru|fi|es|it|ja|english|german|french|chinese|romanian|russian|czech|spanish")
_COUNT = re.compile(r"\d+(?:\.\d+)?[bkmt]")
_EDITION_WORDS = (
    "base large small mini tiny nano medium micro xs xl xxl preview pro plus max flash ultra lite air omni turbo "
    "verified hard multilingual vl latest"
)
_EDITIONS = frozenset(_EDITION_WORDS.split())
"""The suffixes that make a variant of a thing that is no model: *Diffusion-DPO* is none of *diffusion*."""
_WITHIN = re.compile(r"[^\W\d_]\d+(?![bkmt](?![^\W_])|v\d)[^\W\d_]", re.I)
"""A number inside a word, which is no version: S2D, RA2G."""
_SHORTEST = 3
"""The letters and digits that the name of a thing that is no model has at least, to be a parent's."""


def parents(type: EntityType, name: str) -> Iterator[Parent]:
    """The names left when sizes, versions and suffixes fall away, the longest first.

    >>> [parent.name for parent in parents(EntityType.MODEL, "Llama-2-7B-Chat")][:4]
    ['llama 2 7b', 'llama 2 chat', 'llama chat 7b', 'llama 2']
    >>> list(parents(EntityType.DATASET, "ImageNet-1K"))
    [Parent(relation=<Relation.PART_OF: 'partOf'>, name='imagenet')]
    """
    if type not in {EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM, EntityType.DATASET}:
        return
    if type is not EntityType.MODEL and _WITHIN.search(plain(name)):
        return
    least = 2 if type is EntityType.MODEL else _SHORTEST
    words = counted(tokens(type, name))
    places = range(_behind(type, words), len(words))
    order = sorted(places, key=lambda place: (words[place][0].isdigit(), words[place][-1].isdigit(), -place))
    for count in range(1, min(len(order), _MOST_DROPPED) + 1):
        for dropped in combinations(order[:_MOST_DROPPED], count):
            left = [word for place, word in enumerate(words) if place not in dropped]
            if len("".join(left)) >= least:
                parts = type is EntityType.DATASET and any(_tells_a_part(words[place]) for place in dropped)
                yield Parent(Relation.PART_OF if parts else Relation.VARIANT_OF, " ".join(left))


def depth(type: EntityType, name: str) -> int:
    """How many words of a name may fall away; a parent has fewer, so that no chain of parents is a circle.

    >>> depth(EntityType.MODEL, "Llama-2-7B-Chat"), depth(EntityType.MODEL, "Vision Transformer")
    (3, 0)
    """
    words = counted(tokens(type, name))
    return len(words) - _behind(type, words)


def _behind(type: EntityType, words: list[str]) -> int:
    """Where the words begin that may fall away: sizes, versions and suffixes at the end of a name."""
    first = len(words)
    while first > 1 and _falls_away(type, words, first - 1):
        first -= 1
    return first


def _falls_away(type: EntityType, words: list[str], place: int) -> bool:
    word = words[place]
    suffixes = SUFFIXES if type is EntityType.MODEL else _EDITIONS
    if word[0].isdigit() or word in suffixes:
        return True
    if type is EntityType.DATASET and _tells_a_part(word):
        return True
    after_number = words[place - 1][-1].isdigit() or words[place - 1] in suffixes
    before_number = place + 1 < len(words) and words[place + 1][0].isdigit()
    return (after_number and len(word) == 1) or (word == "v" and before_number)


def _tells_a_part(word: str) -> bool:
    return word in _SPLITS or _LANGUAGE.fullmatch(word) is not None or _COUNT.fullmatch(word) is not None
