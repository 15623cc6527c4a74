"""How often names have a role in annotated papers, shrunk towards how often their type has it (Robbins, 1956)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from kg.catalog import Catalog
from kg.extract.context import NAMED, ContextModel, bucket, spelling
from kg.extract.heads import Floats
from kg.extract.role_head import ROLES
from kg.records import EntityType, Extraction, Role

_LEAST = 3
"""In fewer papers a name tells nothing."""
_SHRUNK = 5
"""So many papers more, in which a name is as its type is, stand for what is known of it before it is seen."""
_SELDOM = 1e-3


def usual_roles(records: Iterable[Extraction], catalog: Catalog) -> ContextModel:
    """The model that knows names alone: the log odds of their roles above those of their types."""
    counts: dict[str, Floats] = defaultdict(lambda: np.zeros(1 + len(ROLES), np.float32))
    kinds: dict[str, EntityType] = {}
    for record in records:
        having = [set(record.having(role)) for role in Role]
        for entity in record.entities:
            row = np.zeros(1 + len(ROLES), np.float32)
            row[: 1 + len(Role)] = (1, *(entity.id in each for each in having))
            name = spelling(entity.type, entity.name, catalog.find(entity.type, entity.name))
            kinds[name] = entity.type
            counts[name] += row
    totals = {kind: sum((row for name, row in counts.items() if kinds[name] is kind), _NONE) for kind in EntityType}
    model = ContextModel.among({})
    for name, row in counts.items():
        if row[0] >= _LEAST:
            total = totals[kinds[name]]
            share = total[1:] / total[0]
            odds = _log_odds((row[1:] + _SHRUNK * share) / (row[0] + _SHRUNK)) - _log_odds(share)
            model.weights[bucket(name)] += odds / NAMED
    return model


_NONE = np.zeros(1 + len(ROLES), np.float32)


def _log_odds(shares: Floats) -> Floats:
    safe = np.clip(shares, _SELDOM, 1 - _SELDOM)
    return np.asarray(np.log(safe / (1 - safe)), np.float32)
