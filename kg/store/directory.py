"""A graph directory: records, generations of the graph, and which of them readers see."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, Store

from kg.records import KgError
from kg.store.reading import Reading, remove_unread
from kg.store.records import RecordsDb
from kg.store.seal import broken_seals, read_seal, seal

_PATIENCE = 3.0
"""Seconds to wait for another change to end: a server that clears an old generation takes a moment."""
_POLL = 0.05
"""Seconds between looks."""


class GraphDirectory:
    """The files of one graph; every change of what readers see is a single rename."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.generations = self.path / "generations"
        self.link = self.path / "current"
        self.manifest_path = self.path / "build.json"
        self.corrections = self.path / "corrections.yaml"

    @contextmanager
    def building(self) -> Iterator[RecordsDb]:
        """The records, for the one build that may run at a time; clears what a dead build left.

        Raises KgError when another build holds the directory, or it cannot be written.
        """
        try:
            self.generations.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KgError(f"{self.path}: cannot be written ({error.strerror})") from error
        with self.locked():
            try:
                self.clear_leftovers()
            except OSError as error:
                raise KgError(f"{self.path}: cannot be cleared ({error.strerror})") from error
            records = RecordsDb(self.path / "records.db")
            try:
                yield records
            finally:
                records.close()

    @contextmanager
    def locked(self, patience: float = _PATIENCE) -> Iterator[None]:
        """Keeps every other change of the directory out.

        Raises KgError when one is still under way after ``patience`` seconds, or it cannot be kept out.
        """
        until = time.monotonic() + patience
        try:
            lock = (self.path / "lock").open("w")
        except OSError as error:
            raise KgError(f"{self.path}: cannot be written ({error.strerror})") from error
        with lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= until:
                        raise KgError(
                            f"{self.path}: another build is at work on this graph; wait for it to end"
                        ) from error
                    time.sleep(_POLL)
                except OSError as error:
                    raise KgError(f"{self.path}: cannot be locked ({error.strerror})") from error
            yield

    def publish(self, quads: Iterable[Quad], manifest: Callable[[], dict[str, Any]]) -> int:
        """Loads a new generation and switches readers to it; returns its number.

        ``manifest`` is asked once all quads are loaded. The generation is complete on disk before the
        switch, so a reader sees the old graph or the new one. Raises KgError when it cannot be written.
        """
        number = max(self.numbers(), default=0) + 1
        growing = self.generations / f"{number}.tmp"
        final = self.generations / str(number)
        try:
            store = Store(str(growing))
            store.bulk_extend(quads)
            store.optimize()
            store.flush()
            del store
            built = {**manifest(), "generation": number}
            seal(growing, built)
            for place in (*growing.iterdir(), growing):
                _sync(place)
            os.replace(growing, final)
            _sync(self.generations)
            self.switch(number, built)
        except (OSError, RuntimeError) as error:
            raise KgError(
                f"{final}: the new generation could not be written ({error}); the last one still serves"
            ) from error
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        self.remove_old()
        return number

    def switch(self, number: int, manifest: dict[str, Any]) -> None:
        """Has readers see a generation, by one rename. Raises OSError."""
        self._write_manifest(manifest)
        temporary = self.path / "current.tmp"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(Path("generations") / str(number))
        os.replace(temporary, self.link)
        _sync(self.path)

    def rollback(self) -> int:
        """Has readers see the sound generation before the current one again; returns its number.

        The one that was current stays until the next build. Raises KgError when there is none before it.
        """
        if not self.generations.is_dir():
            raise KgError(f"{self.path}: no graph here; make one with: kg build INPUT... -g {self.path}")
        with self.locked():
            current = self.current()
            for number in reversed(self.numbers()):
                place = self.generations / str(number)
                manifest = read_seal(place)
                older = current is None or number < int(current.name)
                if older and manifest is not None and not any(broken_seals(place)):
                    del manifest["files"]
                    try:
                        self.switch(number, manifest)
                    except OSError as error:
                        raise KgError(f"{self.path}: cannot be written ({error.strerror})") from error
                    return number
        raise KgError(f"{self.path}: there is no sound generation before the current one to go back to")

    def numbers(self) -> list[int]:
        """The generations on disk, in order."""
        return sorted(int(p.name) for p in self.generations.iterdir() if p.name.isdigit())

    def reading(self) -> Reading:
        """The published generation, kept on disk until closed. Raises KgError when there is none."""
        while (generation := self.current()) is not None:
            try:
                return Reading(generation)
            except OSError:
                if self.current() == generation:
                    break
        raise KgError(f"{self.path}: no graph here; make one with: kg build INPUT... -g {self.path}")

    def current(self) -> Path | None:
        """The published generation, or None before the first build."""
        target = self.link.resolve() if self.link.is_symlink() else None
        return target if target and target.name.isdigit() and target.is_dir() else None

    def store(self) -> Store:
        """The published graph, read-only. Raises KgError when there is none or it cannot be opened."""
        generation = self.current()
        if generation is None:
            raise KgError(f"{self.path}: no graph here; make one with: kg build INPUT... -g {self.path}")
        try:
            return Store.read_only(str(generation))
        except (OSError, RuntimeError) as error:
            raise KgError(f"{generation}: cannot be opened ({error}); build the graph again") from error

    def serves(self, number: object) -> bool:
        """Whether this generation is the published one and opens."""
        generation = self.current()
        if generation is None or generation.name != str(number):
            return False
        try:
            self.store()
        except KgError:
            return False
        return True

    def manifest(self) -> dict[str, Any]:
        """What the published graph was built from; empty before the first build."""
        try:
            loaded = json.loads(self.manifest_path.read_text(encoding="utf8"))
        except (OSError, ValueError):
            return {}
        return loaded if isinstance(loaded, dict) else {}

    def keep_corrections(self, content: bytes) -> None:
        """Puts corrections in the place of those before. Raises KgError when they cannot be written."""
        try:
            if content == (self.corrections.read_bytes() if self.corrections.exists() else b""):
                return
            _write_whole(self.corrections, content)
        except OSError as error:
            raise KgError(f"{self.corrections}: cannot be written ({error.strerror})") from error

    def _write_manifest(self, manifest: dict[str, Any]) -> None:
        _write_whole(self.manifest_path, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf8"))

    def clear_leftovers(self) -> list[Path]:
        """Removes generations that were never finished or never published, unless they are read; returns them."""
        current = self.current()
        leftovers = [self.path / "current.tmp", self.manifest_path.with_suffix(".json.tmp")]
        for place in self.generations.iterdir():
            newer = place.name.isdigit() and (current is None or int(place.name) > int(current.name))
            if place.suffix == ".tmp" or newer:
                leftovers.append(place)
        return [place for place in leftovers if os.path.lexists(place) and remove_unread(place)]

    def remove_old(self) -> None:
        """Removes generations that nobody reads, but for the current one and the one before it, to go back to."""
        current = self.current()
        older = [number for number in self.numbers() if current and number < int(current.name)]
        for number in older[:-1]:
            remove_unread(self.generations / str(number))


def _write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(content)
    _sync(temporary)
    os.replace(temporary, path)


def _sync(place: Path) -> None:
    """Has the disk hold what was written to a file or directory."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
