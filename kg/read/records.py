"""Records as JSON Lines: annotated by people, who name papers by their ids, or written by ``kg extract``."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from kg.read.jsonl import first_of, object_of, paper_of
from kg.records import Claim, Entity, Extraction, Fact, KgError, Paper, Result, RunsOn, Size, Span


def read_records(
    path: Path,
    papers: Iterable[Paper] = (),
    *,
    unpaired: Callable[[KgError], None] | None = None,
    doubtful: Callable[[KgError], None] = lambda error: None,
) -> Iterator[Extraction]:
    """The records of a file in its order, each with its paper: its own, or that of ``papers`` with its id.

    Mentions and evidence that stand as strings get their places in the text; of one that does not stand there,
    ``doubtful`` is told. A record whose paper is missing is handed to ``unpaired`` and left out. ``papers`` are held in
    memory. Raises KgError, with the line, for what is no record, refers to an entity that it lacks, or tells of another
    paper than the one with its id; and for a missing paper without ``unpaired``.
    """
    by_id: dict[str, list[Paper]] = {}
    for paper in papers:
        by_id.setdefault(str(paper.id), []).append(paper)
    seen: dict[bytes, tuple[int, bytes]] = {}
    for number, record in _records(path):
        place = f"{path}, line {number}"
        try:
            paper = record.paper or _paired(record, by_id)
        except KgError as error:
            (unpaired or _raise)(KgError(f"{place}: {error}"))
            continue
        strange, quoted = _not_quoted(record, paper.text)
        if strange:
            told = f"{place}: '{strange[0]}' does not stand in '{paper.title}'; is this the paper that was annotated?"
            if len(strange) == quoted:
                raise KgError(told)
            doubtful(KgError(told))
        for start, end in _spans(record):
            if not 0 <= start < end <= len(paper.text):
                raise KgError(f"{place}: the span [{start}, {end}] lies outside the text of '{paper.title}'")
        said = _digest(record.model_dump_json(exclude={"id", "paper"}))
        before, first = seen.setdefault(_digest(paper.text), (number, said))
        if first != said:
            raise KgError(f"{place}: says other things of the paper of line {before}; keep one record of it")
        yield _placed(record, paper)


def places_of(record: Extraction, text: str) -> list[tuple[int, int, Entity]]:
    """Every place of every mention, the longest where they overlap; start and end in code points, exclusive."""
    places: list[tuple[int, int, int, str, int]] = []
    for order, entity in enumerate(record.entities):
        spans = entity.spans or [span for mention in entity.mentions for span in occurrences(text, mention)]
        places.extend((start - end, start, end, entity.type, order) for start, end in spans)
    taken = bytearray(len(text) + 1)
    kept = []
    for _, start, end, _, order in sorted(set(places)):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append((start, end, record.entities[order]))
    return kept


def _records(path: Path) -> Iterator[tuple[int, Extraction]]:
    """The records of a file with their lines, sound in themselves."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _record(line, path, number)
    except UnicodeDecodeError as error:
        raise KgError(f"{path}: not text in UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise KgError(f"{path}: cannot be read ({error.strerror})") from error


def _record(line: str, path: Path, number: int) -> Extraction:
    place = f"{path}, line {number}"
    data = object_of(line, path, number)
    if "entities" not in data:
        raise KgError(f"{place}: not a record, for it has no 'entities'; papers are given without --records")
    try:
        record = Extraction.model_validate(data)
    except ValidationError as error:
        raise KgError(f"{place}: not a record: {first_of(error)}") from error
    if record.paper is not None:  # read as any other paper, but for where it was found
        paper = paper_of(data, path, number)
        record = record.model_copy(
            update={"paper": paper.model_copy(update={"source": record.paper.source or paper.source})}
        )
    for problem in _problems(record):
        raise KgError(f"{place}: {problem}")
    return record


def _problems(record: Extraction) -> Iterator[str]:
    """What contradicts itself in a record, or cannot be said in a graph."""
    ids = Counter(entity.id for entity in record.entities)
    yield from (f"two entities are called '{id}'; give each an id of its own" for id, n in ids.items() if n > 1)
    yield from (f"the entity '{entity.id}' has no name" for entity in record.entities if not entity.name.strip())
    references = [(fact.role.value, fact.entity) for fact in record.facts]
    references += [("runs_on", use.hardware) for use in record.runs_on]
    references += [("sizes", size.entity) for size in record.sizes]
    for result in record.results:
        parts = (result.subject, result.baseline, result.dataset, result.hardware)
        references += [("results", part) for part in parts if part is not None]
        if not math.isfinite(result.value):
            yield f"a result has the value {result.value}; a number is needed"
    for what, id in references:
        if id not in ids:
            yield f"'{what}' refers to '{id}', which is no entity of the record"


def _paired(record: Extraction, by_id: dict[str, list[Paper]]) -> Paper:
    """The paper with a record's id. Raises KgError when there is none, or two that differ."""
    papers = by_id.get(str(record.id), [])
    if not papers:
        given = "none of the papers given has its id" if by_id else "give the file of the papers too"
        raise KgError(f"the record {record.id} does not hold its paper; {given}")
    for other in papers[1:]:
        if other.text != papers[0].text:
            one, two = (f"{paper.source[0].file}:{paper.source[0].position}" for paper in (papers[0], other))
            raise KgError(f"two papers have the id {record.id} ({one} and {two}); give only the file that is meant")
    return papers[0]


def _not_quoted(record: Extraction, text: str) -> tuple[list[str], int]:
    """The mentions and evidence without a place that are not words of the text, and how many lack a place."""
    told = [mention for entity in record.entities if not entity.spans for mention in entity.mentions]
    told += [result.evidence for result in record.results if result.span is None]
    return [string for string in told if string not in text], len(told)


def _spans(record: Extraction) -> Iterator[Span]:
    for entity in record.entities:
        yield from entity.spans
    claims: tuple[Fact | RunsOn | Size | Result, ...] = (
        *record.facts,
        *record.runs_on,
        *record.sizes,
        *record.results,
    )
    yield from (claim.span for claim in claims if claim.span is not None)


def _placed(record: Extraction, paper: Paper) -> Extraction:
    """The record with its paper and the places of mentions and evidence in it."""
    text = paper.text
    spans: dict[str, list[Span]] = {}
    for start, end, entity in places_of(record, text):
        spans.setdefault(entity.id, []).append((start, end))

    def placed(claim: Claim) -> Claim:
        if isinstance(claim, Entity) and not claim.spans:
            found = spans.get(claim.id) or [span for mention in claim.mentions for span in occurrences(text, mention)]
            return claim.model_copy(update={"spans": tuple(sorted(found))})
        if isinstance(claim, Result) and claim.span is None and claim.evidence in text:
            start = text.index(claim.evidence)
            return claim.model_copy(update={"span": (start, start + len(claim.evidence)) if claim.evidence else None})
        return claim

    return record.each(placed).model_copy(update={"paper": paper})


def occurrences(text: str, string: str) -> Iterator[Span]:
    """The places of a string that are not inside a longer word; none of an empty one."""
    left = r"(?<![A-Za-z])" if string[:1].isalnum() else ""
    right = r"(?![A-Za-z])" if string[-1:].isalnum() else ""
    return (match.span() for match in re.finditer(left + re.escape(string) + right, text) if string)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _raise(error: KgError) -> None:
    raise error
