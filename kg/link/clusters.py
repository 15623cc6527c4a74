"""Which names are names of one thing: a union-find that knows what must stay apart, and why names were joined."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from kg.names import normal_form
from kg.records import EntityType


class Name(NamedTuple):
    """A name of a type, in its normal form."""

    type: EntityType
    form: str


def name_of(type: EntityType, text: str) -> Name:
    """The name that a text is a spelling of."""
    return Name(type, normal_form(type, text))


class Clusters:
    """Names in sets, one set a thing. Two sets are never joined that hold two anchors or names that are to differ.

    The sets do not depend on the order of joins that are all allowed; where one join forbids another, the earlier
    wins, so callers join in an order of their own that is fixed: surest first, then sorted.

    >>> clusters, (a, b, c) = Clusters(), [Name(EntityType.MODEL, letter) for letter in "abc"]
    >>> clusters.part(a, c)
    >>> clusters.join(b, a, "an example"), clusters.join(b, c, "another"), clusters.of(a) == clusters.of(b)
    (True, False, True)
    >>> list(clusters.reasons(a))
    [(Name(type=<EntityType.MODEL: 'Model'>, form='b'), 'an example')]
    """

    def __init__(self) -> None:
        self._parent: dict[Name, Name] = {}
        self._anchors: dict[Name, Name] = {}
        self._apart: dict[Name, set[Name]] = {}
        self._joined: dict[Name, list[tuple[Name, str]]] = {}

    def of(self, name: Name) -> Name:
        """The name that stands for the set of this one."""
        parent = self._parent
        root = name
        while (above := parent.get(root, root)) != root:
            root = above
        while (above := parent.get(name, name)) != root:
            parent[name], name = root, above
        return root

    def anchor(self, name: Name) -> None:
        """Says that this name is one of its own beside every other anchor."""
        self._anchors.setdefault(self.of(name), name)

    def anchored(self, name: Name) -> Name | None:
        """The anchor in the set of this name."""
        return self._anchors.get(self.of(name))

    def part(self, first: Name, second: Name) -> None:
        """Says that two names mean two things."""
        self._apart.setdefault(self.of(first), set()).add(second)
        self._apart.setdefault(self.of(second), set()).add(first)

    def join(self, first: Name, second: Name, reason: str) -> bool:
        """Makes one set of the sets of two names and keeps the reason; returns whether they are one now."""
        kept, lost = sorted((self.of(first), self.of(second)))
        if kept == lost:
            return True
        if kept in self._anchors and lost in self._anchors:
            return False
        if any(self.of(name) == lost for name in self._apart.get(kept, ())):
            return False
        self._parent[lost] = kept
        if lost in self._anchors:
            self._anchors[kept] = self._anchors.pop(lost)
        if lost in self._apart:
            self._apart.setdefault(kept, set()).update(self._apart.pop(lost))
        self._joined.setdefault(first, []).append((second, reason))
        self._joined.setdefault(second, []).append((first, reason))
        return True

    def reasons(self, name: Name) -> Iterator[tuple[Name, str]]:
        """Every other name of the set of this one with the reason for which it came to it, nearest first."""
        seen, pending = {name}, deque([name])
        while pending:
            for other, reason in sorted(self._joined.get(pending.popleft(), ())):
                if other not in seen:
                    seen.add(other)
                    yield other, reason
                    pending.append(other)
