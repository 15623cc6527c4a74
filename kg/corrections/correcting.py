"""Corrections applied to records, which keep what extraction said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from kg.corrections.adding import added, evidence_in
from kg.corrections.file import Corrections
from kg.corrections.forms import (
    AboutFact,
    AboutThing,
    Accept,
    Add,
    Alias,
    Correction,
    Names,
    Rename,
    Retype,
    Undecided,
)
from kg.link import Canonical, Linker
from kg.names import normal_form
from kg.read.jsonl import identifiers
from kg.records import (
    FITTING,
    Claim,
    Correctable,
    Entity,
    EntityType,
    Extraction,
    Fact,
    KgError,
    Paper,
    Result,
    RunsOn,
    Size,
    Span,
    title_key,
)

_Corrected = TypeVar("_Corrected", bound=Correctable)


class Corrector:
    """Corrects records: what is added first, as if it had been found, then names and types, then facts.

    Each goes in the order of the file, so that the later counts.

    ``linker`` has the rules that hold the file's merges, splits and aliases, and ``records`` are as they were but for
    the things that were added: a name in a correction means what it means there. They are read once, where there are
    corrections. ``matched`` holds the corrections that found something to correct, in the records that went through
    until now.
    Raises KgError, with the line, for an addition whose evidence its paper lacks.
    """

    def __init__(self, corrections: Corrections, linker: Linker, records: Iterable[Extraction]) -> None:
        self.matched: set[Correction] = set()
        self._linker = linker
        self._file = corrections
        self._corrections = list(corrections.decided())
        self._by_paper: dict[str, list[int]] = defaultdict(list)
        self._everywhere: list[int] = []
        self._targets: set[Canonical] = set()
        for place, correction in enumerate(self._corrections):
            if isinstance(correction, Add | AboutFact | AboutThing) and correction.paper is not None:
                for key in _keys_of_reference(correction.paper):
                    self._by_paper[key].append(place)
        if self._corrections:
            self._linker = linker = linker.over(map(self._heard, records))
        for place, correction in enumerate(self._corrections):
            if isinstance(correction, Names):
                self._note(correction)
            elif isinstance(correction, AboutThing) and correction.paper is None:
                self._everywhere.append(place)
                types = [correction.type] if correction.type else list(EntityType)
                self._targets.update(linker.thing(type, correction.thing) for type in types)

    def correct(self, record: Extraction) -> Extraction:
        """The record as it was corrected; the same record where nothing is said of it."""
        if not self._corrections:
            return record
        places = self._places(record)
        if self._everywhere and (places or not self._targets.isdisjoint(self._things(record))):
            places.update(self._everywhere)
        concerned = [self._corrections[place] for place in sorted(places)]
        for correction in concerned:
            if isinstance(correction, Add):
                record = added(record, correction, self._evidence(correction, record), self._meant)
                self.matched.add(correction)
        for correction in concerned:
            if isinstance(correction, Rename):
                record = self._renamed(record, correction)
            elif isinstance(correction, Retype):
                record = self._retyped(record, correction)
        for place, correction in enumerate(concerned):
            if isinstance(correction, AboutFact):
                later = {other.key for other in concerned[place:] if isinstance(other, Add)}
                record = self._judged(record, correction, later)
        return record

    def unmatched(self) -> Iterator[tuple[int, str]]:
        """The line of each correction that found nothing until now, and what it was to do."""
        for line, correction in self._file.placed:
            if correction not in self.matched and not isinstance(correction, Undecided):
                yield line, correction.what

    def _places(self, record: Extraction) -> set[int]:
        """The corrections of the file that name a record's paper."""
        return {place for key in _keys_of_paper(record.paper) for place in self._by_paper.get(key, ())}

    def _heard(self, record: Extraction) -> Extraction:
        """A record with the things that are added to it, under the names that they are given."""
        for place in sorted(self._places(record)):
            addition = self._corrections[place]
            if isinstance(addition, Add):
                record = added(record, addition, self._evidence(addition, record), lambda *_: set())
        return record

    def _evidence(self, addition: Add, record: Extraction) -> Span:
        """Where the evidence of an addition stands. Raises KgError, with its line, where the paper lacks it."""
        span = evidence_in(addition, record.paper) if record.paper else None
        if span is None:
            line = next(line for line, correction in self._file.placed if correction == addition)
            title = record.paper.title if record.paper else ""
            raise KgError(
                f"{self._file.source}, line {line}: 'evidence': does not stand in '{title}'; "
                "copy it from the title or the abstract, letter for letter"
            )
        return span

    def _note(self, correction: Names) -> None:
        """Counts names as matched that records use: a split or merge needs two of them."""
        names = {name for _, *pair in correction.pairs for name in pair}
        heard = sum(self._linker.heard(correction.type, name) for name in names)
        if heard >= (1 if isinstance(correction, Alias) else 2):
            self.matched.add(correction)

    def _things(self, record: Extraction) -> Iterator[Canonical]:
        ids = {entity.id for entity in record.entities}
        yield from map(self._linker.canonical, record.entities)
        for result in record.results:
            if result.metric not in ids:
                yield self._linker.thing(EntityType.METRIC, result.metric)

    def _meant(self, record: Extraction, name: str, type: EntityType | None = None, here: bool = True) -> set[str]:
        """The ids of the entities that a name means; if it means none, of those that the paper ``here`` calls so."""
        entities = [entity for entity in record.entities if type in (None, entity.type)]
        meant = {e.id for e in entities if self._linker.canonical(e) == self._linker.thing(e.type, name)}
        if meant or not here:
            return meant
        return {e.id for e in entities if normal_form(e.type, name) in {normal_form(e.type, m) for m in e.mentions}}

    def _renamed(self, record: Extraction, correction: Rename) -> Extraction:
        ids = self._meant(record, correction.thing, correction.type, correction.paper is not None)
        metrics = correction.type in (None, EntityType.METRIC)

        def renamed(claim: Claim) -> Claim:
            if isinstance(claim, Entity) and claim.id in ids:
                called = tuple(dict.fromkeys((correction.to, *claim.mentions)))
                return self._by(correction, claim, name=correction.to, mentions=called)
            if isinstance(claim, Result) and metrics and self._measures(record, claim, correction.thing):
                return self._by(correction, claim, metric=correction.to)
            return claim

        return record.each(renamed)

    def _retyped(self, record: Extraction, correction: Retype) -> Extraction:
        ids, to = self._meant(record, correction.thing, correction.type, correction.paper is not None), correction.to
        names = {entity.id: entity.name for entity in record.entities}

        def retyped(claim: Claim) -> Claim:
            if isinstance(claim, Entity) and claim.id in ids:
                return self._by(correction, claim, type=to)
            if isinstance(claim, Result):
                lost = {part for part, type in _TYPED.items() if getattr(claim, part) in ids and type is not to}
                return claim.model_copy(
                    update={part: names[claim.metric] if part == "metric" else None for part in lost}
                )
            return claim

        def fits(claim: Claim) -> bool:
            if isinstance(claim, Fact) and claim.entity in ids:
                return to in FITTING.get(claim.role, {to})
            return not isinstance(claim, RunsOn) or claim.hardware not in ids or to in FITTING["runs_on"]

        return record.each(retyped).where(fits)

    def _judged(self, record: Extraction, correction: AboutFact, later: set[str]) -> Extraction:
        """The record with a fact accepted or rejected, but for what ``later`` corrections of the file add."""
        ids = self._meant(record, correction.thing) if correction.thing else None
        open = (claim for claim in record.claims() if later.isdisjoint(claim.corrections))
        meant = {claim for claim in open if self._is_meant(record, claim, correction, ids)}
        if not meant:
            return record
        self.matched.add(correction)
        if not isinstance(correction, Accept):
            return record.where(lambda claim: claim not in meant)
        named = set(map(_about, meant)) if ids else set()

        def sure(claim: Claim) -> Claim:
            if claim in meant or (isinstance(claim, Entity) and claim.id in named):
                return self._by(correction, claim, score=1.0)
            return claim

        return record.each(sure)

    def _is_meant(self, record: Extraction, claim: Claim, correction: AboutFact, ids: set[str] | None) -> bool:
        """Whether a claim is the fact of a correction; ``ids`` are the entities that may have its thing's name."""
        if ids is not None and _about(claim) not in ids:
            return False
        match claim:
            case Entity():
                return correction.role == "mentions"
            case Fact():
                return correction.role == claim.role
            case RunsOn():
                return correction.role == "runs_on"
            case Size():
                return correction.role == "parameters" and correction.value in (None, claim.parameters)
            case Result():
                metric, value = correction.metric, correction.value
                if correction.role != "result" or metric is None or value is None:
                    return False
                if round(claim.value, 9) != round(value, 9):
                    return False
                measured = claim.metric in self._meant(record, metric, EntityType.METRIC)
                return measured or self._measures(record, claim, metric)

    def _measures(self, record: Extraction, result: Result, metric: str) -> bool:
        """Whether the words of a result that name no entity mean this metric."""
        if any(result.metric == entity.id for entity in record.entities):
            return False
        means = self._linker.thing
        return means(EntityType.METRIC, result.metric) == means(EntityType.METRIC, metric)

    def _by(self, correction: Correction, claim: _Corrected, **changes: object) -> _Corrected:
        """The claim with changes, made by a correction."""
        self.matched.add(correction)
        return claim.model_copy(update={"corrections": (*claim.corrections, correction.key), **changes})


_TYPED = {"metric": EntityType.METRIC, "dataset": EntityType.DATASET, "hardware": EntityType.HARDWARE}
"""The parts of a result that are of one type."""


def _about(claim: Claim) -> str | None:
    """The id of the entity that a claim is about."""
    match claim:
        case Entity():
            return claim.id
        case Fact() | Size():
            return claim.entity
        case RunsOn():
            return claim.hardware
        case Result():
            return claim.subject


def _keys_of_paper(paper: Paper | None) -> set[str]:
    """What a paper is found by."""
    return {key for key in (paper.arxiv_id, paper.doi, title_key(paper.title)) if key} if paper else set()


def _keys_of_reference(reference: str) -> set[str]:
    """The keys that a reference may be: an arXiv identifier or a DOI in any spelling, or a title.

    >>> paper = Paper(id=1, title="LoRA", abstract="", arxiv_id="2106.09685")
    >>> [len(_keys_of_reference(told) & _keys_of_paper(paper)) for told in ("arXiv:2106.09685v2", "lora", "LoRa 2")]
    [1, 1, 0]
    """
    told = (*identifiers(reference, None), *identifiers(None, reference), title_key(reference))
    return {key for key in told if key}
