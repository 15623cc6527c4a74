"""The facts of which extraction is least sure, for a person to decide on."""

from __future__ import annotations

import getpass
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import Store

from kg.corrections import Corrections, Undecided
from kg.graph.vocabulary import ROLE_PROPERTIES
from kg.query import answer, find_query
from kg.read.clean import clean_title

_ROLES = {property.value.rpartition("#")[2]: role.value for role, property in ROLE_PROPERTIES.items()}
_ROLES["runsOn"] = "runs_on"
_HOW = """\
# Write accept or reject in the place of undecided where you can tell, your name as by, and the day as on.
# Then: kg build INPUT... --corrections THIS_FILE
"""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact of the graph with its confidence, as a correction would name it, and the sentence that it came from."""

    confidence: str
    role: str
    thing: str | None
    metric: str | None
    value: str | None
    title: str
    paper: str
    """The arXiv identifier, the DOI or else the title."""
    evidence: str

    @property
    def fact(self) -> dict[str, str]:
        """Its keys in a file of corrections."""
        told = {"undecided": self.role, "thing": self.thing, "metric": self.metric, "value": self.value}
        return {key: value for key, value in {**told, "paper": self.paper}.items() if value is not None}

    def undecided(self, by: str, on: date) -> Undecided:
        """The correction that leaves it open."""
        return Undecided.model_validate({**self.fact, "by": by, "on": on})


def doubts(store: Store, below: float) -> list[Doubt]:
    """The facts and results below a confidence, least sure first, as the query facts-to-review has them."""
    score = format(Decimal(str(below)), "f")
    told = answer(store, find_query("facts-to-review"), {"score": score}, "json")
    assert isinstance(told, bytes)
    found: dict[tuple[str | None, ...], Doubt] = {}
    for row in json.loads(told)["results"]["bindings"]:
        fact = {name: term["value"] for name, term in row.items()}
        doubt = Doubt(
            fact["confidence"],
            _ROLES.get(fact["fact"], fact["fact"]),
            fact.get("thing"),
            fact.get("metric"),
            fact.get("value"),
            fact["title"],
            fact.get("identifier", fact["title"]),
            fact.get("evidence", ""),
        )
        found.setdefault((doubt.role, doubt.thing, doubt.metric, doubt.value, doubt.paper), doubt)
    return list(found.values())


def as_corrections(doubts: list[Doubt], kept: Path, limit: int) -> str:
    """A file of corrections: what the graph directory keeps already, and the first doubts that this does not list."""
    before = Corrections.load(kept) if kept.exists() else Corrections()
    listed = {_fact(correction) for correction in before.undecided()}
    by = "me"
    with suppress(OSError, KeyError):  # nobody, in a container without accounts
        by = getpass.getuser()
    parts = [before.content.decode("utf-8-sig").rstrip() + "\n---\n"] if before.placed else []
    parts.append(_HOW)
    fresh = [(doubt, doubt.undecided(by, date.today())) for doubt in doubts]
    for doubt, correction in [(doubt, told) for doubt, told in fresh if _fact(told) not in listed][:limit]:
        parts.append(f"\n# {doubt.confidence}: {_line(doubt.title)}\n")
        parts.extend([f"# {_line(doubt.evidence)}\n"] if doubt.evidence else [])
        parts.append(_item({**doubt.fact, "by": correction.by, "on": correction.on.isoformat()}))
    return "".join(parts)


def _fact(correction: Undecided) -> tuple[object, ...]:
    return correction.role, correction.thing, correction.metric, correction.value, correction.paper


class _AsWritten(yaml.SafeDumper):
    """Quotes only what YAML could not take apart: to files of corrections 2699.00010 is no number, and on no truth."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.yaml_implicit_resolvers = {}


def _item(told: dict[str, str]) -> str:
    return str(yaml.dump([told], Dumper=_AsWritten, sort_keys=False, allow_unicode=True, width=10**6))


def _line(text: str) -> str:
    """A text as YAML takes it into a comment."""
    return " ".join(clean_title(text).split())
