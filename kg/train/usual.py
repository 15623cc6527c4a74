"""How often names have a role in annotated papers, shrunk towards how often their type has it (Robbins, 1956)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from kg.catalog import Catalog
from kg.extract.heads import Floats
from kg.extract.role_head import ROLES
from kg.extract.usual import UsualRoles, usual_name
from kg.records import EntityType, Extraction, Role

_LEAST = 3
"""In fewer papers a name tells nothing."""
_SHRUNK = 5
"""So many papers more, in which a name is as its type is, stand for what is known of it before it is seen."""
_SELDOM = 1e-3


def role_rates(records: Iterable[Extraction], catalog: Catalog) -> UsualRoles:
    """The log odds of names' roles above those of their types."""
    counts: dict[str, Floats] = defaultdict(lambda: np.zeros(1 + len(ROLES), np.float32))
    for record in records:
        having = [set(record.having(role)) for role in Role]
        for entity in record.entities:
            row = np.zeros(1 + len(ROLES), np.float32)
            row[: 1 + len(Role)] = (1, *(entity.id in each for each in having))
            for name in (entity.type.value, usual_name(entity.type, entity.name, catalog)):
                counts[name] += row
    kinds = {str(kind): counts.pop(kind) for kind in EntityType if kind in counts}
    shares = {kind: row[1:] / row[0] for kind, row in kinds.items()}
    names = sorted(name for name, row in counts.items() if row[0] >= _LEAST)
    odds = np.zeros((len(names), len(ROLES)), np.float32)
    for number, name in enumerate(names):
        share, row = shares[name.split()[0]], counts[name]
        odds[number] = _log_odds((row[1:] + _SHRUNK * share) / (row[0] + _SHRUNK)) - _log_odds(share)
    return UsualRoles({name: number for number, name in enumerate(names)}, odds)


def _log_odds(shares: Floats) -> Floats:
    safe = np.clip(shares, _SELDOM, 1 - _SELDOM)
    return np.asarray(np.log(safe / (1 - safe)), np.float32)
