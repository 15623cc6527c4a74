"""JSON Lines: one object a line with ``title`` and ``abstract``, or a record of ours with them under ``paper``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from kg.read.clean import LONGEST_ABSTRACT, clean_text, clean_title
from kg.records import KgError, Paper, Source

_ARXIV = re.compile(
    r"(?:https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:\s*)?(\S.*?)(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE | re.DOTALL,
)
_ARCHIVES = (
    "astro-ph|cond-mat|cs|econ|eess|gr-qc|hep-[a-z]+|math|math-ph|nlin|nucl-[a-z]+|physics|q-bio|q-fin|quant-ph|stat"
)
_ARXIV_NUMBER = re.compile(
    rf"\d\d(?:0[1-9]|1[0-2])\.\d{{4,5}}(?:v\d+)?|(?:{_ARCHIVES})(?:\.[A-Z]{{2}})?/\d{{7}}(?:v\d+)?"
)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(\S.*)", re.IGNORECASE | re.DOTALL)
_DOI_OF_ARXIV = "10.48550/arxiv."


class Line(BaseModel):
    """What a line may say of a paper."""

    model_config = ConfigDict(extra="ignore")

    id: int | str | None = None
    title: str
    abstract: str
    authors: list[str] = []
    date: str | None = None
    urls: list[str] = []
    arxiv_id: str | None = None
    doi: str | None = None

    @field_validator("title", "abstract")
    @classmethod
    def _present(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty")
        if len(value) > LONGEST_ABSTRACT:
            raise ValueError(f"is longer than {LONGEST_ABSTRACT:,} characters")
        return value


def read_jsonl(path: Path, lines: Iterable[str], skip: Callable[[KgError], None]) -> Iterator[Paper]:
    """The papers of a file; a line that is no paper is handed to ``skip``, with its number."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield paper_of(object_of(line, path, number), path, number)
        except KgError as error:
            skip(error)


def object_of(line: str, path: Path, number: int) -> dict[str, Any]:
    """The JSON object of a line, made fit; what is ``null`` in it is as good as absent. Raises KgError."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise KgError(f"{path}, line {number}: not valid JSON ({error}); is the line cut short?") from error
    if not isinstance(data, dict):
        raise KgError(f"{path}, line {number}: a JSON object is needed, with title and abstract")
    return {key: _clean(value) for key, value in data.items() if value is not None}


def paper_of(data: dict[str, Any], path: Path, number: int) -> Paper:
    """The paper of a line, or of what a record of ours has under ``paper``. Raises KgError with what is wrong."""
    if isinstance(data.get("paper"), dict):
        data = {"id": data.get("id"), **data["paper"]}
    elif "entities" in data and "abstract" not in data:
        raise KgError(f"{path}, line {number}: a record without its paper; build with the papers and --records {path}")
    try:
        told = Line.model_validate({key: value for key, value in data.items() if value is not None})
    except ValidationError as error:
        raise KgError(f"{path}, line {number}: {first_of(error)}; correct or remove the line") from error
    arxiv_id, doi = identifiers(told.arxiv_id, told.doi)
    if arxiv_id is None:
        arxiv_id, _ = identifiers(_arxiv_of(told.id), None)
    paper = Paper(
        id=told.id if told.id is not None else 0,
        title=clean_title(told.title),
        abstract=told.abstract,
        authors=tuple(told.authors),
        date=told.date,
        urls=tuple(told.urls),
        arxiv_id=arxiv_id,
        doi=doi,
        source=(Source(file=path.name, position=number),),
    )
    return paper if told.id is not None else paper.model_copy(update={"id": paper.key})


def first_of(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    why = first["msg"].lower().removeprefix("value error, ")
    return f"'{where}': {why}" if where else why


def _clean(value: Any) -> Any:
    match value:
        case str():
            return clean_text(value)
        case list():
            return [_clean(part) for part in value]
        case dict():
            return {key: _clean(part) for key, part in value.items()}
    return value


def identifiers(arxiv: str | None, doi: str | None) -> tuple[str | None, str | None]:
    """The arXiv identifier and the DOI in the form in which all spellings and versions of one are equal.

    >>> identifiers("https://arxiv.org/pdf/2106.09685v2.pdf", "https://doi.org/10.1000/ABC")
    ('2106.09685', '10.1000/abc')
    >>> identifiers(None, "10.48550/arXiv.2106.09685")
    ('2106.09685', None)
    """
    bare_arxiv, bare_doi = _bare(_ARXIV, arxiv), _bare(_DOI, doi)
    bare_doi = bare_doi.lower() if bare_doi else None
    if bare_doi and bare_doi.startswith(_DOI_OF_ARXIV):
        return bare_arxiv or _bare(_ARXIV, bare_doi.removeprefix(_DOI_OF_ARXIV)), None
    return bare_arxiv, bare_doi


def _arxiv_of(id: int | str | None) -> str | None:
    """An identifier of a paper that is arXiv's, as in dumps of its metadata."""
    return id if isinstance(id, str) and _ARXIV_NUMBER.fullmatch(id) else None


def _bare(form: re.Pattern[str], identifier: str | None) -> str | None:
    match = form.fullmatch(identifier.strip()) if identifier else None
    return match.group(1) if match else None
