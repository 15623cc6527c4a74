"""The forms of corrections: each is named by its first key, and says who made it and when."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from datetime import date
from itertools import combinations, pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from kg.link import Pair, one_spelling
from kg.read.clean import clean_title
from kg.records import FITTING, EntityType


def _day(value: object) -> object:
    """A date as it is written; pydantic would also take a number of seconds for one."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"'{value}' is no date; write it as in 2026-11-21") from error


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(clean_title)]
Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[float, Field(allow_inf_nan=False)]
FactRole = Literal[
    "mentions",
    "introduces",
    "tasks",
    "trained_on",
    "evaluated_on",
    "compared_to",
    "builds_on",
    "runs_on",
    "parameters",
    "result",
]


class Correction(BaseModel):
    """What every correction says: who made it, when, and why if they like."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Text
    on: Day
    because: Text | None = None

    @property
    def key(self) -> str:
        """A name for IRIs, the same for the same correction wherever it stands."""
        return hashlib.sha256(self.model_dump_json(by_alias=True, exclude_none=True).encode("utf8")).hexdigest()[:12]

    @property
    def what(self) -> str:
        """What it does, in the words of the file."""
        told = self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude={"by", "on", "because", "evidence"}
        )
        return ", ".join(f"{key} {_told(value)}" for key, value in told.items())


class AboutFact(Correction):
    """A fact of a paper: its role and the thing, or for a result the metric, the value, and the subject if needed."""

    role: FactRole
    thing: Text | None = None
    metric: Text | None = None
    value: Number | None = None
    paper: Text

    @model_validator(mode="after")
    def _whole(self) -> AboutFact:
        if self.role == "result":
            if self.metric is None or self.value is None:
                raise ValueError("a result is told by its metric and value: add them")
            return self
        if self.thing is None:
            raise ValueError(f"what the paper has as '{self.role}' is missing: add its name as thing")
        if self.metric is not None or (self.value is not None and self.role != "parameters"):
            raise ValueError(f"'{self.role}' has no metric or value: remove them")
        return self


class Accept(AboutFact):
    """The fact is right, however unsure extraction was."""

    role: FactRole = Field(alias="accept")


class Reject(AboutFact):
    """The fact is wrong."""

    role: FactRole = Field(alias="reject")


class Undecided(AboutFact):
    """Nobody has decided on the fact yet."""

    role: FactRole = Field(alias="undecided")


class Add(Correction):
    """A fact that extraction missed, with the words of the paper that say so; ``mentions`` adds just a thing."""

    role: FactRole = Field(alias="add")
    thing: Text | None = None
    type: EntityType | None = None
    paper: Text
    evidence: Text
    count: Annotated[int, Field(ge=1)] | None = None
    metric: Text | None = None
    value: Number | None = None
    unit: Text | None = None
    bound: Literal["=", "<=", ">=", "~"] | None = None
    baseline: Text | None = None
    dataset: Text | None = None
    hardware: Text | None = None

    @property
    def kind(self) -> EntityType | None:
        """The type of the thing, which some roles imply."""
        fitting = FITTING.get(self.role, set())
        return self.type or (next(iter(fitting)) if len(fitting) == 1 else None)

    @model_validator(mode="after")
    def _whole(self) -> Add:
        own = _ADDED.get(self.role, set())
        for key in sorted(self.model_fields_set & set().union(*_ADDED.values()) - own):
            raise ValueError(f"'{self.role}' has no {key}: remove it")
        if self.role == "result" and (self.metric is None or self.value is None):
            raise ValueError("a result has a metric and a value: add them")
        if self.thing is None and (self.role != "result" or self.baseline or self.type):
            raise ValueError(f"what the paper has as '{self.role}' is missing: add its name as thing")
        if self.thing is not None and self.kind is None:
            raise ValueError(f"the type of '{self.thing}' is missing: add it, such as type: Model")
        if self.type and self.type not in FITTING.get(self.role, {self.type}):
            fitting = " or ".join(sorted(FITTING[self.role]))
            raise ValueError(f"'{self.role}' is said of a {fitting}, not of a {self.type.value}")
        if self.role == "parameters" and (self.value is None or self.value < 1 or self.value % 1):
            raise ValueError("a number of parameters is a whole number above zero: add it as value")
        return self


_ADDED = {
    "runs_on": {"count"},
    "parameters": {"value"},
    "result": {"metric", "value", "unit", "bound", "baseline", "dataset", "hardware"},
}
"""What an added fact may say besides its thing."""


class AboutThing(Correction):
    """A thing by its name, of one type or of any, in one paper or in all."""

    thing: Text
    type: EntityType | None = None
    paper: Text | None = None


class Rename(AboutThing):
    """The thing has another name."""

    thing: Text = Field(alias="rename")
    to: Text


class Retype(AboutThing):
    """The thing is of another type; roles that this type cannot have fall away."""

    thing: Text = Field(alias="retype")
    to: EntityType


class Names(Correction, ABC):
    """Names of a type that mean one thing, or several."""

    type: EntityType

    @property
    @abstractmethod
    def pairs(self) -> tuple[Pair, ...]:
        """The same by twos."""


class Merge(Names):
    """The names mean one thing."""

    merge: tuple[Text, ...] = Field(min_length=2)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Each name with the next."""
        return tuple((self.type, first, second) for first, second in pairwise(self.merge))


class Split(Names):
    """The names mean as many things."""

    split: tuple[Text, ...] = Field(min_length=2)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Each name with each other."""
        return tuple((self.type, first, second) for first, second in combinations(self.split, 2))

    @model_validator(mode="after")
    def _can_differ(self) -> Split:
        for _, first, second in filter(one_spelling, self.pairs):
            raise ValueError(f"'{first}' and '{second}' are one spelling of one name and cannot differ")
        return self


class Alias(Names):
    """Another name of a thing, whether a paper writes it or not."""

    alias: Text
    of: Text

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The thing's name with the other."""
        return ((self.type, self.of, self.alias),)


FORMS: dict[str, type[Correction]] = {
    "accept": Accept,
    "reject": Reject,
    "undecided": Undecided,
    "add": Add,
    "rename": Rename,
    "retype": Retype,
    "merge": Merge,
    "split": Split,
    "alias": Alias,
}
"""The key that a correction is known by."""


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)
