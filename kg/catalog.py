"""The known names and their facts, loaded from ``ontology/catalog/*.ttl`` (SKOS)."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.names import normal_form
from kg.records import EntityType, KgError
from kg.resources import resource

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_PREFERRED = _SKOS + "prefLabel"
_HIDDEN = _SKOS + "hiddenLabel"
_LABELS = (_PREFERRED, _SKOS + "altLabel", _HIDDEN)
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_ONTOLOGY = "https://w3id.org/paper-kg/ontology#"
_NAMESPACE = _ONTOLOGY.removesuffix("#")
_LINKS = ("kind", "variantOf", "partOf")
_TYPES = {_ONTOLOGY + kind.value: kind for kind in EntityType}
_JOINTS = re.compile(r"[\s-]+(?=\S)|(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])")
_LONGEST_LINE = 80
"""Characters of a product line's name, at most."""


@dataclass(slots=True)
class Entry:
    """A known thing: its IRI as the catalogue writes it, its type, its preferred name and its aliases.

    Hidden names are words of other meanings too (*Aurora*): they tell what a mention is that has the type already,
    but are not looked for in texts.
    """

    iri: str
    type: EntityType
    name: str = ""
    aliases: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    @property
    def sought(self) -> list[str]:
        """The names to look for in texts, the preferred one first."""
        return [self.name, *self.aliases]

    @property
    def labels(self) -> list[str]:
        """Every name, the preferred one first."""
        return [self.name, *self.aliases, *self.hidden]


class Catalog:
    """Known things, found by type and any spelling of any of their names.

    >>> catalog = Catalog.of([Entry("x:a100", EntityType.HARDWARE, "NVIDIA A100", ["A100", "A100-SXM4"])])
    >>> catalog.find(EntityType.HARDWARE, "A100 SXM4").name
    'NVIDIA A100'
    """

    def __init__(self, entries: dict[str, Entry], quads: list[Quad], digest: str = "") -> None:
        self.entries = entries
        self.quads = quads
        self.digest = digest
        """A hash of the files that it was loaded from."""
        told = _by_property(quads)
        links = {name: [(iri, entries[thing]) for iri, thing in told[name] if thing in entries] for name in _LINKS}
        self._kinds = {iri: kind.name for iri, kind in links["kind"]}
        self._devices = {iri: device for iri, device in links["variantOf"] if device.type is EntityType.HARDWARE}
        self._lines = {line.iri for _, line in links["partOf"] if line.type is EntityType.HARDWARE}
        self._directions = {iri: value.rpartition("#")[2] for iri, value in told["direction"]}
        self._units = dict(told["measuredIn"])
        self._index: dict[tuple[EntityType, str], Entry] = {}
        for entry in entries.values():
            self._index[entry.type, normal_form(entry.type, entry.name)] = entry
        for entry in entries.values():
            for alias in entry.aliases:
                self._index.setdefault((entry.type, normal_form(entry.type, alias)), entry)
        self._hidden = {
            (entry.type, normal_form(entry.type, label)): entry for entry in entries.values() for label in entry.hidden
        }

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Catalog:
        """A catalogue of these entries alone, with no further facts."""
        return cls({entry.iri: entry for entry in entries}, [])

    @classmethod
    def load(cls, directory: Path) -> Catalog:
        """The catalogue of every Turtle file in a directory, in the order of their names.

        Raises KgError, naming the file and line, for a file that is no Turtle or an entry without a name.
        """
        quads = [quad for path in sorted(directory.glob("*.ttl")) for quad in read_turtle(path)]
        told: dict[str, list[tuple[str, NamedNode | Literal]]] = defaultdict(list)
        for quad in quads:
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                told[quad.predicate.value].append((quad.subject.value, quad.object))
        entries = {iri: Entry(iri, _TYPES[kind.value]) for iri, kind in told[_RDF_TYPE] if kind.value in _TYPES}
        for property in _LABELS:
            for iri, label in told[property]:
                entry = entries.get(iri)
                if entry is None or not isinstance(label, Literal):
                    continue
                if property is _PREFERRED:
                    entry.name = label.value
                else:
                    (entry.hidden if property is _HIDDEN else entry.aliases).append(label.value)
        for entry in entries.values():
            if not entry.name:
                raise KgError(f"{directory}: the catalogue entry <{entry.iri}> has no skos:prefLabel; add one")
        content = (path.read_bytes() for path in sorted(directory.glob("*.ttl")))
        return cls(entries, quads, hashlib.sha256(b"".join(content)).hexdigest())

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def kind(self, entry: Entry) -> str:
        """The name of the class of devices that a piece of hardware is one of, or nothing."""
        return self._kinds.get(entry.iri, "")

    def direction(self, entry: Entry) -> str:
        """``higherIsBetter`` or ``lowerIsBetter`` for a metric of which one is true, else nothing."""
        return self._directions.get(entry.iri, "")

    def unit(self, entry: Entry) -> str:
        """The unit that values of a metric are compared in, or nothing."""
        return self._units.get(entry.iri, "")

    def device(self, entry: Entry) -> Entry:
        """The device of which a piece of hardware is a variant in memory or form factor, or the entry itself."""
        return self._devices.get(entry.iri, entry)

    def line(self, name: str) -> tuple[Entry, str] | None:
        """The product line that a device's name begins with, and the name in full; None where no number follows it.

        >>> xeon = Entry("x:xeon", EntityType.HARDWARE, "Intel Xeon", ["Xeon"])
        >>> quads = [Quad(NamedNode("x:phi"), NamedNode(_ONTOLOGY + "partOf"), NamedNode(xeon.iri))]
        >>> Catalog({xeon.iri: xeon}, quads).line("Xeon E5-2690")[1]
        'Intel Xeon E5-2690'
        """
        for joint in reversed(list(_JOINTS.finditer(name, 0, _LONGEST_LINE))):
            line, number = self.find(EntityType.HARDWARE, name[: joint.start()]), name[joint.end() :]
            if line and line.iri in self._lines and any(c.isdigit() for c in number):
                return line, f"{line.name}{joint.group().strip() or ' '}{number}"
        return None

    def find(self, type: EntityType, name: str) -> Entry | None:
        """The entry of this type that has this name, however spelt, or None."""
        return self.find_form(type, normal_form(type, name))

    def find_form(self, type: EntityType, form: str) -> Entry | None:
        """The entry of this type that has a name of this normal form, or None."""
        return self._index.get((type, form)) or self._hidden.get((type, form))

    def told_by(self, type: EntityType, name: str) -> Entry | None:
        """The entry of this type that this name means whatever stands around it: not one that is hidden."""
        return self._index.get((type, normal_form(type, name)))


def _by_property(quads: Iterable[Quad]) -> dict[str, list[tuple[str, str]]]:
    """The IRIs that have a property of ours, with its value as text, by the property's local name."""
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for quad in quads:
        namespace, _, name = quad.predicate.value.rpartition("#")
        if namespace != _NAMESPACE or not isinstance(quad.subject, NamedNode):
            continue
        if isinstance(quad.object, NamedNode | Literal):
            told[name].append((quad.subject.value, quad.object.value))
    return told


def read_turtle(path: Path) -> Iterator[Quad]:
    """The triples of a file; raises KgError, naming the file and line, where it is no Turtle."""
    try:
        yield from parse(path=str(path), format=RdfFormat.TURTLE)
    except SyntaxError as error:
        raise KgError(f"{path}, line {error.lineno}: not valid Turtle ({error.msg}); correct it") from error


@cache
def known() -> Catalog:
    """The catalogue that ships with the package."""
    return Catalog.load(resource("ontology") / "catalog")
