"""Files to papers: one module a format, recognised by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from kg.read.jsonl import read_jsonl
from kg.read.page import looks_like_page, read_page
from kg.records import KgError, Paper

__all__ = ["open", "recognise"]

_HEAD = 4096


def open(path: Path | str, skip: Callable[[KgError], None] | None = None) -> Iterator[Paper]:
    """The papers of a file, in its order, each with the file's name and its line as source.

    A single bad record is handed to ``skip`` and left out; without ``skip`` it is raised.
    Raises KgError for a file that is empty, binary, of no known format, or unreadable.
    """
    path = Path(path)
    reader = _reader(path, _head(path))
    try:
        with path.open(encoding="utf-8-sig", newline=None) as lines:
            yield from reader(path, lines, skip or _raise)
    except UnicodeDecodeError as error:
        raise KgError(f"{path}, line {_undecodable_line(path)}: not text in UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise KgError(f"{path}: cannot be read ({error.strerror})") from error


def recognise(path: Path) -> None:
    """Raises KgError for a file that is empty, binary, of no known format, or unreadable."""
    _reader(path, _head(path))


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise KgError(f"{path}: cannot be read ({error.strerror})") from error
    if b"\0" in head:
        raise KgError(f"{path}: a binary file; give a saved page as text, or JSON Lines")
    text = head.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise KgError(f"{path}: the file is empty")
    return text


def _reader(path: Path, head: str) -> Callable[[Path, Iterator[str], Callable[[KgError], None]], Iterator[Paper]]:
    if head.lstrip().split("\n", 1)[0].strip() in {"{", "[", "[{"}:
        raise KgError(f"{path}, line 1: JSON over several lines; write one object a line, for example with jq -c '.[]'")
    if head.lstrip().startswith("{"):
        return read_jsonl
    if looks_like_page(head):
        return read_page
    if any(line.startswith("{") for line in head.splitlines()):
        return read_jsonl
    raise KgError(
        f"{path}, line 1: not a format known here; give a saved Hugging Face papers page as text, or JSON Lines"
    )


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf8")
            except UnicodeDecodeError:
                return number
    return 1


def _raise(error: KgError) -> None:
    raise error
