"""Boosted trees at run time: log odds of rows of numbers, all trees of all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from kg.extract.heads import Floats, Indices

_AT_ONCE = 512
"""Rows that are looked at together; more take more memory and no less time."""


class Trees(NamedTuple):
    """Binary trees of one depth; the nodes of each are numbered from the root on, level by level (Friedman, 2001)."""

    features: Indices
    """(trees, inner nodes): the column that a node asks for."""
    thresholds: Floats
    """(trees, inner nodes): a number over it goes right."""
    leaves: Floats
    """(trees, leaves): what a tree adds to the log odds."""
    start: Floats
    """(1,): the log odds without any tree."""

    @classmethod
    def named(cls, name: str, arrays: Mapping[str, Floats]) -> Trees | None:
        """The trees among arrays with names such as ``name.leaves``, if they are there."""
        if f"{name}.leaves" not in arrays:
            return None
        parts = {part: arrays[f"{name}.{part}"] for part in cls._fields}
        return cls(parts["features"].astype(np.int64), parts["thresholds"], parts["leaves"], parts["start"])

    def log_odds(self, rows: Floats) -> Floats:
        """The log odds (rows,) of rows (rows, columns)."""
        parts = [self._log_odds(rows[start : start + _AT_ONCE]) for start in range(0, len(rows), _AT_ONCE)]
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def _log_odds(self, rows: Floats) -> Floats:
        count, inner = self.features.shape
        first = np.arange(count) * inner
        lines = np.arange(len(rows))[:, None]
        at = np.zeros((len(rows), count), np.int64)
        while inner > 0:
            node = first + at
            right = rows[lines, self.features.ravel()[node]] > self.thresholds.ravel()[node]
            at = 2 * at + 1 + right
            inner //= 2
        leaf = at - self.features.shape[1]
        return np.asarray(self.start + self.leaves[np.arange(count), leaf].sum(axis=1), np.float32)
