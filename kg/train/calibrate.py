"""Calibration: scores of papers that the network did not learn from become probabilities (Platt, 1999)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.catalog import Catalog
from kg.evaluate import compare
from kg.extract.heads import calibrated_score
from kg.extract.role_head import ROLES
from kg.extract.usual import UsualRoles
from kg.records import Entity, Extraction, Fact, Result, Role, RunsOn

T = TypeVar("T", Entity, Fact, RunsOn, Result)

_USUAL = (Role.EVALUATED_ON.value, Role.BUILDS_ON.value)
"""The roles of which a name tells more than the network knows; of others nothing is gained."""

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
    pairs: Iterable[tuple[Extraction, Extraction]], rates: UsualRoles, catalog: Catalog
) -> dict[str, Calibration]:
    """The calibrations under which the scores of (annotated, predicted) records mean what they say.

    Of the names' ``rates``, it is fitted too how much they count: once at most, however few papers there are to tell.
    """
    scores: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    beside: dict[str, list[float]] = defaultdict(list)
    for gold, found in pairs:
        for comparison in compare(gold, found):
            scores[comparison.what] += comparison.scores
            right[comparison.what] += comparison.right
        for fact, odds in zip(found.facts, _of_facts(rates, found, catalog), strict=True):
            beside[fact.role.value].append(odds)
    fits = [platt(scores[role], right[role], beside[role] if role in _USUAL else None) for role in ROLES]
    weights = np.array([min(1, fit[2]) if len(fit) > 2 else 0 for fit in fits], np.float32)
    return {
        "entity.calibration": platt(scores["entity"], right["entity"]),
        "role.calibration": np.stack([fit[:2] for fit in fits]),
        "result.calibration": platt(scores["result"], right["result"]),
        **rates._replace(odds=rates.odds * weights).arrays(),
    }


def _of_facts(usual: UsualRoles, found: Extraction, catalog: Catalog) -> list[float]:
    """The log odds that the names of a record's facts have."""
    rows = usual.of(((entity.type, entity.name) for entity in found.entities), catalog)
    row_of = {entity.id: row for entity, row in zip(found.entities, rows, strict=True)}
    return [float(row_of[fact.entity][ROLES.index(fact.role.value)]) for fact in found.facts]


def apply(fitted: Mapping[str, Calibration], found: Extraction, catalog: Catalog) -> Extraction:
    """A record with uncalibrated scores, calibrated."""

    def rescored(item: T, name: str, row: int | None = None, beside: float = 0) -> T:
        fit = fitted[name] if row is None else fitted[name][row]
        return item.model_copy(update={"score": calibrated_score(item.score, fit, beside)})

    role = "role.calibration"
    usual = _of_facts(UsualRoles.among(fitted), found, catalog)
    return found.model_copy(
        update={
            "entities": tuple(rescored(entity, "entity.calibration") for entity in found.entities),
            "facts": tuple(
                rescored(fact, role, ROLES.index(fact.role.value), odds)
                for fact, odds in zip(found.facts, usual, strict=True)
            ),
            "runs_on": tuple(rescored(use, role, ROLES.index("runs_on")) for use in found.runs_on),
            "results": tuple(rescored(result, "result.calibration") for result in found.results),
        }
    )


def platt(
    scores: Sequence[float], right: Sequence[bool], beside: Sequence[float] | None = None, steps: int = 50
) -> Calibration:
    """Slope and offset of a logistic regression of rightness on the log odds, by Newton's method.

    Of other log odds ``beside`` the scores the weight is the third. A small pull towards no change keeps it defined for
    few or separable points; a step that overshoots, as it may where scores are near 0 or 1, is halved until it helps.
    """
    start = np.append(_NONE, [0.0] * (beside is not None))
    if not scores:
        return start.astype(np.float32)
    chance = np.clip(np.array(scores, np.float64), 1e-6, 1 - 1e-6)
    others = [] if beside is None else [np.array(beside)]
    design = np.stack([np.log(chance / (1 - chance)), np.ones(len(scores)), *others], axis=1)
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
