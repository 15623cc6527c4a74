"""The records that flow: Paper in, Extraction out, one JSON object a paper."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

Span = tuple[int, int]
"""Start and end, in Unicode code points of ``Paper.text``; the end is exclusive."""


MIN_SCORE = 0.36
"""The probability from which on a fact counts by default: from 0.33 to here all facts together have their best F1."""


class KgError(Exception):
    """A failure that a user can act on: the message is a sentence with the place in it."""


class UsageError(KgError):
    """A failure of what was asked, not of the data: a name, an option or a value that does not exist."""


class EntityType(StrEnum):
    """The seven kinds of thing that are annotated."""

    MODEL = "Model"
    METHOD = "Method"
    SYSTEM = "System"
    DATASET = "Dataset"
    METRIC = "Metric"
    TASK = "Task"
    HARDWARE = "Hardware"


class Role(StrEnum):
    """How a paper relates to an entity that it names, where the relation has no number."""

    INTRODUCES = "introduces"
    TASKS = "tasks"
    TRAINED_ON = "trained_on"
    EVALUATED_ON = "evaluated_on"
    COMPARED_TO = "compared_to"
    BUILDS_ON = "builds_on"


FITTING: dict[str, set[EntityType]] = {
    Role.TASKS: {EntityType.TASK},
    Role.TRAINED_ON: {EntityType.DATASET},
    Role.EVALUATED_ON: {EntityType.DATASET},
    "runs_on": {EntityType.HARDWARE},
}
"""The types that a role's entities have, where the ontology gives it a range."""


class Record(BaseModel):
    """A frozen record that ignores keys it does not know, so that newer files stay readable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Source(Record):
    """Where a paper was read: the file's name and the line on which the paper begins, from 1."""

    file: str
    position: int


class Paper(Record):
    """A paper's own text and particulars, as read."""

    id: int | str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    date: str | None = None
    urls: tuple[str, ...] = ()
    arxiv_id: str | None = None
    doi: str | None = None
    source: tuple[Source, ...] = ()

    @property
    def text(self) -> str:
        """The text that every offset counts in: title, newline, abstract."""
        return f"{self.title}\n{self.abstract}"

    @property
    def key(self) -> str:
        """The name of this paper in IRIs: its arXiv identifier, its DOI or a hash of its title.

        >>> Paper(id=1, title="LoRA", abstract="", arxiv_id="2106.09685").key
        '2106.09685'
        >>> Paper(id=1, title="On  Llamas.", abstract="").key == Paper(id=2, title="on llamas", abstract="").key
        True
        """
        return self.arxiv_id or self.doi or title_key(self.title)


def title_key(title: str) -> str:
    """A hash of a title, blind to case, spacing and punctuation."""
    letters = re.sub(r"[\W_]+", "", title.casefold()) or title
    return hashlib.sha256(letters.encode("utf8", "replace")).hexdigest()[:16]


class Correctable(Record):
    """What a person may correct. A written record does not say who did: it holds what was found in the paper."""

    corrections: tuple[str, ...] = Field(default=(), exclude=True)
    """The names of the corrections that made it what it is."""


class Entity(Correctable):
    """A thing that the paper names; ``mentions`` are its distinct surface forms, ``spans`` every place."""

    id: str
    type: EntityType
    name: str
    mentions: tuple[str, ...]
    spans: tuple[Span, ...] = ()
    score: float = Field(1.0, ge=0.0, le=1.0)


class Fact(Correctable):
    """A role of an entity in the paper, with the sentence that says so."""

    role: Role
    entity: str
    score: float = Field(1.0, ge=0.0, le=1.0)
    span: Span | None = None


class RunsOn(Correctable):
    """Hardware that the paper's own work ran on, with the number of devices where the text gives one."""

    hardware: str
    count: int | None = None
    score: float = Field(1.0, ge=0.0, le=1.0)
    span: Span | None = None


class Size(Correctable):
    """How many parameters a named model has."""

    entity: str
    parameters: int
    score: float = Field(1.0, ge=0.0, le=1.0)
    span: Span | None = None


class Result(Correctable):
    """A quantitative claim; ``metric`` is an entity's id or, where the metric is no entity, its words."""

    subject: str | None = None
    metric: str
    value: float
    unit: str
    bound: str = "="
    baseline: str | None = None
    dataset: str | None = None
    hardware: str | None = None
    evidence: str
    score: float = Field(1.0, ge=0.0, le=1.0)
    span: Span | None = None


Claim = Entity | Fact | RunsOn | Size | Result
"""What is said of a paper, with its probability as ``score``."""

_CLAIMS = ("entities", "facts", "runs_on", "sizes", "results")


class Extraction(Record):
    """All that was found in one paper, in the form of the annotation guidelines plus scores and spans.

    The six roles without numbers are kept as ``facts``; the guidelines' lists of entity ids
    (``introduces``, ``tasks``, …) are derived from them, and read where ``facts`` is absent.
    """

    id: int | str
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    runs_on: tuple[RunsOn, ...] = ()
    sizes: tuple[Size, ...] = ()
    results: tuple[Result, ...] = ()
    urls: tuple[str, ...] = ()
    pipeline: str = ""
    paper: Paper | None = None

    @model_validator(mode="before")
    @classmethod
    def _facts_of_roles(cls, data: Any) -> Any:
        if isinstance(data, dict) and "facts" not in data:
            told = {role: data.get(role) or () for role in Role}
            for role, entities in told.items():
                if not isinstance(entities, list | tuple):
                    raise ValueError(f"'{role}' should be a list of entity ids")
            return {**data, "facts": [{"role": role, "entity": entity} for role in Role for entity in told[role]]}
        return data

    def above(self, score: float) -> Extraction:
        """What is at least so probable; what is claimed of an entity that falls away, falls away or loses that part.

        >>> sure = Entity(id="e1", type=EntityType.MODEL, name="Otter", mentions=("Otter",), score=0.9)
        >>> record = Extraction(id=1, entities=(sure,), facts=(Fact(role=Role.TASKS, entity="e1", score=0.2),))
        >>> record.above(0.5).facts, len(record.above(0.5).entities), len(record.above(0.95).entities)
        ((), 1, 0)
        """
        return self.where(lambda claim: claim.score >= score)

    def claims(self) -> Iterator[Claim]:
        """Everything that is said of the paper."""
        for kind in _CLAIMS:
            yield from getattr(self, kind)

    def each(self, change: Callable[[Claim], Claim]) -> Extraction:
        """The record with every claim changed."""
        return self.model_copy(update={kind: tuple(map(change, getattr(self, kind))) for kind in _CLAIMS})

    def where(self, kept: Callable[[Claim], bool]) -> Extraction:
        """What is kept; what is claimed of an entity that falls away, falls away or loses that part."""
        entities = tuple(entity for entity in self.entities if kept(entity))
        ids = {entity.id for entity in entities}
        names = {entity.id: entity.name for entity in self.entities}

        def left(id: str | None) -> str | None:
            return id if id in ids else None

        return self.model_copy(
            update={
                "entities": entities,
                "facts": tuple(f for f in self.facts if f.entity in ids and kept(f)),
                "runs_on": tuple(use for use in self.runs_on if use.hardware in ids and kept(use)),
                "sizes": tuple(size for size in self.sizes if size.entity in ids and kept(size)),
                "results": tuple(
                    result.model_copy(
                        update={
                            "subject": left(result.subject),
                            "metric": left(result.metric) or names.get(result.metric, result.metric),
                            "baseline": left(result.baseline),
                            "dataset": left(result.dataset),
                            "hardware": left(result.hardware),
                        }
                    )
                    for result in self.results
                    if kept(result)
                ),
            }
        )

    def having(self, role: Role) -> list[str]:
        """The ids of the entities in a role, in order."""
        return [fact.entity for fact in self.facts if fact.role is role]

    @computed_field
    def introduces(self) -> list[str]:
        """What the paper presents as its own."""
        return self.having(Role.INTRODUCES)

    @computed_field
    def tasks(self) -> list[str]:
        """What the paper's work is about."""
        return self.having(Role.TASKS)

    @computed_field
    def trained_on(self) -> list[str]:
        """Data sets that the work was trained on."""
        return self.having(Role.TRAINED_ON)

    @computed_field
    def evaluated_on(self) -> list[str]:
        """Data sets that the work was evaluated on."""
        return self.having(Role.EVALUATED_ON)

    @computed_field
    def compared_to(self) -> list[str]:
        """What the paper's results are set against."""
        return self.having(Role.COMPARED_TO)

    @computed_field
    def builds_on(self) -> list[str]:
        """What the paper's own work extends or is made with."""
        return self.having(Role.BUILDS_ON)
