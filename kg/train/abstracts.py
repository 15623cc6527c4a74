"""Annotated abstracts whose texts stay with arXiv: places in them, read beside arXiv's metadata (CC0)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kg.read.jsonl import identifiers
from kg.records import Extraction, KgError, Paper, Span

_MONTH = 4
"""The letters of an identifier that tell its month: *2507*.01234."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Entity(_Part):
    mentions: list[Span]


class _Result(_Part):
    evidence: Span


class _Placed(_Part):
    """A line of the annotations: a record in the guidelines' form with places in the text for its strings.

    ``id`` is arXiv's, ``digest`` that of the text as ``squeezed`` gives it, since abstracts are revised.
    """

    id: str
    digest: str
    entities: list[_Entity]
    results: list[_Result]
    urls: list[Span]

    def record(self, text: str) -> Extraction:
        """The record with the strings that stand at its places."""
        told = self.model_dump(exclude={"digest"})
        told["urls"] = [text[slice(*place)] for place in self.urls]
        for entity in told["entities"]:
            entity["mentions"] = [text[slice(*place)] for place in entity["mentions"]]
        for result in told["results"]:
            result["evidence"] = text[slice(*result["evidence"])]
        return Extraction.model_validate(told)


def squeezed(paper: Paper) -> Paper:
    """The paper with single spaces, whatever lines and indents a dump of the metadata breaks its texts into."""
    return paper.model_copy(
        update={"title": " ".join(paper.title.split()), "abstract": " ".join(paper.abstract.split())}
    )


def digest(text: str) -> str:
    """Tells one version of a text from another.

    >>> digest("Otters build dams.")
    'd112a787f27c'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def placed_records(annotations: Path, papers: Iterable[Paper]) -> Iterator[tuple[Paper, Extraction]]:
    """The annotated papers among ``papers``, in the order of the annotations; those of another version are left out.

    Raises KgError where there are no annotations, for a line that is no such record, and where no paper is annotated.
    """
    if not annotations.is_file():
        raise KgError(f"{annotations}: no such file; it annotates the abstracts that are given")
    known = {paper.arxiv_id or str(paper.id): paper for paper in papers}
    common = False
    with annotations.open(encoding="utf8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                placed = _Placed.model_validate_json(line)
                paper = known.get(placed.id)
                if paper is None:
                    continue
                paper = squeezed(paper)
                if digest(paper.text) != placed.digest:
                    continue
                common = True
                yield paper, placed.record(paper.text)
            except ValidationError as error:
                raise KgError(f"{annotations}, line {number}: not a record ({error.errors()[0]['msg']})") from error
    if not common:
        raise KgError(f"none of the papers is annotated in {annotations}; their ids must be arXiv's")


def unannotated(annotations: Path, papers: Iterable[Paper], apart: Iterable[Paper]) -> Iterator[Paper]:
    """Those of ``papers`` of the annotations' months that the annotations do not name, in whatever version.

    Each is given once, and none that has the title of one of the papers ``apart``. A dump starts years before.
    """
    with annotations.open(encoding="utf8") as lines:
        named = {json.loads(line)["id"] for line in lines}
    months = {id[:_MONTH] for id in named}
    seen = {_title(paper) for paper in apart}
    for paper in papers:
        id = identifiers(paper.arxiv_id or str(paper.id), None)[0] or ""
        if id[:_MONTH] in months and id not in named and _title(paper) not in seen:
            seen.add(_title(paper))
            yield squeezed(paper)


def _title(paper: Paper) -> str:
    return "".join(filter(str.isalnum, paper.title.casefold()))
