"""Scores of extraction against annotated papers: micro-averaged precision, recall and F1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import kg.read
from kg.read.records import places_of, read_records
from kg.records import MIN_SCORE, EntityType, Extraction, KgError, Paper, Result, Role

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


def predictions(gold: Path, corpus: Path) -> Iterator[tuple[Extraction, Extraction]]:
    """Annotated records with those that this version extracts from the same papers.

    Raises KgError for files that cannot be read or that have no paper in common.
    """
    from kg.extract import extract

    pairs = list(annotated(gold, corpus))
    found = extract(paper for paper, _ in pairs)
    return ((record, prediction.above(MIN_SCORE)) for (_, record), prediction in zip(pairs, found, strict=True))


def annotated(gold: Path, corpus: Path) -> Iterator[tuple[Paper, Extraction]]:
    """The papers of a corpus that are annotated, with their annotations, in the order of these.

    Raises KgError for files that cannot be read or that have no paper in common.
    """
    common = False
    for record in read_records(gold, kg.read.open(corpus), unpaired=lambda error: None):
        if record.paper is not None:
            common = True
            yield record.paper, record
    if not common:
        raise KgError(f"{corpus}: holds none of the papers that {gold} annotates; the ids must agree")


class Comparison(NamedTuple):
    """What was predicted of one kind for one paper: whether each item is right, its score, and how many there are."""

    what: str
    right: list[bool]
    scores: list[float]
    gold: int


def score(pairs: Iterable[tuple[Extraction, Extraction]]) -> dict[str, Score]:
    """Scores of (annotated, predicted) records; the predicted ones carry their papers."""
    counts: dict[str, Counter[str]] = {}
    for gold, found in pairs:
        for what, right, scores, annotated in compare(gold, found):
            counts.setdefault(what, Counter()).update(hits=sum(right), gold=annotated, predicted=len(scores))
    return {what: Score.of(c["hits"], c["gold"], c["predicted"]) for what, c in counts.items()}


def compare(gold: Extraction, found: Extraction) -> Iterator[Comparison]:
    """An annotated and a predicted record of one paper, compared in everything that is scored."""
    if found.paper is None:
        raise ValueError("a predicted record is scored with its paper")
    yield from _compare_spans(gold, found, found.paper)
    yield from _compare_facts(_Forms(gold), _Forms(found))
    addresses = sorted(set(found.urls))
    yield Comparison("urls", [url in gold.urls for url in addresses], [1.0] * len(addresses), len(set(gold.urls)))


Place = tuple[int, int, EntityType]


def _compare_spans(gold: Extraction, found: Extraction, paper: Paper) -> Iterator[Comparison]:
    annotated, predicted = mention_places(gold, paper.text), mention_places(found, paper.text)
    scores = {(*span, entity.type): entity.score for entity in found.entities for span in entity.spans}

    def compared(what: str, kinds: set[EntityType]) -> Comparison:
        a, p = ({place for place in places if place[2] in kinds} for places in (annotated, predicted))
        order = sorted(p)
        return Comparison(what, [place in a for place in order], [scores.get(place, 1.0) for place in order], len(a))

    yield compared("mention", set(EntityType))
    for kind in EntityType:
        yield compared(kind.value, {kind})
    a_names, p_names = ({s[:2] for s in places if s[2] in _NAMES} for places in (annotated, predicted))
    yield Comparison("name", [span in a_names for span in sorted(p_names)], [1.0] * len(p_names), len(a_names))


def mention_places(record: Extraction, text: str) -> set[Place]:
    """Every place of every mention, the longest where they overlap."""
    return {(start, end, entity.type) for start, end, entity in places_of(record, text)}


def forms_of(record: Extraction) -> dict[str, frozenset[str]]:
    """The forms of a record's entities by their ids, blind to case and punctuation."""
    return {e.id: frozenset(map(_key, (*e.mentions, e.name))) for e in record.entities}


class _Forms:
    """A record and the forms of what its references mean."""

    def __init__(self, record: Extraction) -> None:
        self.record = record
        self._forms = forms_of(record)

    def of(self, reference: str | None) -> frozenset[str]:
        """The forms of an entity's id or of plain words."""
        if reference is None:
            return frozenset()
        return self._forms.get(reference) or frozenset({_key(reference)})


def _compare_facts(gold: _Forms, found: _Forms) -> Iterator[Comparison]:
    def same(a: str | None, p: str | None) -> bool:
        return bool(gold.of(a) & found.of(p))

    def paired(
        what: str,
        annotated: Sequence[T],
        predicted: Sequence[T],
        scores: Iterable[float],
        equal: Callable[[T, T], bool],
    ) -> Comparison:
        return Comparison(what, _matches(annotated, predicted, equal), list(scores), len(annotated))

    record = found.record
    yield paired(
        "entity",
        gold.record.entities,
        record.entities,
        (e.score for e in record.entities),
        lambda a, p: a.type is p.type and same(a.id, p.id),
    )
    for role in Role:
        facts = [fact for fact in record.facts if fact.role is role]
        yield paired(role.value, gold.record.having(role), [f.entity for f in facts], (f.score for f in facts), same)
    yield paired(
        "runs_on",
        gold.record.runs_on,
        record.runs_on,
        (use.score for use in record.runs_on),
        lambda a, p: same(a.hardware, p.hardware) and a.count == p.count,
    )
    yield paired(
        "sizes",
        gold.record.sizes,
        record.sizes,
        (size.score for size in record.sizes),
        lambda a, p: same(a.entity, p.entity) and _near(a.parameters, p.parameters),
    )

    def core(a: Result, p: Result) -> bool:
        return _near(a.value, p.value) and a.unit == p.unit and same(a.metric, p.metric)

    def whole(a: Result, p: Result) -> bool:
        parts = ((a.subject, p.subject), (a.baseline, p.baseline), (a.dataset, p.dataset), (a.hardware, p.hardware))
        return core(a, p) and all(x is y is None or same(x, y) for x, y in parts)

    scores = [result.score for result in record.results]
    yield paired("result", gold.record.results, record.results, scores, core)
    yield paired("result+", gold.record.results, record.results, scores, whole)


def _matches(gold: Sequence[T], found: Sequence[T], equal: Callable[[T, T], bool]) -> list[bool]:
    """Whether each of found matches one of gold, one to one, in order."""
    left = list(gold)
    right = []
    for item in found:
        match = next((g for g in left if equal(g, item)), None)
        if match is not None:
            left.remove(match)
        right.append(match is not None)
    return right


def _key(string: str) -> str:
    return re.sub(r"[^a-z0-9.+]+", "", string.lower())


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 0.01 * max(abs(a), abs(b), 1e-9)
