"""The catalogue as linking reads it: entries by the forms of their labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from functools import lru_cache
from itertools import chain

from pyoxigraph import NamedNode

from kg.catalog import Catalog, Entry
from kg.link.clusters import Name
from kg.link.forms import Forms, folded, forms_of, plain
from kg.link.similar import Speller
from kg.link.variants import Relation
from kg.names import normal_form
from kg.records import EntityType

_PLACES = frozenset(Relation)


class Labels:
    """Entries by type and form. A form that two entries share finds neither, unless it is stricter for one."""

    def __init__(self, catalog: Catalog) -> None:
        self.vocabulary: set[str] = set()
        """Every word of a label, folded: none of them is a misspelling."""
        self._catalog = catalog
        self._strict: dict[tuple[EntityType, str], Entry | None] = {}
        self._loose: dict[tuple[EntityType, str], Entry | None] = {}
        self._turned: dict[tuple[EntityType, str], Entry | None] = {}
        self._owners: dict[str, set[str]] = defaultdict(set)
        for entry in catalog:
            self._add(entry)
        self.speller = Speller(self.vocabulary)
        self.placed = frozenset(
            quad.subject.value
            for quad in catalog.quads
            if isinstance(quad.subject, NamedNode) and quad.predicate.value.rpartition("#")[2] in _PLACES
        )
        """The IRIs of the entries of which the catalogue says what they are a variant or part of."""

    def _add(self, entry: Entry) -> None:
        type, device = entry.type, self._catalog.device(entry)
        read: dict[Name, tuple[str, list[str]]] = {}
        for label in entry.labels:
            name = Name(type, normal_form(type, label))
            if name not in read:
                text = plain(label)
                read[name] = text, folded(type, text)
        self.vocabulary.update(chain.from_iterable(words for _, words in read.values()))
        for text, words in read.values():
            found = forms_of(type, text, words)
            if found.owner:
                self._owners[device.iri].add(found.owner)
            for table, form in zip((self._strict, self._loose, self._turned), found[:3], strict=True):
                if form and table.setdefault((type, form), device) is not device:
                    table[type, form] = None

    def labelled(self, name: Name) -> Entry | None:
        """The entry that has a label of this normal form; memory and form factor make no other device."""
        entry = self._catalog.find_form(name.type, name.form)
        return self._catalog.device(entry) if entry else None

    def headed(self, name: Name) -> Entry | None:
        """The entry whose preferred name this is."""
        entry = self._catalog.find_form(name.type, name.form)
        return entry if entry and normal_form(entry.type, entry.name) == name.form else None

    def find(self, name: Name, forms: Forms) -> Entry | None:
        """The entry that has a label of this normal form, or else of these forms, the strict one first."""
        entry = self.labelled(name)
        if entry is not None:
            return entry
        tables = self._strict, self._strict, self._loose, self._turned
        for table, form in zip(tables, (forms.strict, forms.loose, forms.loose, forms.turned), strict=True):
            if (name.type, form) in table:
                entry = table[name.type, form]
                owners = self.owners(entry) if entry and forms.owner else ()
                return None if owners and forms.owner not in owners else entry
        return None

    def owners(self, entry: Entry) -> Set[str]:
        """Who the labels of an entry say makes it."""
        return self._owners.get(entry.iri, frozenset())

    def find_strict(self, type: EntityType, form: str) -> Entry | None:
        """The entry that has a label of this strict form."""
        return self._strict.get((type, form))


@lru_cache(maxsize=2)
def labels_of(catalog: Catalog) -> Labels:
    """The labels of a catalogue, made once."""
    return Labels(catalog)
