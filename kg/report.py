"""Where extraction goes wrong: confusion between types, the worst papers with their errors marked, reliability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kg.evaluate import Place, Score, compare, mention_places
from kg.records import EntityType, Extraction

Pair = tuple[Extraction, Extraction]
"""An annotated and a predicted record; the predicted one carries its paper."""

NONE = "–"
"""Stands for no mention at all."""


def confusion(pairs: Iterable[Pair]) -> dict[tuple[str, str], int]:
    """How many spans of each annotated type were predicted as each type, or as no mention, or the other way round."""
    counts: Counter[tuple[str, str]] = Counter()
    for gold, found in pairs:
        annotated, predicted = _types(gold, found)
        for span in annotated.keys() | predicted.keys():
            counts[annotated.get(span, NONE), predicted.get(span, NONE)] += 1
    return dict(counts)


def _types(gold: Extraction, found: Extraction) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], str]]:
    if found.paper is None:
        raise ValueError("a predicted record is compared with its paper")
    annotated, predicted = (
        {(start, end): str(kind.value) for start, end, kind in sorted(mention_places(record, found.paper.text))}
        for record in (gold, found)
    )
    return annotated, predicted


class BadPaper(NamedTuple):
    """A paper's mention F1, and its text with missed spans as ``[-…|Type-]`` and spurious ones as ``{+…|Type+}``."""

    id: str
    f1: float
    marked: str


def worst(pairs: Iterable[Pair], count: int) -> list[BadPaper]:
    """The papers with the lowest mention F1; of equals the one with more errors first."""
    papers = []
    for gold, found in pairs:
        if found.paper is None:
            raise ValueError("a predicted record is compared with its paper")
        annotated, predicted = (mention_places(record, found.paper.text) for record in (gold, found))
        f1 = Score.of(len(annotated & predicted), len(annotated), len(predicted)).f1
        missed, spurious = annotated - predicted, predicted - annotated
        if missed or spurious:
            marked = _marked(found.paper.text, missed, spurious)
            papers.append((f1, -len(missed | spurious), str(found.id), marked))
    return [BadPaper(id, f1, marked) for f1, _, id, marked in sorted(papers)[:count]]


def _marked(text: str, missed: set[Place], spurious: set[Place]) -> str:
    """The text with the spans marked; where a missed and a spurious one overlap, one stands behind the other."""
    marks: list[tuple[int, str]] = []
    for places, left, right in ((missed, "[-", "-]"), (spurious, "{+", "+}")):
        marks += [(end, f"{left}{text[start:end]}|{kind.value}{right}") for start, end, kind in places]
    covered = bytearray(len(text) + 1)
    for start, end, _ in missed | spurious:
        covered[start:end] = b"\1" * (end - start)
    parts: list[str] = []
    at = 0
    for end, mark in sorted(marks):
        parts += [text[i] for i in range(at, end) if not covered[i]]
        parts.append(mark)
        at = max(at, end)
    parts += [text[i] for i in range(at, len(text)) if not covered[i]]
    return "".join(parts)


class Bin(NamedTuple):
    """Predictions whose scores lie in a range: how many, their mean score, and the share that is right."""

    low: float
    high: float
    size: int
    score: float
    right: float


def reliability(pairs: Iterable[Pair], what: str = "entity", bins: int = 10) -> list[Bin]:
    """The scores of one kind of prediction in bins of equal width, empty bins left out."""
    members: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for gold, found in pairs:
        for comparison in compare(gold, found):
            if comparison.what == what:
                for score, right in zip(comparison.scores, comparison.right, strict=True):
                    members[min(int(score * bins), bins - 1)].append((score, right))
    return [
        Bin(
            low=i / bins,
            high=(i + 1) / bins,
            size=len(own),
            score=sum(score for score, _ in own) / len(own),
            right=sum(right for _, right in own) / len(own),
        )
        for i, own in enumerate(members)
        if own
    ]


def calibration_error(table: Sequence[Bin]) -> float:
    """The expected calibration error (Naeini et al., 2015): the mean distance of score and share right.

    >>> calibration_error([Bin(0.9, 1.0, 3, 0.95, 0.85), Bin(0.1, 0.2, 1, 0.15, 0.15)])
    0.075
    """
    total = sum(bin.size for bin in table)
    return round(sum(bin.size * abs(bin.score - bin.right) for bin in table) / total, 6) if total else 0.0


TYPES: tuple[str, ...] = (*(kind.value for kind in EntityType), NONE)
"""The rows and columns of the confusion table."""
