"""Scores of extraction against annotated papers: micro-averaged precision, recall and F1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

import kg.read
from kg.records import EntityType, Extraction, KgError, Paper, Result, Role

_NAMES = {EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Score:
    """How well predictions agree with annotations; ``gold`` and ``predicted`` count the items of each."""

    hits: int
    gold: int
    predicted: int
    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, hits: int, gold: int, predicted: int) -> Score:
        """The score of counts; nothing predicted or annotated scores 0.

        >>> Score.of(1, 2, 4).f1
        0.3333333333333333
        """
        precision = hits / predicted if predicted else 0.0
        recall = hits / gold if gold else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        return cls(hits, gold, predicted, precision, recall, f1)


def evaluate(gold: Path, corpus: Path) -> dict[str, Score]:
    """The scores of this version's extraction, by what is scored.

    ``mention``, the types and ``name`` (model, method and system as one) compare spans; ``entity`` compares type
    and any surface form; the rest compare facts. Raises KgError for files that cannot be read.
    """
    from kg.extract import extract

    annotated = {str(record.id): record for record in read_gold(gold)}
    papers = [paper for paper in kg.read.open(corpus) if str(paper.id) in annotated]
    if not papers:
        raise KgError(f"{corpus}: holds none of the papers that {gold} annotates; the ids must agree")
    return score((annotated[str(found.id)], found) for found in extract(papers))


def read_gold(path: Path) -> Iterator[Extraction]:
    """Annotated records, as the annotation guidelines write them. Raises KgError with the line of a bad one."""
    try:
        with path.open(encoding="utf8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    try:
                        yield Extraction.model_validate_json(line)
                    except ValidationError as error:
                        raise KgError(f"{path}, line {number}: not a record ({error.errors()[0]['msg']})") from error
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"{path}: cannot be read ({error})") from error


def score(pairs: Iterable[tuple[Extraction, Extraction]]) -> dict[str, Score]:
    """Scores of (annotated, predicted) records; the predicted ones carry their papers."""
    counts: dict[str, Counter[str]] = {}

    def add(what: str, hits: int, annotated: int, predicted: int) -> None:
        counts.setdefault(what, Counter()).update(hits=hits, gold=annotated, predicted=predicted)

    for gold, found in pairs:
        if found.paper is None:
            raise ValueError("a predicted record is scored with its paper")
        _score_spans(gold, found, found.paper, add)
        _score_facts(_Forms(gold), _Forms(found), add)
        add("urls", len(set(gold.urls) & set(found.urls)), len(set(gold.urls)), len(set(found.urls)))
    return {what: Score.of(c["hits"], c["gold"], c["predicted"]) for what, c in counts.items()}


Add = Callable[[str, int, int, int], None]
Place = tuple[int, int, EntityType]


def _score_spans(gold: Extraction, found: Extraction, paper: Paper, add: Add) -> None:
    annotated, predicted = _places(gold, paper.text), _places(found, paper.text)
    add("mention", len(annotated & predicted), len(annotated), len(predicted))
    for kind in EntityType:
        a, p = {s for s in annotated if s[2] is kind}, {s for s in predicted if s[2] is kind}
        add(kind.value, len(a & p), len(a), len(p))
    a_names, p_names = ({s[:2] for s in places if s[2] in _NAMES} for places in (annotated, predicted))
    add("name", len(a_names & p_names), len(a_names), len(p_names))


def _places(record: Extraction, text: str) -> set[Place]:
    """Every place of every mention, the longest where they overlap."""
    places: set[Place] = set()
    for entity in record.entities:
        spans = entity.spans or [span for mention in entity.mentions for span in _occurrences(text, mention)]
        places.update((start, end, entity.type) for start, end in spans)
    taken = bytearray(len(text) + 1)
    kept = set()
    for place in sorted(places, key=lambda p: (p[0] - p[1], p)):
        start, end, _ = place
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.add(place)
    return kept


def _occurrences(text: str, string: str) -> Iterator[tuple[int, int]]:
    left = r"(?<![A-Za-z])" if string[:1].isalnum() else ""
    right = r"(?![A-Za-z])" if string[-1:].isalnum() else ""
    return (match.span() for match in re.finditer(left + re.escape(string) + right, text))


class _Forms:
    """A record and the forms, blind to case and punctuation, of what its references mean."""

    def __init__(self, record: Extraction) -> None:
        self.record = record
        self.types = {entity.id: entity.type for entity in record.entities}
        self._forms = {e.id: frozenset(map(_key, (*e.mentions, e.name))) for e in record.entities}

    def of(self, reference: str | None) -> frozenset[str]:
        """The forms of an entity's id or of plain words."""
        if reference is None:
            return frozenset()
        return self._forms.get(reference) or frozenset({_key(reference)})


def _score_facts(gold: _Forms, found: _Forms, add: Add) -> None:
    def same(a: str | None, p: str | None) -> bool:
        return bool(gold.of(a) & found.of(p))

    def paired(what: str, annotated: list[T], predicted: list[T], equal: Callable[[T, T], bool]) -> None:
        add(what, _matches(annotated, predicted, equal), len(annotated), len(predicted))

    paired("entity", list(gold.types), list(found.types), lambda a, p: gold.types[a] is found.types[p] and same(a, p))
    for role in Role:
        paired(role.value, gold.record.having(role), found.record.having(role), same)
    paired(
        "runs_on",
        list(gold.record.runs_on),
        list(found.record.runs_on),
        lambda a, p: same(a.hardware, p.hardware) and a.count == p.count,
    )
    paired(
        "sizes",
        list(gold.record.sizes),
        list(found.record.sizes),
        lambda a, p: same(a.entity, p.entity) and _near(a.parameters, p.parameters),
    )

    def core(a: Result, p: Result) -> bool:
        return _near(a.value, p.value) and a.unit == p.unit and same(a.metric, p.metric)

    def whole(a: Result, p: Result) -> bool:
        parts = ((a.subject, p.subject), (a.baseline, p.baseline), (a.dataset, p.dataset), (a.hardware, p.hardware))
        return core(a, p) and all(x is y is None or same(x, y) for x, y in parts)

    paired("result", list(gold.record.results), list(found.record.results), core)
    paired("result+", list(gold.record.results), list(found.record.results), whole)


def _matches(gold: list[T], found: list[T], equal: Callable[[T, T], bool]) -> int:
    """How many of found match one of gold, one to one, in order."""
    left = list(gold)
    for item in found:
        match = next((g for g in left if equal(g, item)), None)
        if match is not None:
            left.remove(match)
    return len(gold) - len(left)


def _key(string: str) -> str:
    return re.sub(r"[^a-z0-9.+]+", "", string.lower())


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 0.01 * max(abs(a), abs(b), 1e-9)
