"""What is wrong with a catalogue: labels that two entries share, dangling parents, figures without a source."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from pyoxigraph import Literal, NamedNode, Quad

from kg.catalog import read_turtle
from kg.graph.vocabulary import BASE, DCTERMS, RDF, SKOS, entity_iri, term
from kg.names import normal_form, slug
from kg.records import EntityType, KgError

_TYPE = NamedNode(RDF + "type")
_PREFERRED = NamedNode(SKOS + "prefLabel")
_LABELS = {_PREFERRED, NamedNode(SKOS + "altLabel"), NamedNode(SKOS + "hiddenLabel")}
_TYPES: dict[NamedNode | Literal, EntityType] = {term(type.value): type for type in EntityType}
_PARENTS = {term("partOf"), term("variantOf"), NamedNode(SKOS + "broader")}
_REFERENCES = _PARENTS | {term("vendor"), term("kind")}
_FIGURES = {term(name) for name in ("memory", "memoryBandwidth", "peakThroughput", "tdp")}
_SOURCE = NamedNode(DCTERMS + "source")


class Finding(NamedTuple):
    """Something to correct: the file, the entry's IRI, and what is wrong with it."""

    file: Path
    entry: str
    problem: str


class _Entry(NamedTuple):
    file: Path
    iri: NamedNode
    quads: list[Quad]

    def values(self, *properties: NamedNode) -> Iterator[NamedNode | Literal]:
        for quad in self.quads:
            if quad.predicate in properties and isinstance(quad.object, NamedNode | Literal):
                yield quad.object

    @property
    def type(self) -> EntityType | None:
        return next((_TYPES[type] for type in self.values(_TYPE) if type in _TYPES), None)

    @property
    def labels(self) -> list[str]:
        return [label.value for label in self.values(*_LABELS)]


def check(directory: Path) -> list[Finding]:
    """All that is wrong with the Turtle files of a directory, by file and entry.

    Raises KgError where there are none, and, naming the file and line, for one that is no Turtle.
    """
    files = sorted(directory.glob("*.ttl"))
    if not files:
        raise KgError(f"{directory}: no catalogue here, that is, no .ttl file; name the directory that holds them")
    entries = [entry for path in files for entry in _entries(path)]
    checks = (_names, _labels, _iris, _sources, _references, _cycles, _shared_labels)
    return sorted(finding for check in checks for finding in check(entries))


def _entries(path: Path) -> Iterator[_Entry]:
    described: dict[NamedNode, list[Quad]] = defaultdict(list)
    for quad in read_turtle(path):
        if isinstance(quad.subject, NamedNode):
            described[quad.subject].append(quad)
    for iri, quads in described.items():
        yield _Entry(path, iri, quads)


def _names(entries: Iterable[_Entry]) -> Iterator[Finding]:
    for entry in entries:
        count = len(list(entry.values(_PREFERRED)))
        if count != 1:
            yield _finding(entry, f"has {count} skos:prefLabel instead of one")


def _labels(entries: Iterable[_Entry]) -> Iterator[Finding]:
    for entry in entries:
        for label in entry.labels:
            if label != label.strip() or "  " in label or any(map(_unseen, label)):
                yield _finding(entry, f"the label {label!r} has blanks at an end, two in a row, or unseen characters")


def _unseen(character: str) -> bool:
    return character != " " and unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}


def _iris(entries: Iterable[_Entry]) -> Iterator[Finding]:
    for entry in entries:
        for name in entry.values(_PREFERRED):
            kind = entry.type or (EntityType.HARDWARE if term("HardwareKind") in entry.values(_TYPE) else None)
            wanted = entity_iri(BASE, kind, slug(kind, name.value)) if kind else entry.iri
            if entry.iri != wanted:
                yield _finding(entry, f"its IRI is not that of its name, <{wanted.value}>")


def _sources(entries: Iterable[_Entry]) -> Iterator[Finding]:
    for entry in entries:
        figures = sorted({_local(quad.predicate) for quad in entry.quads if quad.predicate in _FIGURES})
        if figures and not any(entry.values(_SOURCE)):
            yield _finding(entry, f"has figures ({', '.join(figures)}) but no dcterms:source")


def _references(entries: list[_Entry]) -> Iterator[Finding]:
    known = {entry.iri for entry in entries}
    for entry in entries:
        for quad in entry.quads:
            if quad.predicate in _REFERENCES and quad.object not in known:
                yield _finding(entry, f"{_local(quad.predicate)} refers to {quad.object}, which is not there")


def _cycles(entries: list[_Entry]) -> Iterator[Finding]:
    """One finding for each set of entries that are above themselves, at the first of them."""
    graph = nx.DiGraph((entry.iri, parent) for entry in entries for parent in entry.values(*_PARENTS))
    by_iri = {entry.iri: entry for entry in entries}
    for component in nx.strongly_connected_components(graph):
        first = min(component, key=lambda iri: iri.value)
        if len(component) > 1 or graph.has_edge(first, first):
            members = ", ".join(f"<{iri.value}>" for iri in sorted(component, key=lambda iri: iri.value))
            yield _finding(by_iri[first], f"is above itself, by way of {members}")


def _shared_labels(entries: Iterable[_Entry]) -> Iterator[Finding]:
    """A label that an earlier entry of the same type has in the same normal form."""
    owners: dict[tuple[EntityType, str], _Entry] = {}
    for entry in entries:
        kind = entry.type
        for label in entry.labels:
            owner = owners.setdefault((kind, normal_form(kind, label)), entry) if kind else entry
            if owner.iri != entry.iri:
                yield _finding(entry, f"the label “{label}” is also one of <{owner.iri.value}>")


def _finding(entry: _Entry, problem: str) -> Finding:
    return Finding(entry.file, entry.iri.value, problem)


def _local(property: NamedNode) -> str:
    return property.value.rpartition("#")[2]
