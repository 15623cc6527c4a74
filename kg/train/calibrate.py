"""Calibration: scores of papers that the network did not learn from become probabilities (Platt, 1999)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.evaluate import compare
from kg.extract.heads import calibrated_score
from kg.extract.role_head import ROLES
from kg.records import Entity, Extraction, Fact, Result, RunsOn

T = TypeVar("T", Entity, Fact, RunsOn, Result)

Calibration = NDArray[np.float32]
"""A slope and an offset for the log odds of a score."""

_NONE: Calibration = np.array([1.0, 0.0], np.float32)


def uncalibrated() -> dict[str, Calibration]:
    """The calibrations that change nothing."""
    return {
        "entity.calibration": _NONE,
        "role.calibration": np.tile(_NONE, (len(ROLES), 1)),
        "result.calibration": _NONE,
    }


def calibrations(pairs: Iterable[tuple[Extraction, Extraction]]) -> dict[str, Calibration]:
    """The calibrations under which the scores of (annotated, predicted) records mean what they say."""
    scores: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    for gold, found in pairs:
        for comparison in compare(gold, found):
            scores[comparison.what] += comparison.scores
            right[comparison.what] += comparison.right
    return {
        "entity.calibration": platt(scores["entity"], right["entity"]),
        "role.calibration": np.stack([platt(scores[role], right[role]) for role in ROLES]),
        "result.calibration": platt(scores["result"], right["result"]),
    }


def apply(fitted: Mapping[str, Calibration], found: Extraction) -> Extraction:
    """A record with uncalibrated scores, calibrated."""

    def rescored(item: T, name: str, row: int | None = None) -> T:
        fit = fitted[name] if row is None else fitted[name][row]
        return item.model_copy(update={"score": calibrated_score(item.score, fit)})

    role = "role.calibration"
    return found.model_copy(
        update={
            "entities": tuple(rescored(entity, "entity.calibration") for entity in found.entities),
            "facts": tuple(rescored(fact, role, ROLES.index(fact.role.value)) for fact in found.facts),
            "runs_on": tuple(rescored(use, role, ROLES.index("runs_on")) for use in found.runs_on),
            "results": tuple(rescored(result, "result.calibration") for result in found.results),
        }
    )


def platt(scores: list[float], right: list[bool], steps: int = 50) -> Calibration:
    """Slope and offset of a logistic regression of rightness on the log odds, by Newton's method.

    A small pull towards no change keeps it defined for few or separable points; a step that overshoots, as it may where
    scores are near 0 or 1, is halved until it helps.
    """
    if not scores:
        return _NONE
    chance = np.clip(np.array(scores, np.float64), 1e-6, 1 - 1e-6)
    design = np.stack([np.log(chance / (1 - chance)), np.ones(len(scores))], axis=1)
    wanted = np.array(right, np.float64)
    start = _NONE.astype(np.float64)

    def loss(weights: NDArray[np.float64]) -> float:
        odds = design @ weights
        return float(np.logaddexp(0, odds).sum() - wanted @ odds + ((weights - start) ** 2).sum() / 2)

    weights = start.copy()
    for _ in range(steps):
        fitted = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (fitted - wanted) + (weights - start)
        curvature = design.T @ (design * (fitted * (1 - fitted))[:, None]) + np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step /= 2
        weights = weights - step
    return weights.astype(np.float32)
