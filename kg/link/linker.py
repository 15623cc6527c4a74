"""From the names that papers write to the things that they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.catalog import Catalog, Entry
from kg.names import slug
from kg.records import Entity, EntityType, Extraction


@dataclass(frozen=True, slots=True, order=True)
class Canonical:
    """One thing in the graph: its type and slug, which make its IRI."""

    type: EntityType
    slug: str


@dataclass(frozen=True, slots=True)
class Description:
    """What a thing is called: its label and the other forms that papers wrote, sorted."""

    label: str
    aliases: tuple[str, ...]


class Linker:
    """Resolves entities by the catalogue, and by normal form where the catalogue has no entry."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._entries = {(entry.type, slug(entry.type, entry.name)): entry for entry in catalog}

    def canonical(self, entity: Entity) -> Canonical:
        """The thing that an entity of a record means."""
        entry = self._catalog.find(entity.type, entity.name)
        return Canonical(entity.type, slug(entity.type, entry.name if entry else entity.name))

    def entry(self, thing: Canonical) -> Entry | None:
        """What the catalogue has of a thing."""
        return self._entries.get((thing.type, thing.slug))

    def describe(self, records: Iterable[Extraction]) -> Iterator[tuple[Canonical, Description]]:
        """Every thing that the records name, in order, with the label that most papers give it."""
        names: dict[Canonical, Counter[str]] = {}
        forms: dict[Canonical, set[str]] = {}
        for record in records:
            for entity in record.entities:
                thing = self.canonical(entity)
                names.setdefault(thing, Counter())[entity.name] += 1
                forms.setdefault(thing, set()).update(entity.mentions)
        for thing in sorted(names):
            entry = self.entry(thing)
            label = entry.name if entry else min(names[thing], key=lambda name: (-names[thing][name], name))
            yield thing, Description(label, tuple(sorted(forms[thing] - {label})))
