"""The model of contexts, fitted to what annotations say of the things that a network finds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from kg.catalog import Catalog
from kg.evaluate import compare
from kg.extract.candidates import notes
from kg.extract.context import BUCKETS, ContextModel, Thing, contexts
from kg.extract.heads import Floats
from kg.extract.pipeline import rules
from kg.extract.role_head import ROLES
from kg.extract.words import Words
from kg.records import Extraction, Fact, Role

_STRENGTH = 0.03
"""The inverse of how strongly weights are held at 0 (L2); 0.1 does as well."""
_SLIGHT = 1e-3
"""Smaller weights are none."""


def context_model(pairs: Iterable[tuple[Extraction, Extraction]], catalog: Catalog) -> ContextModel:
    """The model of (annotated, predicted) records: which predicted things have which roles in the annotations."""
    model = ContextModel.among({})
    buckets: list[int] = []
    ends = [0]
    had: list[list[bool]] = []
    for gold, found in pairs:
        named = {c.what: c.right for c in compare(gold, found)}
        having = {
            role: {fact.entity for fact, right in zip(_facts(found, role), named[role.value], strict=True) if right}
            for role in Role
        }
        for entity, seen in zip(found.entities, contexts(words_of(found), things_of(found), catalog), strict=True):
            buckets += seen
            ends.append(len(buckets))
            had.append([entity.id in having[role] for role in Role])
    rows = csr_matrix((np.ones(len(buckets), np.float32), np.array(buckets), np.array(ends)), (len(had), BUCKETS))
    for role, wanted in zip(Role, np.array(had).T, strict=True):
        if len(set(wanted.tolist())) == 2:
            fitted = LogisticRegression(C=_STRENGTH, solver="liblinear").fit(rows, wanted)
            column, weights = ROLES.index(role.value), fitted.coef_[0]
            model.weights[:, column] = np.where(np.abs(weights) < _SLIGHT, 0, weights)
            model.bias[column] = fitted.intercept_[0]
    return model


def odds_of_facts(model: ContextModel, found: Extraction, catalog: Catalog) -> list[float]:
    """The log odds that a model gives to the facts of a record."""
    rows: Floats = model.odds(words_of(found), things_of(found), catalog)
    row_of = {entity.id: row for entity, row in zip(found.entities, rows, strict=True)}
    return [float(row_of[fact.entity][ROLES.index(fact.role.value)]) for fact in found.facts]


def words_of(found: Extraction) -> Words:
    """The words of a record's paper."""
    if found.paper is None:
        raise ValueError("a predicted record is read with its paper")
    return notes(rules()(found.paper.text)).words


def things_of(found: Extraction) -> list[Thing]:
    """The entities of a record as things."""
    return [Thing(entity.type, entity.name, entity.spans) for entity in found.entities]


def _facts(found: Extraction, role: Role) -> list[Fact]:
    return [fact for fact in found.facts if fact.role is role]
