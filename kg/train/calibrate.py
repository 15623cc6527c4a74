"""Calibration: scores of papers that the network did not learn from become probabilities (Platt, 1999)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.catalog import Catalog
from kg.evaluate import compare
from kg.extract.context import ContextModel
from kg.extract.heads import calibrated_score
from kg.extract.role_head import ROLES
from kg.records import Entity, Extraction, Fact, Result, Role, RunsOn
from kg.train.context import odds_of_facts

T = TypeVar("T", Entity, Fact, RunsOn, Result)

_TOLD = {role.value for role in Role if role is not Role.INTRODUCES}
"""The roles of which contexts tell more than the network knows."""

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


def calibrations(
    pairs: Iterable[tuple[Extraction, Extraction]], models: Sequence[ContextModel], catalog: Catalog
) -> dict[str, Calibration]:
    """The calibrations under which the scores of (annotated, predicted) records mean what they say.

    It is fitted too how much the odds that the ``models`` give to roles count beside the network's.
    """
    scores: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    beside: dict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in models])
    for gold, found in pairs:
        for comparison in compare(gold, found):
            scores[comparison.what] += comparison.scores
            right[comparison.what] += comparison.right
        for number, model in enumerate(models):
            for fact, odds in zip(found.facts, odds_of_facts(model, found, catalog), strict=True):
                beside[fact.role.value][number].append(odds)
    fits = [platt(scores[role], right[role], beside[role] if role in _TOLD else ()) for role in ROLES]
    counts = np.zeros((len(models), len(ROLES)), np.float32)
    for column, fit in enumerate(fits):
        counts[: len(fit) - 2, column] = fit[2:]
    told = ContextModel.among({})
    for model, count in zip(models, counts, strict=True):
        told = ContextModel(told.weights + model.weights * count, told.bias + model.bias * count)
    return {
        "entity.calibration": platt(scores["entity"], right["entity"]),
        "role.calibration": np.stack([fit[:2] for fit in fits]),
        "result.calibration": platt(scores["result"], right["result"]),
        **told.arrays(),
    }


def apply(fitted: Mapping[str, Calibration], found: Extraction, catalog: Catalog) -> Extraction:
    """A record with uncalibrated scores, calibrated."""

    def rescored(item: T, name: str, row: int | None = None, beside: float = 0) -> T:
        fit = fitted[name] if row is None else fitted[name][row]
        return item.model_copy(update={"score": calibrated_score(item.score, fit, beside)})

    role = "role.calibration"
    told = odds_of_facts(ContextModel.among(fitted), found, catalog)
    return found.model_copy(
        update={
            "entities": tuple(rescored(entity, "entity.calibration") for entity in found.entities),
            "facts": tuple(
                rescored(fact, role, ROLES.index(fact.role.value), odds)
                for fact, odds in zip(found.facts, told, strict=True)
            ),
            "runs_on": tuple(rescored(use, role, ROLES.index("runs_on")) for use in found.runs_on),
            "results": tuple(rescored(result, "result.calibration") for result in found.results),
        }
    )


def platt(
    scores: Sequence[float], right: Sequence[bool], beside: Sequence[Sequence[float]] = (), steps: int = 50
) -> Calibration:
    """Slope and offset of a logistic regression of rightness on the log odds, by Newton's method.

    Of other log odds ``beside`` the scores the weights follow. A small pull towards no change keeps it defined for
    few or separable points; a step that overshoots, as it may where scores are near 0 or 1, is halved until it helps.
    """
    start = np.append(_NONE, [0.0] * len(beside))
    if not scores:
        return start.astype(np.float32)
    chance = np.clip(np.array(scores, np.float64), 1e-6, 1 - 1e-6)
    design = np.stack([np.log(chance / (1 - chance)), np.ones(len(scores)), *map(np.array, beside)], axis=1)
    wanted = np.array(right, np.float64)

    def loss(weights: NDArray[np.float64]) -> float:
        odds = design @ weights
        return float(np.logaddexp(0, odds).sum() - wanted @ odds + ((weights - start) ** 2).sum() / 2)

    weights = start.copy()
    for _ in range(steps):
        fitted = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (fitted - wanted) + (weights - start)
        curvature = design.T @ (design * (fitted * (1 - fitted))[:, None]) + np.eye(len(start))
        step = np.linalg.solve(curvature, gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step /= 2
        weights = weights - step
    return weights.astype(np.float32)
