"""Saved Hugging Face papers pages: titles and abstracts in turn, under a head of page furniture.

Two forms occur: with blank lines between all blocks, and without any, where the page's button
``Subscribe`` is glued to the first title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kg.read.clean import LONGEST_ABSTRACT, clean_text, clean_title
from kg.records import KgError, Paper, Source, title_key

MARK = "Get trending papers in your email inbox"
_BUTTON = "Subscribe"
_FURNITURE = re.compile(
    r"(?:new|\d{1,6}|\d+ comments?|by\s?AK and the research community|"
    rf"{MARK}.*|submitted by.*|published on.*|authors?:.*)[.!]?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"papers|daily papers|trending papers|previous|next|search|log in|sign up|models|datasets|spaces|pricing|docs|"
    r"hugging face|view paper|pdf|upvote|add to collection",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"{_MONTH}\s\d{{1,2}}(?:,?\s\d{{4}})?|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?|"
    r"mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?",
    re.IGNORECASE,
)
_SHORTEST_ABSTRACT = 200


class Line(NamedTuple):
    """A line with text, and its number from 1."""

    number: int
    text: str


def looks_like_page(head: str) -> bool:
    """Whether the beginning of a file is that of a saved papers page."""
    return MARK.casefold() in head.casefold()


def read_page(path: Path, lines: Iterable[str], skip: Callable[[KgError], None]) -> Iterator[Paper]:
    """The papers of a page; a title without an abstract is handed to ``skip``.

    Raises KgError when the page holds furniture only, or when its titles and abstracts don't alternate.
    """
    title: Line | None = None
    found = 0
    for line in _content(lines):
        if _is_abstract(line.text):
            if title is None:
                raise KgError(
                    f"{path}, line {line.number}: an abstract without a title in front of it; "
                    "titles and abstracts must alternate: save the page again"
                )
            found += 1
            if len(line.text) > LONGEST_ABSTRACT:
                skip(
                    KgError(f"{path}, line {line.number}: the abstract is longer than {LONGEST_ABSTRACT:,} characters")
                )
            else:
                yield _paper(path, title, line)
            title = None
        elif title is None or _is_label(title):
            title = line
        elif not _is_label(line):
            skip(_no_abstract(path, title))
            title = line
    if title is not None and not _is_label(title):
        skip(_no_abstract(path, title))
    if not found:
        raise KgError(f"{path}: holds page furniture but no paper; save the page with its titles and abstracts")


def _no_abstract(path: Path, title: Line) -> KgError:
    return KgError(
        f"{path}, line {title.number}: the paper '{title.text[:60]}' has no abstract; add it below its title"
    )


def _content(lines: Iterable[str]) -> Iterator[Line]:
    """The lines that may be titles or abstracts; the page's button is taken off once, where it comes first."""
    button_ahead = True
    for number, raw in enumerate(lines, start=1):
        text = raw.strip()
        if button_ahead and text.startswith(_BUTTON):
            text = text.removeprefix(_BUTTON).strip()
            button_ahead = False
        if text and not _FURNITURE.fullmatch(text) and not _DATE.fullmatch(text):
            line = Line(number, text)
            button_ahead = button_ahead and _is_label(line)
            yield line


def _is_label(line: Line) -> bool:
    """Whether a line is a link of the page, which is a title only where an abstract follows it."""
    return bool(_LABEL.fullmatch(line.text))


def _is_abstract(text: str) -> bool:
    return len(text) >= _SHORTEST_ABSTRACT or (len(text) >= 100 and bool(re.search(r"[a-z)]\.(?:\s|$)", text)))


def _paper(path: Path, title: Line, abstract: Line) -> Paper:
    return Paper(
        id=title_key(title.text),
        title=clean_title(title.text),
        abstract=clean_text(abstract.text),
        source=(Source(file=path.name, position=title.number),),
    )
