"""What a quantity measures: the most probable of the words around it, and what the wording says outright."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kg.extract.heads import Floats
from kg.extract.quantities import Quantity
from kg.units import normalized

WORDED: tuple[str, ...] = (
    "performance", "speedup", "accuracy", "score", "throughput", "latency", "memory footprint", "cost", "training time",
    "GPU hours", "inference time", "model size", "parameters", "compression ratio", "energy efficiency",
    "energy consumption", "power consumption", "slowdown", "training cost", "training data", "communication", "error",
    "loss", "win rate", "success rate", "recovery time", "improvement", "FLOPs", "bits per parameter", "issues solved",
    "hit rate", "frame rate", "decoding speed", "search time", "quality loss", "average score", "power", "area", "time",
)  # fmt: skip
"""Measures that a claim may have though the text does not name them so."""

_TOLD = (*WORDED, WORDED[0])
"""What the logits of measures in words are of; the last is for one that is not among them."""

LONGEST_MEASURE = 6
"""Words of a measure that the text names."""

BARE = frozenset({"%", "x", "points", ""})
"""Units that say nothing of what is measured."""
_OF_ANYTHING = BARE | {"dB"}
"""Units that a measure without one may have."""
_UNITLESS = frozenset({
    "performance", "speedup", "accuracy", "score", "compression ratio", "slowdown", "win rate", "success rate",
    "improvement", "issues solved", "hit rate", "quality loss", "average score",
})  # fmt: skip
"""Measures in words that have no unit of their own: no seconds, watts or dollars."""
_RATES = ("FPS", "tokens/s", "req/s", "images/s")
_OF_UNIT: dict[str, frozenset[str]] = {
    "s": frozenset({"latency", "training time", "GPU hours", "inference time", "recovery time", "search time", "time"}),
    "GB": frozenset({"memory footprint", "model size", "training data", "communication"}),
    "J": frozenset({"energy consumption"}),
    "W": frozenset({"power", "power consumption"}),
    "USD": frozenset({"cost", "training cost"}),
    "mm^2": frozenset({"area"}),
    "Hz": frozenset({"throughput", "frame rate"}),
    **dict.fromkeys(_RATES, frozenset({"throughput", "frame rate", "decoding speed"})),
}
"""The measures in words that quantities of a kind can be of, where that is known."""

_NAMING = {"J": ("energy",), "W": ("power",), "s": ("latency", " time", "runtime"), "GB": ("memory",)}
"""Words in the name of a measure that tell what it is of."""
_RATED = ("throughput", "frame rate")
"""Words in the name of a measure that tell it is a rate: no time, energy or size."""
_SAVED = re.compile(r"(energy|memory|power|cost|latency|time|communication)(?: (\w+))? (?:savings?|reductions?)", re.I)
_SPENT = {
    "energy": "energy consumption",
    "memory": "memory footprint",
    "power": "power consumption",
}
_BEHIND = re.compile(
    r"\s(?P<name>[A-Z][A-Za-z0-9@.-]*[A-Z0-9][A-Za-z0-9@-]*)(?=[),;]|\.(?:\s|$)|\s(?:and|on|in|for|over|than|points?|scores?|with|without)\b|$)"
)
_EFFICIENT = re.compile(r"(?<=\w)[ -]efficient$", re.I)
_AVERAGE = re.compile(r"\baveraged? scores?\b", re.I)
_HARDLY = 0.01
"""Less probable measures are not looked at."""
_NEAR = 60
"""Characters to either side of a number."""
_AT_MOST = re.compile(r"(?:\s[\w-]+){0,3}\s\((?:and )?(?:up to|at most|at least|a maximum of|max\.?)\s?")


def measure_logits(bounds: Floats, lengths: Floats, number: int) -> Floats:
    """The logits of spans (``LONGEST_MEASURE``, words): by words more than one, and first word; ``bounds`` (words, 2).

    The word that is the ``number`` itself is in no measure.
    """
    first, last = bounds[:, 0], bounds[:, 1]
    size = len(bounds)
    spans = np.full((LONGEST_MEASURE, size), -np.inf, np.float32)
    for more in range(min(LONGEST_MEASURE, size)):
        spans[more, : size - more] = first[: size - more] + last[more:] + lengths[more]
        spans[more, max(0, number - more) : number + 1] = -np.inf
    return spans


def most_probable(
    spans: Floats, worded: Floats, named: Callable[[int, int], int | str | None], unit: str
) -> tuple[int | str, float]:
    """What a quantity of a unit measures, an entity's number or words, with its probability.

    ``spans`` are logits by ``measure_logits``, ``worded`` those of ``WORDED``; ``named`` tells what the words of a
    span, from its first word in reach and with so many more, stand for, if anything. What the text does not name is none of the
    measures that the unit cannot be of: seconds are no performance.
    """
    fitting = _fitting(unit)
    logits = np.concatenate([spans.ravel(), worded])
    powers = np.exp(logits - logits.max())
    powers /= powers.sum()
    said, unsaid = powers[: spans.size], np.where(fitting, powers[spans.size :], 0)
    total: dict[int | str, float] = {}
    for place in np.flatnonzero(said > _HARDLY).tolist():
        more, at = divmod(place, spans.shape[1])
        measure = named(at, more)
        if measure is not None:
            total[measure] = total.get(measure, 0.0) + float(said[place])
    likeliest = int(np.where(fitting, worded, -np.inf).argmax())
    for place in {likeliest, *np.flatnonzero(unsaid > _HARDLY).tolist()}:
        total[_TOLD[place]] = total.get(_TOLD[place], 0.0) + float(unsaid[place])
    best = max(total, key=lambda measure: total[measure])
    return best, total[best]


@cache
def _fitting(unit: str) -> NDArray[np.bool_]:
    """Which of ``_TOLD`` a number of a unit can be of."""
    if unit in _OF_ANYTHING:
        return np.ones(len(_TOLD), bool)
    fitting = _OF_UNIT.get(normalized(1, unit).unit, frozenset(WORDED) - _UNITLESS)
    return np.array([measure in fitting for measure in _TOLD])


def contradicts(measure: str, unit: str, measured_in: str) -> bool:
    """Whether a measure is of another quantity than a unit: joules are no power, watts no time, megabytes no score.

    ``measured_in`` is the unit that the catalogue has for the measure, or nothing.

    >>> [contradicts(*told, "") for told in (("power", "mJ"), ("energy", "mJ"), ("energy", "W"), ("power", "%"))]
    [True, False, True, False]
    >>> [contradicts("peak throughput", unit, "") for unit in ("ms", "tokens/s", "GB/s")]
    [True, False, False]
    >>> contradicts("search time", "W", ""), contradicts("ROUGE-L", "MB", "%"), contradicts("latency", "hours", "ms")
    (True, True, False)
    """
    kind = normalized(1, unit).unit
    if kind not in _OF_UNIT:
        return False
    if measured_in:
        return normalized(1, measured_in).unit != kind and (measured_in in BARE or measured_in in _RATES)
    name = measure.lower()
    if any(word in name for word in _RATED):
        return kind in _NAMING
    named = next((told for told, words in _NAMING.items() if any(word in name for word in words)), kind)
    return named != kind and not any(word in name for word in _NAMING.get(kind, ()))


def unit_name(text: str, quantity: Quantity) -> str | None:
    """The measure that stands behind a number like a unit of its own: *57.4 mm PVE*, *12 COMET*.

    >>> from kg.extract.quantities import find_quantities
    >>> text = "EHF (62.3 mm PVE)"
    >>> unit_name(text, next(iter(find_quantities(text))))
    'PVE'
    """
    match = _BEHIND.match(text, quantity.end)
    return match.group("name") if match else None


def what_is_saved(measure: str) -> str:
    """The measure that savings are of: *energy savings* are less energy consumption.

    >>> what_is_saved("energy savings"), what_is_saved("cost reduction"), what_is_saved("accuracy")
    ('energy consumption', 'cost', 'accuracy')
    """
    match = _SAVED.fullmatch(measure)
    if not match:
        return measure
    noun = match.group(1).lower()
    return f"{noun} {match.group(2)}" if match.group(2) else _SPENT.get(noun, noun)


def in_full(measure: str, text: str, quantity: Quantity) -> str:
    """A measure in words by its whole name: an average score is not a score, and what follows *and* is another.

    What is more *energy-efficient* has more energy efficiency.

    >>> from kg.extract.quantities import find_quantities
    >>> text = "an average score of 71.3%"
    >>> (number,) = find_quantities(text)
    >>> in_full("score", text, number), in_full("error and better recall", text, number)
    ('average score', 'error')
    >>> in_full("energy-efficient", text, number)
    'energy efficiency'
    """
    measure = _EFFICIENT.sub(" efficiency", measure.split(" and ")[0])
    if measure == "score":
        average = _AVERAGE.search(text, max(0, quantity.start - _NEAR), quantity.end + _NEAR)
        return average.group().lower().removesuffix("s") if average else measure
    return measure


def continues(text: str, before: Quantity, quantity: Quantity) -> bool:
    """Whether a number is only the bound of the one in front of it: *4.6x on average (up to 25.5x)*."""
    return before.unit == quantity.unit and _AT_MOST.fullmatch(text, before.end, quantity.start) is not None
