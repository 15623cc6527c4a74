"""From the names that papers write to the things that they mean."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kg.catalog import Catalog, Entry
from kg.link.clusters import Name, name_of
from kg.link.forms import forms
from kg.link.joining import Names, Use
from kg.link.labels import labels_of
from kg.link.rules import Rules, shipped
from kg.link.variants import Relation, depth, parents
from kg.names import readable, slug
from kg.records import Entity, EntityType, Extraction, Role

_SIZED = re.compile(r"(.*[^ -])[ -]{1,3}\(?(\d+(?:\.\d+)?[BMT]|\d+x\d+(?:\.\d+)?B)\)?")
"""A model's name and its size."""


@dataclass(frozen=True, slots=True, order=True)
class Canonical:
    """One thing in the graph: its type and slug, which make its IRI."""

    type: EntityType
    slug: str


class Alias(NamedTuple):
    """Another name of a thing, as papers wrote it, and why it is taken for one."""

    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Description:
    """What a thing is called: its label and the other forms that papers wrote, sorted."""

    label: str
    aliases: tuple[Alias, ...]


class Linker:
    """Resolves the names of records by the catalogue, by what all the records together tell, and by a person's rules.

    The records are read once. Time grows as n·log n with their names; memory linearly, by the distinct names.
    """

    def __init__(self, catalog: Catalog, rules: Rules | None = None, records: Iterable[Extraction] = ()) -> None:
        self._catalog = catalog
        self._rules = shipped() if rules is None else rules
        self._labels = labels_of(catalog)
        uses, own = _uses(records)
        self._names = Names(self._labels, self._rules, uses, own)
        self._uses = {use: (self._names.meant(use), count) for use, count in uses.items()}
        self._entries: dict[Canonical, Entry] = {}
        self._things: dict[Name, Canonical] = {}
        self._texts: dict[Canonical, str] = {}
        self._name_things()

    def over(self, records: Iterable[Extraction]) -> Linker:
        """The linker of some records, by the same catalogue and rules."""
        return Linker(self._catalog, self._rules, records)

    def canonical(self, entity: Entity) -> Canonical:
        """The thing that an entity of a record means."""
        use = Use(entity.type, entity.name, entity.mentions)
        name = self._uses[use][0] if use in self._uses else self._names.meant(use)
        thing = self._things.get(self._names.clusters.of(name))
        return thing or self._known(entity.type, entity.name) or _unheard(entity.type, entity.name)

    def thing(self, type: EntityType, name: str) -> Canonical:
        """The thing that a name of a type means by itself."""
        return self.canonical(Entity(id="", type=type, name=name, mentions=(name,), score=1.0))

    def heard(self, type: EntityType, name: str) -> bool:
        """Whether a record calls something so, in any spelling and by any label, whatever the rules join."""
        entry = self._labels.find(name_of(type, name), forms(type, name))
        return any((type, form) in self._heard for form in forms(type, entry.name if entry else name) if form)

    @cached_property
    def _heard(self) -> set[tuple[EntityType, str]]:
        return {(use.type, form) for use in self._uses for form in forms(use.type, use.name)}

    def entry(self, thing: Canonical) -> Entry | None:
        """What the catalogue has of a thing."""
        return self._entries.get(thing)

    def describe(self) -> Iterator[tuple[Canonical, Description]]:
        """Every thing that the records name, in order, with the label that most papers give it."""
        written: dict[Canonical, Counter[str]] = defaultdict(Counter)
        for use, (name, count) in self._uses.items():
            called = written[self._things[self._names.clusters.of(name)]]
            for form in use.forms:
                called[form] += count
        for type, *pair in self._rules.same:
            for form in pair:  # a name that a rule gives is an alias though no paper writes it
                named = self._things.get(self._names.clusters.of(name_of(type, form)))
                if named in written:
                    written[named][form] += 0
        for thing in sorted(written):
            label = self._texts[thing]
            others = {form: count for form, count in written[thing].items() if form != label}
            because = dict(self._names.clusters.reasons(name_of(thing.type, label))) if others else {}
            aliases = [Alias(form, self._reason(thing, form, count, because)) for form, count in others.items()]
            yield thing, Description(label, tuple(sorted(aliases)))

    def above(self, thing: Canonical) -> tuple[Relation, Canonical] | None:
        """What a thing is a variant or a part of: the nearest that the catalogue or a record knows.

        None also where the catalogue itself says so of the thing.
        """
        entry = self._entries.get(thing)
        if entry is not None and entry.iri in self._labels.placed:
            return None
        label = self._label(thing)
        for relation, name in parents(thing.type, label):
            parent = self._known(thing.type, name)
            if parent is not None and depth(parent.type, self._label(parent)) < depth(thing.type, label):
                return relation, parent
        return None

    def _label(self, thing: Canonical) -> str:
        return self._entries[thing].name if thing in self._entries else self._texts[thing]

    def _name_things(self) -> None:
        """Gives every set of names that a paper uses its label and slug."""
        texts: dict[Name, Counter[str]] = defaultdict(Counter)
        for use, (name, count) in self._uses.items():
            text = use.name if name == self._names.written(use) else self._names.text(name)
            texts[self._names.clusters.of(name)][text] += count
        for root, counts in texts.items():
            entry = self._names.entry(root)
            if entry is not None:
                thing = self._of_entry(entry)
                self._texts[thing] = entry.name
            else:
                label = min(counts, key=lambda text: (-counts[text], text))
                thing = Canonical(root.type, slug(root.type, label))
                self._texts[thing] = readable(self._of_family(name_of(root.type, label), label))
            self._things[root] = thing

    def _of_family(self, name: Name, label: str) -> str:
        """The label of a model's size, spelled as the catalogue spells its family: *Llama 2 7B*, *OPT-175B*."""
        sized = _SIZED.fullmatch(label) if name.type is EntityType.MODEL else None
        family = sized and self._labels.find(name_of(name.type, sized[1]), forms(name.type, sized[1]))
        if not sized or not family:
            return label
        spelled = f"{family.name}{' ' if ' ' in family.name else '-'}{sized[2]}"
        return spelled if name_of(name.type, spelled) == name else label

    def _known(self, type: EntityType, text: str) -> Canonical | None:
        """The thing of the records or the catalogue that a text is a spelling of."""
        name = self._names.known(type, text)
        if name is None:
            return None
        thing = self._things.get(self._names.clusters.of(name))
        entry = None if thing else self._names.entry(name)
        return self._of_entry(entry) if entry else thing

    def _of_entry(self, entry: Entry) -> Canonical:
        thing = Canonical(entry.type, slug(entry.type, entry.name))
        self._entries[thing] = entry
        return thing

    def _reason(self, thing: Canonical, form: str, count: int, because: dict[Name, str]) -> str:
        name = name_of(thing.type, form)
        if name == name_of(thing.type, self._texts[thing]):
            return "same normal form"
        entry = self._entries.get(thing)
        if entry is not None and self._labels.labelled(name) is entry:
            return "a label in the catalogue"
        return because.get(name) or f"so called in {'a paper' if count == 1 else f'{count} papers'}"


def _uses(records: Iterable[Extraction]) -> tuple[Counter[Use], set[Name]]:
    """How many papers call a thing so, and what papers introduce.

    The words of a metric that is no entity are a name of it too.
    """
    uses: Counter[Use] = Counter()
    own: set[Name] = set()
    for record in records:
        ids = {entity.id for entity in record.entities}
        called = {Use(entity.type, entity.name, entity.mentions) for entity in record.entities}
        called |= {_metric(result.metric) for result in record.results if result.metric not in ids}
        uses.update(called)
        introduced = {fact.entity for fact in record.facts if fact.role is Role.INTRODUCES}
        own |= {name_of(entity.type, entity.name) for entity in record.entities if entity.id in introduced}
    return uses, own


def _metric(words: str) -> Use:
    return Use(EntityType.METRIC, words, (words,))


def _unheard(type: EntityType, text: str) -> Canonical:
    """The thing of a name that neither the catalogue nor a record has, the same for all its spellings."""
    return Canonical(type, slug(type, forms(type, text).loose.replace("|", " ")))
