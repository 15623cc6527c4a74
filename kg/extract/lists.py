"""Lists of numbers: what stands beside them one by one, and that a list is one claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.extract.answers import ANSWERS, OVER, OVER_LENGTH, THAN
from kg.extract.candidates import Found
from kg.extract.quantities import LISTED, Quantity
from kg.extract.results import LINKED, Place
from kg.records import EntityType as Kind
from kg.records import Span

_LISTED = {
    "metric": frozenset({Kind.METRIC}),
    "dataset": ANSWERS["dataset"],
    "baseline": ANSWERS["baseline"],
    "hardware": ANSWERS["hardware"],
    "subject": frozenset({Kind.MODEL, Kind.METHOD, Kind.SYSTEM}),
}
"""The types of what a list of numbers may be set beside, one by one."""
_BEATEN = re.compile(rf"\b(?:outperform|surpass|exceed|beat)\w*\s(?:the |an? )?$|{THAN}")
"""In front of what a gain is over that follows."""
_OF_LIST = re.compile(r"(?P<gain>\s(?:\w+\s){0,2}by (?:(?:up to|about|over|nearly) )?[~$]?)|\s?\((?:by |up to |~)?")
"""Between a list of names and the numbers that it is of, in order: *A and B by 3x and 2x*, *on A and B (3% and 2%)*."""
_TO_LIST = re.compile(r"\s(?:[\w-]+\s){0,3}(?:on|in|over|than)\s(?:the |both |an? )?")
"""Between two numbers and the names that they are of: *1.2x and 2x higher throughput on A and B*."""
_ON = re.compile(r"\b[Oo]n\s(?:the |both |an? )?$")
"""In front of the devices that numbers were had on."""
_REACH_BOTH = re.compile(
    r"\s(?:models\s)?(?:achieve|reach|score|attain|obtain|get|yield|hit|deliver)(?:s|d|ed)?\s(?:[\w-]+\s){0,4}?(?:of\s)?[~$]?"
)
"""Between the names of several things and what they reach."""
_RESPECTIVELY = re.compile(r"\brespectively\b")
_JOINED = re.compile(r"(?:\s?\([^()]{0,40}\))?\s?(?:,|,?\s?and|,?\s?or|/)\s(?:the |an? )?")
"""What stands between the names of a list."""
_BETWEEN = re.compile(r"\b(?:between|from)\s\$?$", re.I)
_BETWEEN_LENGTH = 10
"""Characters."""


def in_order(
    text: str, sentence: Span, quantities: Sequence[Quantity], places: Sequence[Place], entities: Sequence[Found]
) -> list[dict[str, int]]:
    """What the quantities of a list are set beside one by one: *3x and 2x over vLLM and Orca, respectively*.

    ``quantities`` and ``places`` are those of one sentence, in order. In sentences with *respectively* as many data sets
    as there are numbers were annotated in their order in 139 of 161 lists (of three in 48 of 51), measures in 67 of 80,
    baselines behind *over* and the like in 22 of 23. Without that word measures in front of *by* were 7 of 7 times,
    baselines 3 of 3 (10 of 11 with it), two of either or of data sets right behind two numbers 13 of 14.
    """
    told: list[dict[str, int]] = [{} for _ in quantities]
    respectively = _RESPECTIVELY.search(text, *sentence) is not None
    for run in _lists(text, quantities):
        if len(run) < 2:
            continue
        for relation, kinds in _LISTED.items():
            fitting = [place for place in places if entities[place.entity].type in kinds]
            named = [each for each in _lists(text, fitting, _JOINED) if len(each) == len(run)]
            if len(named) != 1 or len({fitting[n].entity for n in named[0]}) < len(run):
                continue
            first, last = fitting[named[0][0]].start, fitting[named[0][-1]].end
            behind = first >= quantities[run[-1]].end
            over: re.Pattern[str] | None = OVER
            if behind:
                close = _TO_LIST.fullmatch(text, quantities[run[-1]].end, first)
            else:
                close = _OF_LIST.fullmatch(text, last, quantities[run[0]].start)
                over = _BEATEN if close and close["gain"] else None
            if not (respectively or len(run) > 2 or close):
                continue
            if relation == "hardware" and not _ON.search(text, max(0, first - OVER_LENGTH), first):
                continue
            if relation == "subject" and (behind or not _REACH_BOTH.fullmatch(text, last, quantities[run[0]].start)):
                continue
            if relation == "baseline" and not (over and over.search(text, max(0, first - OVER_LENGTH), first)):
                continue
            for row, place in zip(run, named[0], strict=True):
                told[row][relation] = fitting[place].entity
    return told


def alike(text: str, quantities: Sequence[Quantity], scores: Sequence[float]) -> list[float]:
    """The scores of a text's quantities, those of one unit in a list as high as that of its surest.

    Where some of a list and not others were taken for results, all are annotated in 91 of 117 lists of
    ``training/arxiv.jsonl``, none in 9; the lower end of *between 5% and 25%* is not of its list.

    >>> from kg.extract.quantities import find_quantities
    >>> text = "12x, 20x and 33x faster than before, for 8 pears."
    >>> alike(text, list(find_quantities(text))[:3], [0.2, 0.9, 0.1])
    [0.9, 0.9, 0.9]
    """
    shared = list(scores)
    for run in _lists(text, quantities, LISTED):
        units = {quantities[row].unit for row in run}
        start = quantities[run[0]].start
        if units != {""} and len(units) == 1 and not _BETWEEN.search(text, max(0, start - _BETWEEN_LENGTH), start):
            for row in run:
                shared[row] = max(scores[row] for row in run)
    return shared


def _lists(text: str, parts: Sequence[Quantity | Place], joined: re.Pattern[str] = LINKED) -> Iterator[list[int]]:
    """The numbers of parts that are joined, list by list."""
    run: list[int] = []
    for number, part in enumerate(parts):
        if run and not joined.fullmatch(text, parts[run[-1]].end, part.start):
            yield run
            run = []
        run.append(number)
    if run:
        yield run
