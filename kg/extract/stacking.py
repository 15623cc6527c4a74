"""What is weighed once more when the network has read: one row of numbers an entity and a claim (Wolpert, 1992).

Trees that learned from papers which the network had not seen say from these rows how probable it is that something is
an entity, is introduced, is a task, or is a result. They see what one mention's state does not tell: the other roles,
the rest of the paper's entities, the place in the title.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from kg.catalog import Catalog
from kg.extract.candidates import Finder, Notes
from kg.extract.features import UNIT_KINDS, unit_kind
from kg.extract.heads import FLOOR, Floats
from kg.extract.quantities import Quantity
from kg.extract.role_head import ROLES
from kg.extract.tags import KINDS
from kg.extract.trees import Trees
from kg.records import Role

ENTITY, RESULT = "entity", "result"
STACKED: tuple[str, ...] = (ENTITY, Role.INTRODUCES.value, Role.TASKS.value, RESULT)
"""What there are trees for."""

_RIVALLED = tuple(ROLES.index(role.value) for role in (Role.INTRODUCES, Role.TASKS))
"""The roles in which an entity is set beside the others of its paper."""
_MENTION = len(ROLES) + len(_RIVALLED)
"""The column of an entity's probability as a mention; those of its roles' logits come first."""
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|\d")
_LONGEST = 8
"""More words, mentions or entities than this tell no more."""
_VAGUE = frozenset({"performance", "accuracy", "speedup"})


def stacked_trees(arrays: Mapping[str, Floats]) -> dict[str, Trees]:
    """The trees among the arrays of a network, by what they are for."""
    trees = {name: Trees.named(f"stacked.{name}", arrays) for name in STACKED}
    return {name: own for name, own in trees.items() if own is not None}


def entity_rows(found: Notes, chances: Sequence[float], roles: Floats, catalog: Catalog) -> Floats:
    """A row for each entity: the logits of its ``roles`` (entities, roles), its probability as a mention, its form and place."""
    text = found.text
    title = text.find("\n")
    colon = text.find(":", 0, max(0, title))
    starts = [start for start, _ in found.sentences]
    presented, titled = set(found.presented), {(own.start, own.end) for own in found.titled}
    rows = []
    for entity, chance in zip(found.entities, chances, strict=True):
        spans = entity.spans
        heading = [span for span in spans if span[0] < title]
        words = entity.name.split()
        first, last = (bisect_right(starts, at) for at in (spans[0][0], spans[-1][0]))
        rows.append(
            (
                chance,
                entity.finder is not Finder.LEARNED,
                catalog.find(entity.type, entity.name) is not None,
                min(len(found.entities), 4 * _LONGEST),
                min(len(spans), _LONGEST),
                min(len(spans) - len(heading), _LONGEST),
                bool(heading),
                0 <= colon < heading[0][0] if heading else False,
                not titled.isdisjoint(spans),
                not presented.isdisjoint(spans),
                entity.outright,
                min(len(words), _LONGEST),
                min(len(entity.name), 8 * _LONGEST),
                entity.name.islower(),
                entity.name.isupper(),
                _INNER_CAPITAL.search(entity.name) is not None,
                sum(word[0].isupper() for word in words) / max(1, len(words)),
                first,
                last,
                first / max(1, len(starts)),
                *(entity.type is kind for kind in KINDS),
            )
        )
    told = np.array(rows, np.float32).reshape(len(rows), len(rows[0]) if rows else 0)
    rivals = [roles[:, column] - _best_other(roles[:, column]) for column in _RIVALLED]
    return np.concatenate([roles, *(each[:, None] for each in rivals), told], axis=1).astype(np.float32)


def _best_other(logits: Floats) -> Floats:
    """For each entity the largest logit of another one."""
    if len(logits) < 2:
        return np.zeros_like(logits)
    second, first = np.partition(logits, -2)[-2:]
    return np.asarray(np.where(logits == first, second, first), np.float32)


def claim_rows(
    found: Notes, quantities: Sequence[Quantity], claims: Floats, chances: Floats, measures: Sequence[int | str]
) -> Floats:
    """A row for each quantity of a stretch: how probable it is as a claim, what it measures, and those beside it.

    ``claims`` are the logits that they are claims, ``chances`` these with the measure as probabilities; ``measures``
    are entities' numbers or words.
    """
    words = found.words
    sentences = [words.sentences[words.cover(quantity.start, quantity.end)[0]] for quantity in quantities]
    told = chances.tolist()
    likely = [chance >= FLOOR for chance in told]
    alike = Counter(measure for measure, said in zip(measures, likely, strict=True) if said)
    beside = Counter(sentence for sentence, said in zip(sentences, likely, strict=True) if said)
    surest: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for sentence, chance in zip(sentences, told, strict=True):
        surest[sentence] = sorted((*surest[sentence], chance))[1:]
    said = sum(likely)
    rows = []
    for row, quantity in enumerate(quantities):
        measure, sentence = measures[row], sentences[row]
        entity = measure if isinstance(measure, int) else None
        name = str(measure) if entity is None else found.entities[entity].name
        second, first = surest[sentence]
        rows.append(
            (
                told[row],
                claims[row],
                entity is not None,
                0 if entity is None else found.entity_rows[entity, _MENTION],
                min(len(name.split()), _LONGEST),
                name in _VAGUE,
                name == "performance",
                said,
                row,
                len(found.text),
                alike[measure],
                beside[sentence],
                second if first == told[row] else first,
                sentence,
                sentence / (1 + words.sentences[-1]),
                *(unit_kind(quantity.unit) == kind for kind in UNIT_KINDS),
            )
        )
    return np.array(rows, np.float32)
