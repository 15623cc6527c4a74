"""What the components hand on to each other: candidate mentions, pairs of forms, entities, facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from spacy.tokens import Doc

from kg.records import EntityType, Span


class Finder(IntEnum):
    """Which component found a mention; where two overlap, the higher one decides the type."""

    CLASS_WORD = 0
    PHRASE = 1
    SHAPE = 2
    ABBREVIATION = 3
    CONTEXT = 4
    KNOWN = 5
    TITLE = 6
    PRESENTED = 7
    HARDWARE = 8


class Candidate(NamedTuple):
    """A stretch of text that may be a mention, with the canonical name where one is known."""

    start: int
    end: int
    type: EntityType
    finder: Finder
    name: str | None = None


class Pair(NamedTuple):
    """A short form and the long form that the text gives for it."""

    short: Span
    long: Span


@dataclass(slots=True)
class Found:
    """An entity of one paper: its type, canonical name and every place where it stands."""

    type: EntityType
    name: str
    spans: list[Span]
    finder: Finder
    presented: list[Span] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where the entity is first named."""
        return self.spans[0][0]


class Notes:
    """What has been found in a document so far, one list an idea."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.pairs: list[Pair] = []
        self.presented: list[Span] = []
        self.entities: list[Found] = []


def notes(doc: Doc) -> Notes:
    """The notes of a document, made when first asked for."""
    if "kg" not in doc.user_data:
        doc.user_data["kg"] = Notes()
    found: Notes = doc.user_data["kg"]
    return found
