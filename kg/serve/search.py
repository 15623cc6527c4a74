"""The process that finds things by the beginning of a name: ``python -m kg.serve.search SOCKET STORE 0 [network]``.

The index holds each name from each of its words on, without case and separators, in one sorted array; a beginning is
a range of it (two binary searches), of which the most important entries are taken.
"""

from __future__ import annotations

import re
import socket
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from pyoxigraph import Store

from kg.graph.vocabulary import SPARQL_PREFIXES
from kg.query import rows
from kg.serve import child, frames

_LENGTH = 40
"""Bytes of a name that are told apart."""
_MOST_WORDS = 6
_WORD = re.compile(r"[^\W_]+")
_NAMES = (
    SPARQL_PREFIXES
    + """
SELECT ?node ?name ?label WHERE {
  { ?node skos:prefLabel ?label . ?node skos:prefLabel|skos:altLabel ?name }
  UNION { ?node a kg:Paper ; dcterms:title ?name . BIND(?name AS ?label) }
}
"""
)
_TYPES = (
    SPARQL_PREFIXES
    + """
SELECT ?node ?type WHERE { ?node a ?type FILTER(STRSTARTS(STR(?type), STR(kg:))
  && ?type NOT IN (kg:Statement, kg:Result, kg:Evidence)) }
"""
)
_PAPERS = (
    SPARQL_PREFIXES
    + """
SELECT ?node (COUNT(*) AS ?papers) WHERE { ?paper kg:mentions ?node } GROUP BY ?node
"""
)


class Name(NamedTuple):
    """A name of a thing: its IRI, type, label and the number of papers that mention it."""

    iri: str
    name: str
    label: str
    type: str
    papers: int


@dataclass(frozen=True, slots=True)
class Index:
    """Names by their beginnings: sorted ``keys`` with the number of the name and its weight."""

    names: list[Name]
    keys: np.ndarray[Any, np.dtype[np.bytes_]]
    entries: np.ndarray[Any, np.dtype[np.int32]]
    weights: np.ndarray[Any, np.dtype[np.float32]]

    @classmethod
    def of(cls, names: Iterable[Name]) -> Index:
        """The index of some names."""
        kept = list(names)
        keys, entries, weights = [], [], []
        for number, name in enumerate(kept):
            importance = np.log1p(name.papers) + (name.name == name.label)
            for place, key in enumerate(beginnings(name.name)):
                keys.append(key)
                entries.append(number)
                weights.append(importance + 2 * (place == 0))
        array = np.array(keys, dtype=f"S{_LENGTH}")
        order = np.argsort(array, kind="stable")
        return cls(kept, array[order], np.array(entries, np.int32)[order], np.array(weights, np.float32)[order])

    def find(self, text: str, limit: int) -> list[Name]:
        """The things with a name, or words of one, that begin so: whole names first, then by importance."""
        key = fold(text)
        if not key:
            return []
        low, exact, high = (
            int(np.searchsorted(self.keys, *bound)) for bound in ((key,), (key, "right"), (_after(key),))
        )
        places = {*self._heaviest(low, exact, limit), *self._heaviest(low, high, limit)}
        ranked = sorted(places, key=lambda place: self._rank(place, key))
        found: dict[str, Name] = {}
        for place in ranked:
            name = self.names[self.entries[place]]
            found.setdefault(name.iri, name)
        return list(found.values())[:limit]

    def _heaviest(self, first: int, last: int, limit: int) -> Iterator[int]:
        """The entries of a range that may come first; a thing may have several."""
        wanted = 8 * limit
        if last - first <= wanted:
            yield from range(first, last)
        else:
            yield from (first + np.argpartition(self.weights[first:last], -wanted)[-wanted:]).tolist()

    def _rank(self, place: int, key: bytes) -> tuple[bool, float, Name]:
        name = self.names[self.entries[place]]
        return fold(name.name) != key, -float(self.weights[place]), name


def fold(text: str) -> bytes:
    """A name without case, marks of writing and separators.

    >>> fold("GPT-4"), fold("Café au lait")
    (b'gpt4', b'cafeaulait')
    """
    return _folded(_words(text))


def beginnings(name: str) -> Iterator[bytes]:
    """A name from each of its first words on.

    >>> list(beginnings("NVIDIA A100"))
    [b'nvidiaa100', b'a100']
    """
    words = _words(name)
    for start in range(min(len(words), _MOST_WORDS)):
        yield _folded(words[start:])


def names(store: Store) -> Iterator[Name]:
    """Every label, alias and title of a graph."""
    types = {row["node"].value: row["type"].value.rpartition("#")[2] for row in rows(store, _TYPES)}
    papers = {row["node"].value: int(row["papers"].value) for row in rows(store, _PAPERS)}
    for row in rows(store, _NAMES):
        iri = row["node"].value
        if iri in types:
            yield Name(iri, row["name"].value, row["label"].value, types[iri], papers.get(iri, 0))


def respond(index: Index, question: dict[str, Any], connection: socket.socket) -> None:
    """Sends what begins with the ``text`` of a question, as JSON."""
    found = index.find(question["text"], question["limit"])
    content = [{"iri": n.iri, "label": n.label, "name": n.name, "type": n.type, "papers": n.papers} for n in found]
    connection.sendall(frames.pack_json(frames.DATA, results=content))
    connection.sendall(frames.pack_json(frames.END, rows=len(found), cut=None, cpu=0.0))


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


def _folded(words: list[str]) -> bytes:
    return "".join(words).encode("utf8")[:_LENGTH]


def _after(key: bytes) -> bytes:
    """The least key that no text beginning with ``key`` reaches; UTF-8 has no byte 255."""
    return (key + b"\xff" * _LENGTH)[:_LENGTH] if len(key) < _LENGTH else key + b"\xff"


def _prepare(store: Store) -> child.Respond:
    index = Index.of(names(store))
    return lambda question, connection: respond(index, question, connection)


if __name__ == "__main__":
    child.run(sys.argv[1:], _prepare)
