"""Labels of an entry that name another version or size of it, which are no names of it then."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from kg.link.forms import SUFFIXES, counted
from kg.records import EntityType

_NAMES = frozenset([EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM, EntityType.DATASET])
_SPLITS = frozenset(["train", "training", "val", "validation", "dev", "test"])
_BEHIND = SUFFIXES | {"v"}
_FIRST = re.compile(r"1(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d|[01]\d|2[0-9]")


class _Read(NamedTuple):
    """A label without what tells its version; its version; whether it says outright that it is a version or count."""

    name: str
    version: str
    outright: bool


def other_versions(type: EntityType, labels: list[list[str]]) -> set[int]:
    """The places of the labels, as folded words, that name another version than the first label does.

    Of a model, method or system those are labels with the same words and other numbers or suffixes: *Mobile-Agent-v2*
    under *Mobile-Agent*. A first version, and another punctuation (3.5, 3-5), make no difference. Of a data set they
    are other versions and counts (*DataComp-1B*) and splits, but neither years nor short names without the number.

    >>> other_versions(EntityType.MODEL, [["plum"], ["plum", "1"], ["plum", "2"], ["plum", "chat"]])
    {2, 3}
    >>> other_versions(EntityType.DATASET, [["plum", "200"], ["plum"], ["plum", "2014"], ["plum", "300"]])
    {3}
    """
    if type not in _NAMES or len(labels) < 2:
        return set()
    read = [_read(type, words) for words in labels]
    beside: dict[str, set[str]] = defaultdict(set)
    for label in read:
        beside[label.name].add(label.version)
    first = read[0]
    others = set()
    for place, (label, words) in enumerate(zip(read, labels, strict=True)):
        if type is EntityType.DATASET:
            split = words[: len(labels[0])] == labels[0] and not _SPLITS.isdisjoint(words[len(labels[0]) :])
            several = len(beside[label.name] - {""}) > 1
            counted_out = label.outright and label.name == first.name
            other = split or (label.version not in {"", first.version} and (counted_out or several))
        else:
            kept = {first.version} if label.name == first.name else {first.version, ""}
            other = len(beside[label.name]) > 1 and label.version not in kept
        if other:
            others.add(place)
    return others


def _read(type: EntityType, words: list[str]) -> _Read:
    words = counted(words)
    end = len(words)
    while type is EntityType.MODEL and end > 1 and (words[end - 1][0].isdigit() or words[end - 1] in _BEHIND):
        end -= 1
    numbers = [re.sub(r"000$", "k", word) for word in words if word[0].isdigit()]
    if type is EntityType.DATASET:
        numbers = [number for number in numbers if not _YEAR.fullmatch(number)]
    if len(numbers) == 1 and _FIRST.fullmatch(numbers[0]):
        numbers = []
    suffixes = sorted(word for word in words[end:] if not word[0].isdigit() and word != "v")
    name = "".join(word for word in words[:end] if not word[0].isdigit() and word != "v")
    outright = "v" in words or any(not number.isdigit() for number in numbers)
    return _Read(name, "".join([*numbers, *suffixes]).replace(".", ""), outright)
