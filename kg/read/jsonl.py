"""JSON Lines: one object a line with ``title`` and ``abstract``, or a record of ours with them under ``paper``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from kg.read.clean import clean_text, clean_title
from kg.records import KgError, Paper, Source

LONGEST_ABSTRACT = 1_000_000


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
            yield _paper(path, number, line)
        except KgError as error:
            skip(error)


def _paper(path: Path, number: int, line: str) -> Paper:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise KgError(f"{path}, line {number}: not valid JSON ({error}); is the line cut short?") from error
    if not isinstance(data, dict):
        raise KgError(f"{path}, line {number}: a JSON object is needed, with title and abstract")
    if isinstance(data.get("paper"), dict):
        data = data["paper"]
    try:
        told = Line.model_validate(_cleaned(data))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KgError(
            f"{path}, line {number}: '{where}': {first['msg'].lower()}; correct or remove the line"
        ) from error
    paper = Paper(
        id=told.id if told.id is not None else 0,
        title=clean_title(told.title),
        abstract=told.abstract,
        authors=tuple(told.authors),
        date=told.date,
        urls=tuple(told.urls),
        arxiv_id=_bare_arxiv(told.arxiv_id),
        doi=told.doi,
        source=(Source(file=path.name, position=number),),
    )
    return paper if told.id is not None else paper.model_copy(update={"id": paper.key})


def _cleaned(data: dict[str, Any]) -> dict[str, Any]:
    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return clean_text(value)
        return [clean(part) for part in value] if isinstance(value, list) else value

    return {key: clean(value) for key, value in data.items()}


def _bare_arxiv(identifier: str | None) -> str | None:
    """An arXiv identifier without prefix and version, so that all versions are one paper."""
    if not identifier:
        return None
    bare = identifier.strip().removeprefix("arXiv:").removeprefix("arxiv:").rsplit("/abs/", 1)[-1]
    head, _, version = bare.rpartition("v")
    return head if head and version.isdigit() else bare
