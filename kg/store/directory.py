"""A graph directory: records, generations of the graph, and which of them readers see."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, Store

from kg.records import KgError
from kg.store.records import RecordsDb


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
            lock = (self.path / "lock").open("w")
        except OSError as error:
            raise KgError(f"{self.path}: cannot be written ({error.strerror})") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._clear_leftovers()
            except BlockingIOError as error:
                raise KgError(f"{self.path}: another build is at work on this graph; wait for it to end") from error
            except OSError as error:
                raise KgError(f"{self.path}: cannot be locked or cleared ({error.strerror})") from error
            records = RecordsDb(self.path / "records.db")
            try:
                yield records
            finally:
                records.close()

    def publish(self, quads: Iterable[Quad], manifest: Callable[[], dict[str, Any]]) -> int:
        """Loads a new generation and switches readers to it; returns its number.

        ``manifest`` is asked once all quads are loaded. The generation is complete on disk before the
        switch, so a reader sees the old graph or the new one. Raises KgError when it cannot be written.
        """
        number = max((int(p.name) for p in self.generations.iterdir() if p.name.isdigit()), default=0) + 1
        growing = self.generations / f"{number}.tmp"
        final = self.generations / str(number)
        try:
            store = Store(str(growing))
            store.bulk_extend(quads)
            store.optimize()
            store.flush()
            del store
            for place in (*growing.iterdir(), growing):
                _sync(place)
            os.replace(growing, final)
            _sync(self.generations)
            self._write_manifest({**manifest(), "generation": number})
            self._switch(number)
        except (OSError, RuntimeError) as error:
            raise KgError(
                f"{final}: the new generation could not be written ({error}); the last one still serves"
            ) from error
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        self._remove_old(number)
        return number

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

    def _switch(self, number: int) -> None:
        temporary = self.path / "current.tmp"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(Path("generations") / str(number))
        os.replace(temporary, self.link)
        _sync(self.path)

    def _clear_leftovers(self) -> None:
        """Removes generations that were never finished or never published."""
        current = self.current()
        for place in self.generations.iterdir():
            newer = place.name.isdigit() and (current is None or int(place.name) > int(current.name))
            if place.suffix == ".tmp" or newer:
                shutil.rmtree(place, ignore_errors=True)
        (self.path / "current.tmp").unlink(missing_ok=True)

    def _remove_old(self, current: int) -> None:
        """Keeps the generation before the current one, for readers that still have it open."""
        for place in self.generations.iterdir():
            if place.name.isdigit() and int(place.name) < current - 1:
                shutil.rmtree(place, ignore_errors=True)


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
