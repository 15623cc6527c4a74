"""Trees over what a network says of papers that it has not learned from (Wolpert, Stacked generalization, 1992)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

from kg.evaluate import compare, forms_of
from kg.extract.candidates import Notes, notes
from kg.extract.heads import Floats
from kg.extract.pipeline import pipeline, to_record
from kg.extract.role_head import ROLES
from kg.extract.stacking import ENTITY, RESULT, STACKED
from kg.records import Extraction, Paper, Role

_DEPTH = 4
_TREES = {"n_estimators": 400, "max_depth": _DEPTH, "learning_rate": 0.03, "subsample": 0.5, "min_samples_leaf": 40}


def stacked(papers: Sequence[tuple[Paper, Extraction]], weights: Path) -> dict[str, Floats]:
    """The arrays of all trees, which learn from annotated papers how far to trust a network without trees."""
    rows: dict[str, list[Floats]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    docs = pipeline(weights).pipe(paper.text for paper, _ in papers)
    for doc, (paper, gold) in zip(docs, papers, strict=True):
        for name, row, is_right in _weighed(notes(doc), gold, to_record(doc, paper, "")):
            rows[name].append(row)
            right[name].append(is_right)
    arrays: dict[str, Floats] = {}
    for name in STACKED:
        if len(set(right[name])) == 2:
            fitted = arrays_of(grown(np.stack(rows[name]), np.array(right[name])))
            arrays |= {f"stacked.{name}.{part}": array for part, array in fitted.items()}
    return arrays


def _weighed(found: Notes, gold: Extraction, record: Extraction) -> Iterator[tuple[str, Floats, bool]]:
    """What each row is of, the row, and whether the annotations agree."""
    right = {comparison.what: comparison.right for comparison in compare(gold, record)}
    for row, is_right in zip(found.entity_rows, right[ENTITY], strict=True):
        yield ENTITY, row, is_right
    for role in (role for role in Role if role.value in STACKED):
        named = _named(gold, record, role, found.entity_rows)
        for row, is_right in zip(found.entity_rows, named, strict=True):
            yield role.value, row, is_right
    for claim, is_right in zip(found.claims.results, right[RESULT], strict=True):
        yield RESULT, found.claim_rows[claim.quantity.start], is_right


def _named(gold: Extraction, record: Extraction, role: Role, rows: Floats) -> list[bool]:
    """Whether each entity of a record has a role in the annotations; of several that one means, the likeliest has."""
    wanted, own = forms_of(gold), forms_of(record)
    left = [wanted[fact.entity] for fact in gold.facts if fact.role is role]
    named = [False] * len(record.entities)
    column = ROLES.index(role.value)
    for number in sorted(range(len(named)), key=lambda n: -rows[n, column]):
        match = next((forms for forms in left if forms & own[record.entities[number].id]), None)
        if match is not None:
            left.remove(match)
            named[number] = True
    return named


def grown(rows: Floats, right: NDArray[np.bool_]) -> GradientBoostingClassifier:
    """Trees that tell right rows from others (gradient boosting: Friedman, 2001)."""
    return GradientBoostingClassifier(**_TREES, random_state=0).fit(rows, right)


def arrays_of(model: GradientBoostingClassifier) -> dict[str, Floats]:
    """The arrays of ``kg.extract.trees.Trees`` that say what a fitted model says."""
    trees = [_complete(tree.tree_) for tree in model.estimators_[:, 0]]
    features, thresholds, leaves = (np.stack(part) for part in zip(*trees, strict=True))
    share = float(model.init_.class_prior_[1])
    return {
        "features": features.astype(np.int16),
        "thresholds": thresholds.astype(np.float32),
        "leaves": (leaves * model.learning_rate).astype(np.float32),
        "start": np.array([np.log(share / (1 - share))], np.float32),
    }


def _complete(tree: Any) -> tuple[Floats, Floats, Floats]:
    """The columns and thresholds of inner nodes and the values of leaves, of a tree filled up to ``_DEPTH``."""
    inner, leaves = 2**_DEPTH - 1, 2**_DEPTH
    columns, thresholds, values = np.zeros(inner), np.zeros(inner), np.zeros(leaves)

    def fill(node: int, place: int) -> None:
        if place >= inner:
            values[place - inner] = tree.value[node, 0, 0]
            return
        leaf = tree.children_left[node] < 0
        if not leaf:
            columns[place], thresholds[place] = tree.feature[node], tree.threshold[node]
        fill(node if leaf else tree.children_left[node], 2 * place + 1)
        fill(node if leaf else tree.children_right[node], 2 * place + 2)

    fill(0, 0)
    return columns, thresholds, values
