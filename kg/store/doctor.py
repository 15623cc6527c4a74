"""Whether a graph directory is sound, and what of it can be made so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from kg.records import KgError
from kg.store.directory import GraphDirectory
from kg.store.reading import remove_unread
from kg.store.records import RecordsDb
from kg.store.seal import broken_seals, read_seal

_BUILD = "kg doctor --repair goes back to a sound generation; kg build makes this one anew from the records"
_REMOVED = "removed; the next kg build makes the graph anew from the records"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: what it is, and what to do or what was done about it."""

    text: str
    remedy: str
    repaired: bool = False


def examine(directory: GraphDirectory, repair: bool = False) -> list[Finding]:
    """What is wrong with a graph directory: its records, generations, link and manifest.

    With ``repair``, what was left unfinished is removed, the link leads to the newest sound generation, the manifest
    is that generation's, and damaged generations are removed, so that the next build makes them anew from the records.
    Raises KgError when there is no such directory, or a build is at work on it while it is repaired.
    """
    if not directory.generations.is_dir():
        raise KgError(f"{directory.path}: no graph here; make one with: kg build INPUT... -g {directory.path}")
    if not repair:
        return list(_findings(directory, repair=False))
    with directory.locked():
        return list(_findings(directory, repair=True))


def _findings(directory: GraphDirectory, repair: bool) -> Iterator[Finding]:
    yield from _records(directory.path / "records.db")
    damaged: dict[int, list[str]] = {}
    for number in directory.numbers():
        wrong = list(_generation(directory.generations / str(number)))
        if wrong:
            damaged[number] = wrong
    sound = [number for number in directory.numbers() if number not in damaged]
    current = directory.current()
    if current is None or int(current.name) in damaged:
        yield from _link(directory, current, sound, repair)
    for number, wrong in damaged.items():
        removed = repair and bool(sound) and remove_unread(directory.generations / str(number))
        for text in wrong:
            yield Finding(text, _REMOVED if removed else _BUILD, repaired=removed)
    yield from _manifest(directory, repair)
    yield from _leftovers(directory, repair)


def _records(path: Path) -> Iterator[Finding]:
    if not path.is_file():
        yield Finding(f"{path}: missing", "kg build reads and extracts all inputs again")
        return
    try:
        db = RecordsDb(path)
        try:
            db.check()
        finally:
            db.close()
    except KgError as error:
        yield Finding(str(error), "restore it from a copy, or remove it: kg build then extracts all inputs again")


def _generation(place: Path) -> Iterator[str]:
    wrong = list(broken_seals(place))
    yield from wrong
    if wrong:
        return
    expected = (read_seal(place) or {}).get("quads")
    try:
        count = len(Store.read_only(str(place)))
    except (OSError, RuntimeError) as error:
        yield f"{place}: cannot be opened ({error})"
        return
    if expected is not None and count != expected:
        yield f"{place}: holds {count:,} triples instead of the {expected:,} that were built"


def _link(directory: GraphDirectory, current: Path | None, sound: list[int], repair: bool) -> Iterator[Finding]:
    state = f"leads to generation {current.name}, which is damaged" if current else "leads to no generation"
    if not sound:
        yield Finding(f"{directory.link}: {state}", "no generation is sound: make one with kg build")
    elif not repair:
        yield Finding(f"{directory.link}: {state}", f"kg doctor --repair has it lead to generation {sound[-1]}")
    else:
        _switch(directory, sound[-1])
        yield Finding(f"{directory.link}: {state}", f"now leads to generation {sound[-1]}", repaired=True)


def _manifest(directory: GraphDirectory, repair: bool) -> Iterator[Finding]:
    current = directory.current()
    sealed = read_seal(current) if current else None
    if current is None or sealed is None:
        return
    del sealed["files"]
    if directory.manifest() != sealed:
        if repair:
            _switch(directory, int(current.name))
        remedy = "written again" if repair else "kg doctor --repair writes it again"
        yield Finding(f"{directory.manifest_path}: is not generation {current.name}'s", remedy, repaired=repair)


def _leftovers(directory: GraphDirectory, repair: bool) -> Iterator[Finding]:
    temporary = [directory.path / "current.tmp", directory.manifest_path.with_suffix(".json.tmp")]
    for place in [*directory.generations.glob("*.tmp"), *(place for place in temporary if os.path.lexists(place))]:
        if repair:
            remove_unread(place)
        remedy = "removed" if repair else "kg doctor --repair removes it; so does the next build"
        yield Finding(f"{place}: left by a build that did not end, or one that is at work", remedy, repaired=repair)


def _switch(directory: GraphDirectory, number: int) -> None:
    manifest = read_seal(directory.generations / str(number)) or {}
    manifest.pop("files", None)
    try:
        directory.switch(number, manifest)
    except OSError as error:
        raise KgError(f"{directory.path}: cannot be written ({error.strerror})") from error
