"""What the network's heads share: the mentions of entities as arrays of words, their states, and calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Found
from kg.extract.tags import KINDS
from kg.extract.words import Words

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

FLOOR = 0.1
"""What is less probable is not recorded at all."""


class Mentions(NamedTuple):
    """Every mention of every entity, one row each: entity, first and last word, and the place of its type."""

    entity: Indices
    first: Indices
    last: Indices
    kind: Indices

    def states(self, states: Floats) -> Floats:
        """The mean of the states of the first and last word of each mention; shape (mentions, width)."""
        return np.asarray((states[self.first] + states[self.last]) / 2, np.float32)


def mentions_of(words: Words, entities: Sequence[Found]) -> Mentions:
    """The mentions of entities, in the order of the entities."""
    rows = []
    for number, entity in enumerate(entities):
        for span in entity.spans:
            first, behind = words.cover(*span)
            if first < behind:
                rows.append((number, first, behind - 1, KINDS.index(entity.type)))
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Mentions(*columns)


def sigmoid(x: Floats) -> Floats:
    """The logistic function, safe for any size of argument."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), np.float32)


def calibrated(logits: Floats, slope_offset: Floats, beside: Floats | float = 0) -> Floats:
    """Probabilities of logits by a fitted slope and offset (Platt, 1999), one pair a last-axis column or for all.

    ``beside`` are log odds of what the logits do not tell.
    """
    return sigmoid(logits * slope_offset[..., 0] + slope_offset[..., 1] + beside)


def calibrated_score(probability: float, slope_offset: Floats, beside: float = 0) -> float:
    """A calibrated probability, of one that is kept away from 0 and 1."""
    safe = min(max(probability, 1e-6), 1 - 1e-6)
    return float(calibrated(np.array(math.log(safe / (1 - safe)), np.float32), slope_offset, beside))
