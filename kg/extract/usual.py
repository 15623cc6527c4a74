"""The roles that names usually have: what annotated abstracts tell of a name before the sentence is read.

The network learns from words; that *VQAv2* is what people test on and *PyTorch* what they build on is of the name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from kg.catalog import Catalog
from kg.extract.heads import Floats
from kg.extract.role_head import ROLES
from kg.names import normal_form
from kg.records import EntityType


class UsualRoles(NamedTuple):
    """What names add to the log odds of the roles, ``odds`` (names, roles), by the names' ``rows``."""

    rows: Mapping[str, int]
    odds: Floats

    @classmethod
    def among(cls, arrays: Mapping[str, Floats]) -> UsualRoles:
        """Those among the arrays of a network; none where it has none."""
        names = arrays.get("usual.names", np.empty(0))
        odds = arrays.get("usual.odds", np.empty((0, len(ROLES))))
        return cls({name: row for row, name in enumerate(names.tolist())}, odds.astype(np.float32))

    def arrays(self) -> dict[str, Floats]:
        """The arrays of a network that ``among`` reads."""
        return {"usual.names": np.array(list(self.rows), np.str_), "usual.odds": self.odds.astype(np.float16)}

    def of(self, entities: Iterable[tuple[EntityType, str]], catalog: Catalog) -> Floats:
        """The log odds of entities, by their types and names; shape (entities, roles), 0 for names without any."""
        rows = [self.rows.get(usual_name(type, name, catalog), -1) for type, name in entities]
        return np.concatenate([self.odds, np.zeros((1, len(ROLES)), np.float32)])[rows]


NONE_USUAL = UsualRoles.among({})


def usual_name(type: EntityType, name: str, catalog: Catalog) -> str:
    """A type and a name as all its spellings have them.

    >>> from kg.catalog import Entry
    >>> catalog = Catalog.of([Entry("x", EntityType.DATASET, "Visual Plums", ["VPlum"])])
    >>> usual_name(EntityType.DATASET, "VPlum", catalog), usual_name(EntityType.SYSTEM, "Pear-Torch", catalog)
    ('Dataset visual-plums', 'System pear-torch')
    """
    entry = catalog.find(type, name)
    return f"{type} {normal_form(type, entry.name if entry else name)}"
