"""How the subject of a result stands to what it is compared with, told from the words around the number.

A speedup over a baseline and the inverse cost read the same way: *2x faster*, *half the latency* and *latency reduced
by 50 %* are all better by the factor 2.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kg.catalog import Catalog
from kg.changes import CHANGE, Change, change_told, is_level, is_moved, is_reached
from kg.records import EntityType, Result


class Outcome(StrEnum):
    """What the subject is beside what it is compared with."""

    BETTER = "better"
    WORSE = "worse"
    COMPARABLE = "comparable"


class Direction(StrEnum):
    """Which of two values of a metric is better."""

    HIGHER = "higherIsBetter"
    LOWER = "lowerIsBetter"


class Comparison(NamedTuple):
    """What a result says of its subject beside something else."""

    outcome: Outcome | None
    relative: bool
    """Whether the value is a change or a ratio, not a level."""
    factor: Decimal | None
    """How many times as good the subject is, below 1 where it is worse; None where the text does not say."""
    hedged: bool
    """Whether the text is careful about it: may, could, potentially, estimated."""


_BOUND = re.compile(
    r"(?:(?:more|less|fewer|greater|higher|better|lower) than|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?)"
    r" (?:around |about )?$",
    re.I,
)
_BEHIND = re.compile(
    r"[^.,;:()]*?(?=[.,;:()]|\s(?:and|while|but|with|without|despite|compared|over|than|on|for)\b|$)", re.I
)
_SHARE = re.compile(r"\s*(?:of|the)\s", re.I)
_CLAUSE = re.compile(r"[.;:()]\s|,\s(?:and|while|but|which|with)\s")
_QUANTITY = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s*(?:\\?%|\\?times|×|x\b|X\b|-?fold|percentage points?|points?|percent|pp\b)?"
)
_EQUAL = re.compile(
    r"\b(?:comparable|on (?:a )?par|competitive|match(?:es|ing)|similar|equivalent|the same|parity|lossless)\b", re.I
)
_AHEAD = re.compile(
    r"\b(?:outperform(?!ed by)\w*|surpass(?!ed by)\w*|exceed(?:s|ed(?! by)|ing)|beat(?:s|ing)?"
    r"|(?:better|faster|higher|lower|less|fewer) than|superior to|improv\w+ (?:up)?on|ahead of)\b",
    re.I,
)
_BEHINDHAND = re.compile(
    r"\b(?:underperform\w*|(?:lags?|falls?|fell|lagging|is|are|remains?) (?:far |still )?behind|(?:worse|slower) than"
    r"|inferior to|(?:outperformed|surpassed|exceeded|beaten) by|trail(?:s|ed|ing)?)\b",
    re.I,
)
_WITHIN = re.compile(r"\bwithin\s(?:only |just |about |around |roughly |~)?$", re.I)
_WON = re.compile(r"\b(?:wins?|won|win rate|prefer\w*|favou?red|chosen)\b", re.I)
"""In front of a share of comparisons, of which more than half are a victory."""
_AGAINST = (
    r"[^.;()]{0,40}?\b(?:compared (?:to|with)|versus|vs\.?|against|rather than|instead of|than)"
    r"\s(?:the |an? |only |just )?(?P<other>\d+(?:\.\d+)?)"
)
_BESIDE = {
    True: re.compile(rf"(?P<unit>(?>\s?[^\s,.;:()\d]{{1,9}})){_AGAINST}(?P=unit)(?![\w/])"),
    False: re.compile(rf"{_AGAINST}(?!\s?[%\w]|\.\d)"),
}
"""Behind a level that of the other side, in the same unit or in none: *7.9 ms, higher than the 4.6 ms of*."""
_HEDGE = re.compile(
    r"\b(?:may|might|could|potentially|possibly|theoretical(?:ly)?|estimated?|expected|projected|simulated|hypothe\w+)\b",
    re.I,
)
_SAVED = re.compile(r"\s*\b(?:reduction|savings?|decrease)s?$", re.I)
_LOWER = frozenset({
    "accesses", "area", "budget", "communication", "compute", "consumption", "cost", "costs", "data", "degradation",
    "emissions", "energy", "error", "footprint", "latency", "loss", "memory", "overhead", "parameters", "power",
    "requirement", "requirements", "runtime", "samples", "steps", "storage", "time", "tokens", "traffic", "usage"
})  # fmt: skip
_HIGHER = frozenset({
    "accuracy", "efficiency", "gain", "gains", "improvement", "improvements", "performance", "quality", "rate",
    "robustness", "score", "scores", "speed", "speedup", "success", "throughput", "utility", "utilization"
})  # fmt: skip
_REACH = 90
"""Characters in front of a number in which the verb of its change stands."""


def direction_of(catalog: Catalog, metric: str) -> Direction | None:
    """Which values of a metric are better: by the catalogue's entry of its name or of the end of it, else by its head.

    What is reduced or saved counts, not the reduction: less is better of memory, so of *memory reduction* too.
    """
    words = _SAVED.sub("", metric).split()
    for first in range(len(words)):
        entry = catalog.find(EntityType.METRIC, " ".join(words[first:]))
        told = catalog.direction(entry) if entry else ""
        if told:
            return Direction(told)
    head = words[-1].lower() if words else ""
    return Direction.LOWER if head in _LOWER else Direction.HIGHER if head in _HIGHER else None


def compare(result: Result, direction: Direction | None, in_percent: bool = False) -> Comparison | None:
    """How the subject of a result stands, or None for a level that is set beside nothing.

    ``direction`` is that of the metric, None where it is not known; ``in_percent`` says that the metric itself is
    measured in per cent, so that a change by 3 % may as well be one by 3 points, of which no factor is known.

    >>> def told(evidence, value, unit, direction, **parts):
    ...     return compare(Result(metric="m", evidence=evidence, value=value, unit=unit, **parts), direction)[:3]
    >>> told("cuts latency by 50% over the baseline", 50, "%", Direction.LOWER)
    (<Outcome.BETTER: 'better'>, True, Decimal('2'))
    >>> told("is 2x slower than X", 2, "x", Direction.LOWER)
    (<Outcome.WORSE: 'worse'>, True, Decimal('0.5'))
    """
    before, behind = _around(result)
    hedged = _HEDGE.search(result.evidence) is not None
    if result.unit in {"%", "points"} and _WITHIN.search(before):
        return Comparison(Outcome.COMPARABLE, True, None, hedged)
    if result.baseline is not None and result.unit == "%" and _WON.search(before):
        return Comparison(_more(result.value, 50, Direction.HIGHER), False, None, hedged)
    other = _beside(result)
    if result.baseline is not None and other is not None and direction is not None:
        return Comparison(_more(result.value, other, direction), False, None, hedged)
    change = change_told(before, behind)
    share = result.unit in {"%", "x"} and _SHARE.match(behind) is not None and not is_moved(before)
    share = share and (direction is Direction.LOWER or result.baseline is not None)
    level = (
        is_level(before) or (result.unit == "%" and is_reached(before[-_REACH:], behind, _rest(result)))
    ) and not share
    if result.unit == "x" or (result.unit in {"%", "points"} and not level and (change is not None or share)):
        if share and direction is not None:
            ratio = Decimal(str(result.value)) / (100 if result.unit == "%" else 1)
            return _of_ratio(ratio if direction is Direction.HIGHER else _inverse(ratio), hedged)
        outcome = _outcome(change or Change(0, int(direction is Direction.HIGHER)), direction)
        certain = not (in_percent and result.unit == "%") and result.unit != "points"
        factor = _factor(result, change, direction, outcome) if certain else None
        return Comparison(outcome, True, factor, hedged)
    if result.baseline is None:
        return None
    if _EQUAL.search(result.evidence):
        return Comparison(Outcome.COMPARABLE, False, None, hedged)
    ahead, behindhand = _AHEAD.search(result.evidence), _BEHINDHAND.search(result.evidence)
    outcome = None if (ahead is None) == (behindhand is None) else Outcome.BETTER if ahead else Outcome.WORSE
    return Comparison(outcome, False, None, hedged)


def _more(value: float, other: float, direction: Direction) -> Outcome:
    """How one level stands to another."""
    if value == other:
        return Outcome.COMPARABLE
    return Outcome.BETTER if (value > other) is (direction is Direction.HIGHER) else Outcome.WORSE


def _stated(result: Result) -> re.Match[str] | None:
    """Where the evidence has the number of a result."""
    stated = _QUANTITY.finditer(result.evidence)
    return next((match for match in stated if float(match["number"].replace(",", "")) == result.value), None)


def _beside(result: Result) -> float | None:
    """The level that the text sets beside that of a result, in the same unit."""
    stated = _stated(result)
    if stated is None or result.unit in {"x", "points"}:
        return None
    beside = _BESIDE[bool(result.unit)].match(result.evidence, stated.end("number"))
    return float(beside["other"]) if beside else None


def _around(result: Result) -> tuple[str, str]:
    """The text in front of the result's number and behind its unit, within its clause."""
    stated = _stated(result)
    if stated is None:
        return result.evidence, ""
    before = _BOUND.sub("", result.evidence[max(0, stated.start() - _REACH) : stated.start()])
    clauses = list(_CLAUSE.finditer(before))
    told = before[clauses[-1].end() :] if clauses else before
    reached = _BEHIND.match(result.evidence, stated.end())
    behind = reached.group() if reached else ""
    return (told if CHANGE.search(told + behind) else before), behind


def _rest(result: Result) -> str:
    """The text behind a result's number and unit."""
    stated = _stated(result)
    return result.evidence[stated.end() :] if stated else ""


def _outcome(change: Change, direction: Direction | None) -> Outcome | None:
    good = change.goodness
    if not good and direction is not None:
        good = change.sign if direction is Direction.HIGHER else -change.sign
    return {1: Outcome.BETTER, -1: Outcome.WORSE}.get(good)


def _factor(
    result: Result, change: Change | None, direction: Direction | None, outcome: Outcome | None
) -> Decimal | None:
    value = Decimal(str(result.value))
    if outcome is None or value <= 0:
        return None
    if result.unit == "x":
        better = _rounded(max(value, 1 / value))
        return better if outcome is Outcome.BETTER else _inverse(better)
    sign = change.sign if change else 0
    if not sign and change and direction is Direction.LOWER and change.goodness:
        sign = -change.goodness
    part = value / 100
    if sign >= 0:
        grown = 1 + part
        return _rounded(grown) if outcome is Outcome.BETTER else _inverse(grown)
    if part >= 1:
        return None
    return _inverse(1 - part) if outcome is Outcome.BETTER else _rounded(1 - part)


def _of_ratio(factor: Decimal, hedged: bool) -> Comparison:
    outcome = Outcome.COMPARABLE if factor == 1 else Outcome.BETTER if factor > 1 else Outcome.WORSE
    return Comparison(outcome, True, factor, hedged)


def _inverse(value: Decimal) -> Decimal:
    return _rounded(1 / value)


def _rounded(value: Decimal) -> Decimal:
    """Four digits, more than the texts give."""
    return Decimal(format(Decimal(f"{value:.4g}").normalize(), "f"))
