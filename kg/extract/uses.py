"""The devices that a paper runs on: how many of each, and which are only named in passing or used by others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.catalog import Catalog
from kg.extract.candidates import Found, Notes, Use
from kg.extract.hardware import is_class_word
from kg.extract.roles import device_count, sentence_of
from kg.records import EntityType, Span

_NOT_COUNTED = re.compile(
    r"(?:[ -]GPUs?)?(?:[ -](?:training )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)|"
    r"-(?:based|accelerated|aware|centric|enabled|equipped|powered))\b"
)
"""What stands behind a device that a number in front does not count: *two A100-based clusters*, *16 A100 hours*."""
_PART_COUNTED = re.compile(r"[ -](?:cores?|memory|kernels?|architectures?|failures?|performance|speedups?|usage)\b")
"""What a number in front of a class word counts instead: *CPU cores*.

Of 43 numbers in front of either in ``training/arxiv.jsonl`` none is annotated as a count of devices.
"""
_EACH_LENGTH = 24
"""Characters behind a device in which it is said that each node has so many."""
_SEVERAL = re.compile(r"[ -](?:GPU |compute )?(?:clusters?|farms?)\b")
"""What stands behind a device of which there are several, though the article in front says one: *on a GPU cluster*."""
_ANOTHER = re.compile(r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d+) and \d[\d,]* (?:[\w-]+ ){0,2}$")
_GIVING_WAY = {"GPU", "TPU", "NPU"}
"""The class words that a named device of their class stands for: annotated beside it 28 of 177 times, FPGAs and CPUs 36 of 60."""
_BOUND = re.compile(r"\b(?:more than|over|up to|at least|nearly) \d[\d,]* (?:[\w-]+ ){0,2}$", re.IGNORECASE)
_OF_MEASURE = re.compile(
    r"s?[ -](?:memor|utili[sz]|usage|hours?\b|time\b|V?RAM\b|resource|overhead|cost|load\b)", re.IGNORECASE
)
"""Behind a class word that is named for what is measured of it: *GPU memory*."""
_WORD = r"(?!(?:we|our|this|days?|weeks?|hours?|months?|minutes?|using|while|but|no|runs?)\b)(?:\d[\d,]*|[\w-]+)\s"
"""A word of a clause about others: none of a new clause, nor of how long their work takes."""
_NEED = r"(?:requires?|required|needs?|demands?|rel(?:y|ies) on|takes?|took|consumes?|uses?|used|trained on)\s"
_OF_OTHERS = re.compile(
    rf"\b(?:instead of|rather than)\s(?:(?!on\b){_WORD}){{0,4}}\Z|"
    rf"\b(?:unlike|whereas|in contrast to)\s(?:{_WORD}){{0,8}}?{_NEED}(?:{_WORD}){{0,6}}\Z|"
    r"(?<!our )\b(?:prior|previous|earlier|existing|conventional|traditional)\s(?:[\w-]+\s){0,2}?"
    r"(?:models?|work|works|methods?|systems?|approaches|frameworks?|techniques?|solutions?|LLMs)\s"
    rf"(?:{_WORD}){{0,2}}?(?!used|trained){_NEED}(?:{_WORD}){{0,6}}\Z",
    re.IGNORECASE,
)
"""In front of devices that others use: *unlike prior work that needs 64 GPUs*, *existing models require H100s*.

Rare in the abstracts for training: neither of 2 is annotated as in use, nor any of 11 in a looser form of the same."""
_NAMED_BELOW, _MEASURED_BELOW = 0.6, 0.7
"""The scores below which a device, and a class word of which only a measure is told (*GPU memory*), is named in passing."""
IN_PASSING = 0.28
"""The score of the use of what is named in passing, at most: annotated 57 times of 205 in ``training/arxiv.jsonl``."""
_BEFORE = 130
"""Characters in front of a device in which it is said who uses it."""


def uses_of(text: str, found: Notes, number: int, score: float, span: Span) -> list[Use]:
    """The uses of the entity of that ``number``: one for each count with the sentence that has it, else one of ``span``."""
    entity = found.entities[number]
    counts = _counts(text, found, entity)
    others = all(_OF_OTHERS.search(text, max(0, start - _BEFORE), start) for start, _ in entity.spans)
    if others or (not counts and _in_passing(text, entity, score)):
        score = min(score, IN_PASSING)
    return [Use(number, count, said, score) for count, said in counts.items()] or [Use(number, None, span, score)]


def _in_passing(text: str, entity: Found, score: float) -> bool:
    """Whether a device that no number counts is one that the paper names and does not run on."""
    if not is_class_word(entity.name):
        return score < _NAMED_BELOW
    return score < _MEASURED_BELOW and all(_OF_MEASURE.match(text, end) for _, end in entity.spans)


def _counts(text: str, found: Notes, entity: Found) -> dict[int, Span]:
    """How many devices the text says, each count with the sentence that says so.

    A bound (*more than 10,000*) counts only where no number is exact; *1024 and 3072 GPUs* are two.
    """
    exact: dict[int, Span] = {}
    bounds: dict[int, Span] = {}
    bare = is_class_word(entity.name)
    for start, end in entity.spans:
        sentence = sentence_of(found.sentences, start)
        before = text[sentence[0] : start]
        count = device_count(before, text[end : min(end + _EACH_LENGTH, sentence[1])])
        if count is None or _NOT_COUNTED.match(text, end) or (bare and _PART_COUNTED.match(text, end)):
            continue
        if count == 1 and _SEVERAL.match(text, end):
            continue
        another = _ANOTHER.search(before)
        if another:
            exact.setdefault(int(another.group(1).replace(",", "")), sentence)
        (bounds if _BOUND.search(before) else exact).setdefault(count, sentence)
    return exact or bounds


def told_apart(uses: list[Use], entities: Sequence[Found], catalog: Catalog) -> Iterator[Use]:
    """The uses, where a class word gives way to the named devices of its class and lends its count to a single one.

    *512 GPUs … on H100s* is 512 times H100; *a 256-GPU A800 cluster* has 256 A800.
    """
    kinds = {use.entity: device_class(entities[use.entity].name, catalog) for use in uses}
    of_class: dict[str, list[int]] = {}
    for device, kind in kinds.items():
        of_class.setdefault(kind, []).append(device)
    alone = set(kinds) - {use.entity for use in uses if use.devices is not None}
    lent: dict[int, int] = {}
    for word in kinds:
        devices = of_class.get(entities[word].name, [])
        if len(devices) == 1 and devices[0] in alone:
            lent[word] = devices[0]
    counted = {lent[use.entity] for use in uses if use.entity in lent and use.devices is not None}
    told = {(kinds[use.entity], use.devices, use.span) for use in uses if use.devices is not None and use.devices > 1}
    for use in uses:
        if (entities[use.entity].name, use.devices, use.span) in told:
            continue
        named_too = entities[use.entity].name in of_class.keys() & _GIVING_WAY
        if use.devices is None and (named_too or use.entity in counted):
            continue
        yield use if use.devices is None else use._replace(entity=lent.get(use.entity, use.entity))


def device_class(name: str, catalog: Catalog) -> str:
    """The class of a named device (GPU, TPU, …), or nothing for a class itself and a device that is not known."""
    entry = catalog.find(EntityType.HARDWARE, name)
    kind = catalog.kind(entry) if entry else ""
    return kind if kind != name else ""
