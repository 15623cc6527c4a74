"""What the components hand on to each other: candidate mentions, pairs of forms, entities, facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from kg.extract.quantities import Quantity
from kg.extract.words import Words
from kg.records import EntityType, Role, Span


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
    LEARNED = 9


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
    outright: bool = False
    """Whether the wording says beyond doubt that the paper introduces it."""
    score: float = 1.0

    @property
    def start(self) -> int:
        """Where the entity is first named."""
        return self.spans[0][0]


class Claim(NamedTuple):
    """An entity in a role, by its place in the list of entities, with the sentence that says so."""

    role: Role
    entity: int
    span: Span
    score: float = 1.0


class Use(NamedTuple):
    """Hardware in use, with the number of devices."""

    entity: int
    devices: int | None
    span: Span
    score: float = 1.0


class Claimed(NamedTuple):
    """A quantitative claim; entities are places in the list of entities, ``metric`` may be plain words."""

    subject: int | None
    metric: int | str
    quantity: Quantity
    baseline: int | None
    dataset: int | None
    hardware: int | None
    span: Span
    score: float = 1.0


@dataclass(slots=True)
class Claims:
    """What is claimed of a list of entities; only the network's claims have scores of their own."""

    roles: list[Claim] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    results: list[Claimed] = field(default_factory=list)


class Reading(NamedTuple):
    """What the network's encoder makes of a document: one row a word.

    ``states``: (words, width) hidden states; ``tags``: (words, tags) probabilities.
    """

    states: NDArray[np.float32]
    tags: NDArray[np.float32]


class Notes:
    """What has been found in a document so far, one list an idea.

    ``proposed`` and ``proposed_claims`` are the rules' opinion, which the network weighs; ``entities`` and ``claims``
    are its verdict.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        """The text of the document, which spaCy would join anew from its tokens at each asking."""
        self.words = Words()
        self.sentences: list[Span] = []
        self.candidates: list[Candidate] = []
        self.pairs: list[Pair] = []
        self.presented: list[Span] = []
        self.titled: list[Candidate] = []
        """The names in front of the title's colon, which hardly ever err."""
        self.parts: list[Candidate] = []
        """The names that a list gives to the paper's own parts: half of one word are, and nearly all of several."""
        self.no_devices: set[str] = set()
        """What the catalogue knows as a device and this text means otherwise."""
        self.proposed: list[Found] = []
        self.quantities: list[Quantity] = []
        self.proposed_claims = Claims()
        self.features: NDArray[np.float32]
        self.reading: Reading
        self.entities: list[Found] = []
        self.entity_rows: NDArray[np.float32]
        """What is weighed of each entity: (entities, columns)."""
        self.claim_rows: dict[int, NDArray[np.float32]] = {}
        """What is weighed of a quantity, by where it starts: (columns,)."""
        self.claims = Claims()


NOTES = "kg"
"""The key of the notes in a document's user data, where the tokenizer lays them."""


def notes(doc: Doc) -> Notes:
    """The notes of a document."""
    found: Notes = doc.user_data[NOTES]
    return found
