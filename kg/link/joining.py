"""The names of the records and of the catalogue, joined into sets that mean one thing each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from itertools import combinations
from typing import NamedTuple

from kg.catalog import Entry
from kg.link.abbreviations import abbreviates, inflected, pairs
from kg.link.clusters import Clusters, Name, name_of
from kg.link.forms import Forms, forms
from kg.link.labels import Labels
from kg.link.owners import PROPER
from kg.link.rules import Rules
from kg.link.similar import slip_of
from kg.records import EntityType, KgError

_CLEAR = 2 / 3
"""The share of the papers that define a short name from which on their reading is everybody's."""
_COMMON = 1 / 4
"""The share of the papers that use a short name of the catalogue which must define it so, to be that entry."""


_NAMED = PROPER | {EntityType.METHOD, EntityType.HARDWARE}
"""The types whose things papers give names of their own."""


class Use(NamedTuple):
    """How a paper calls a thing: its canonical name and every form of it in the text."""

    type: EntityType
    name: str
    mentions: tuple[str, ...]

    @property
    def forms(self) -> set[str]:
        """Everything that the paper calls it."""
        return {self.name, *self.mentions}


class Names:
    """Sets of names, joined surest first.

    In this order: a rule of a person, labels of one entry of the catalogue, equal strict forms, equal loose forms, a
    short name with its long form where the papers agree on it, one slip of the pen. What must differ by a rule, and
    two entries of the catalogue, never come together. Every step goes through the names sorted, so the outcome
    depends on the uses and not on their order.

    What a paper calls its own is not taken for a known thing that is spelled like it: *Stable-MoE* is new beside
    *StableMoE*, *ProfBench* no misspelt *ProofBench*, and *G-Search* not all of *greedy search*.
    """

    def __init__(self, labels: Labels, rules: Rules, uses: Mapping[Use, int], own: Set[Name] = frozenset()) -> None:
        self.clusters = Clusters()
        self.papers: Counter[Name] = Counter()
        """How many uses each name has."""
        self._labels = labels
        self._own = own
        self._written: dict[Use, Name] = {}
        self._text: dict[Name, str] = {}
        self._by_form: dict[tuple[EntityType, str], Name] = {}
        self._longs: dict[Name, Counter[Name]] = defaultdict(Counter)
        self._detached: set[Name] = set()
        self._families: set[Name] = set()
        self._detach(rules)
        for use, count in uses.items():
            self._read(use, count)
        self._obey(rules)
        names = sorted(self._text)
        found = {name: forms(name.type, self._text[name]) for name in names}
        self._join_labels(found)
        self._part_own(found)
        self._join_forms(found)
        self._join_readings()
        self._join_slips(names)

    def text(self, name: Name) -> str:
        """A name as it was written first in order of the alphabet."""
        return self._text.get(name, name.form)

    def meant(self, use: Use) -> Name:
        """The name by which a thing is found that a paper calls so.

        A short name that the paper spells out in another way than everybody means what it spells out. Extraction
        gives all labels of an entry its name; where the paper writes nothing but a label that a rule keeps apart, it
        means that.
        """
        name = self.written(use)
        if name in self._longs:
            thing = self.clusters.of(name)
            for short, text in pairs(use.forms):
                long = name_of(use.type, text)
                if name_of(use.type, short) == name and self.clusters.of(long) != thing and not self._new(name, long):
                    return long
        if name in self._families and use.mentions:
            written = [name_of(use.type, mention) for mention in sorted(use.mentions)]
            if all(other in self._detached for other in written):
                return written[0]
        return name

    def written(self, use: Use) -> Name:
        """The canonical name of a use."""
        return self._written.get(use) or name_of(use.type, use.name)

    def known(self, type: EntityType, text: str) -> Name | None:
        """The name in the records or the catalogue that this text is a spelling of, or nothing."""
        name = name_of(type, text)
        if name in self._text:
            return name
        found = forms(type, text)
        entry = self._labels.find(name, found)
        if entry is not None:
            return name_of(type, entry.name)
        other = self._by_form.get((type, found.strict)) or self._by_form.get((type, found.loose))
        slip = None if other else slip_of(self._labels, type, text)
        return name_of(type, slip.entry.name) if slip else other

    def entry(self, name: Name) -> Entry | None:
        """The entry of the catalogue that a name means, if any."""
        anchor = self.clusters.anchored(name)
        return self._labels.headed(anchor or name)

    def _read(self, use: Use, count: int) -> None:
        name = self._written[use] = self._add(use.type, use.name)
        self.papers[name] += count
        for mention in use.mentions if name in self._families else ():
            self._add(use.type, mention)
        for short, long in pairs(use.forms):
            self._longs[self._add(use.type, short)][self._add(use.type, long)] += count

    def _add(self, type: EntityType, text: str) -> Name:
        name = name_of(type, text)
        self._text[name] = min(self._text.get(name, text), text)
        return name

    def _detach(self, rules: Rules) -> None:
        """Notes the labels that rules take away from their entries."""
        for type, *pair in rules.different:
            names = [name_of(type, text) for text in pair]
            entries = [self._labels.labelled(name) for name in names]
            if entries[0] is not None and entries[0] is entries[1]:
                head = name_of(type, entries[0].name)
                self._detached.update(name for name in names if name != head)
                self._families.add(head)

    def _obey(self, rules: Rules) -> None:
        for type, first, second in rules.different:
            self.clusters.part(self._add(type, first), self._add(type, second))
        for type, first, second in rules.same:
            names = (self._headed(type, first), self._headed(type, second))
            because = rules.reasons.get((type, first, second), f"forced by {rules.source}")
            if not self.clusters.join(*names, because):
                raise KgError(f"{rules.source}: '{first}' and '{second}' are to be the same, but other rules part them")

    def _headed(self, type: EntityType, text: str) -> Name:
        """The name, or the preferred one of the entry that has it as a label."""
        entry = self._labels.labelled(name_of(type, text))
        return self._add(type, entry.name if entry else text)

    def _join_labels(self, found: dict[Name, Forms]) -> None:
        for name in found:
            entry = self._labels.labelled(name)
            if entry is not None:
                self._join_entry(name, entry, "a label in the catalogue")
        for name, named in found.items():
            if self.clusters.anchored(name) is None:
                entry = self._labels.find(name, named)
                if entry is None:
                    continue
                if self._coined(name) and not any(_longer(name, name_of(name.type, label)) for label in entry.labels):
                    self.clusters.part(name, self._add(entry.type, entry.name))
                else:
                    self._join_entry(name, entry, "spelling of a label in the catalogue")

    def _join_entry(self, name: Name, entry: Entry, reason: str) -> None:
        head = self._add(entry.type, entry.name)
        self.clusters.anchor(head)
        self.clusters.join(name, head, reason)

    def _coined(self, name: Name) -> bool:
        """Whether a paper calls its own thing so, in one word with a capital."""
        text = self._text[name]
        return name in self._own and name.type in _NAMED and " " not in text and not text.islower()

    def _new(self, short: Name, long: Name) -> bool:
        """Whether a paper gives its own thing a short name that the known thing does not have which it spells."""
        return self._coined(short) and self.entry(short) is None and self.entry(long) is not None

    def _part_own(self, found: dict[Name, Forms]) -> None:
        """Keeps apart what two papers call their own and spell alike: R-DPO and rDPO."""
        alike: dict[tuple[EntityType, str], list[Name]] = defaultdict(list)
        for name in sorted(filter(self._coined, found)):
            for form in {found[name].strict, found[name].loose}:
                alike[name.type, form].append(name)
        for names in alike.values():
            for one, other in combinations(names, 2):
                if not _longer(one, other):
                    self.clusters.part(one, other)

    def _join_forms(self, found: dict[Name, Forms]) -> None:
        for name, named in found.items():
            self._join_form(name, named.strict, "same normal form")
        owners = {name: self._owner(name, named) for name, named in found.items()}
        alike: dict[tuple[EntityType, str], set[str]] = defaultdict(set)
        for name, named in found.items():
            alike[name.type, named.loose].add(owners[name])
        for name, named in found.items():
            several = len(alike[name.type, named.loose] - {""}) > 1
            form = f"{named.loose}|{owners[name]}" if several else named.loose
            self._join_form(name, form, "same but for words that need not be said")
        for name, named in found.items():
            if named.turned:
                self._join_form(name, named.turned, "the same words in another order")

    def _owner(self, name: Name, named: Forms) -> str:
        """The owner that a name tells, or that of the entry of the catalogue that it means."""
        entry = None if named.owner else self.entry(name)
        return min(self._labels.owners(entry), default="") if entry else named.owner

    def _join_form(self, name: Name, form: str, reason: str) -> None:
        other = self._by_form.setdefault((name.type, form), name)
        if self.clusters.of(other) != self.clusters.of(name):
            self.clusters.join(name, other, reason)

    def _join_readings(self) -> None:
        for short in sorted(self._longs):
            longs = sorted(self._longs[short], key=lambda long: (-self._longs[short][long], long))
            entry = self.entry(short)
            spelled = [label for label in entry.labels if abbreviates(self._text[short], label)] if entry else []
            for place, long in enumerate(longs):
                if entry and any(inflected(self._text[long], label) for label in spelled):
                    self.clusters.join(long, short, "the words of a label in the catalogue with other endings")
                for other in longs[:place]:
                    if inflected(self._text[long], self._text[other]):
                        self.clusters.join(long, other, "the same words with other endings")
            if not spelled and all(self.clusters.of(long) != self.clusters.of(short) for long in longs):
                self._elect(short, longs)

    def _elect(self, short: Name, longs: list[Name]) -> None:
        """Joins a short name with the reading on which the papers agree that define it, if they do."""
        votes: Counter[Name] = Counter()
        for long in longs:
            votes[self.clusters.of(long)] += self._longs[short][long]
        winner = min(votes, key=lambda root: (-votes[root], root))
        papers = votes[winner]
        clear = papers >= _CLEAR * votes.total() and (len(short.form) > 2 or papers > 1)
        if clear and (self.entry(short) is None or papers >= _COMMON * self.papers[short]):
            long = next(long for long in longs if self.clusters.of(long) == winner)
            if self._new(short, long):
                return
            times = "a paper" if papers == 1 else f"{papers} papers"
            self.clusters.join(long, short, f"short and long form in {times}")

    def _join_slips(self, names: list[Name]) -> None:
        for name in names:
            if self.clusters.anchored(name) is None and name not in self._own:
                slip = slip_of(self._labels, name.type, self._text[name])
                if slip is not None:
                    self._join_entry(name, slip.entry, f"spelling like “{slip.entry.name}” ({slip.similarity:.2f})")


def _longer(one: Name, other: Name) -> bool:
    """Whether one name is the other with words behind it, *otter* and *otter-benchmark*."""
    return f"{one.form}-".startswith(f"{other.form}-") or f"{other.form}-".startswith(f"{one.form}-")
