"""The main job: files to papers to records to linked quads to a published graph."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad

import kg.read
from kg.catalog import known
from kg.corrections import Corrections, Corrector
from kg.graph import BASE, graph_version, quads
from kg.graph.vocabulary import term
from kg.link import Linker, shipped
from kg.read.records import read_records
from kg.records import MIN_SCORE, Extraction, KgError, Paper, UsageError
from kg.store import GraphDirectory, RecordsDb

Progress = Callable[[str, int, int | None], None]
_MENTIONS = term("mentions")
_BATCH = 32
_PATIENCE = 5.0
"""Seconds without a finished batch after which the workers are looked at."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; ``generation`` is the published one, new unless ``unchanged``.

    ``skipped`` counts the bad records of the input files, ``joined`` those of papers that others had told of (by title,
    arXiv identifier or DOI), ``given`` the records that took the place of extraction,
    ``outdone`` those among them that do not count, as their papers have a longer text from elsewhere,
    ``without_record`` the papers that were left out for want of one, ``entities`` the things that papers mention,
    ``corrections`` those with a decision; ``unmatched`` are the ones among them that found nothing to correct, each
    with its file and line.
    """

    files: int
    files_read: int
    papers: int
    extracted: int
    skipped: int
    entities: int
    quads: int
    generation: int
    seconds: float
    unchanged: bool
    given: int = 0
    joined: int = 0
    outdone: int = 0
    without_record: int = 0
    corrections: int = 0
    undecided: int = 0
    unmatched: tuple[str, ...] = ()

    @property
    def reused(self) -> int:
        """Papers whose extraction was there already."""
        return self.papers - self.extracted


def build(
    inputs: Sequence[Path],
    graph: Path,
    *,
    records: Path | None = None,
    save_records: Path | None = None,
    corrections: Path | None = None,
    jobs: int = 1,
    strict: bool = False,
    base: str = BASE,
    min_score: float = MIN_SCORE,
    progress: Progress = lambda stage, done, total: None,
    warn: Callable[[KgError], None] = lambda error: None,
) -> BuildReport:
    """Adds the papers of files to a graph directory and publishes the graph of all that it holds.

    Only new or changed papers are extracted. A bad record is handed to ``warn`` and left out; with
    ``strict`` it ends the build. What is less probable than ``min_score`` stays out of the graph, and of the records
    as JSON Lines, for which ``save_records`` names a file (or a directory). Corrections are applied to both; the graph
    directory keeps them, and ``corrections`` names a file to take their place.

    ``records`` names a file of records that exist already, annotated or extracted before: the papers are theirs,
    nothing is extracted from these, and ``inputs`` are only where papers are looked up by id that records do not hold.
    Raises KgError for an input that cannot be read, for any bad record of ``records``, and when no paper was found.
    """
    from kg.extract import extract, pipeline_version  # spaCy takes a second to import

    _check_base(base)
    began = time.monotonic()
    pipeline = pipeline_version()
    doubt = _raise if strict else warn
    inputs = list(input_files(inputs, doubt)) if inputs or not records else []
    for path in inputs:
        kg.read.recognise(path)  # before anything is made for a graph
    directory = GraphDirectory(graph)
    with directory.building() as db:
        corrected = _corrections(corrections, directory)
        given = without_record = 0
        if records is None:
            files = inputs
            read = [path for path in _told(files, "reading", progress) if _read(path, db, strict, warn)]
        else:
            if not records.exists():
                raise KgError(f"{records}: no such file; to write the records of a build, there is --save-records")
            files = read = [records]
            given, without_record = _take_records(records, inputs, db, doubt)
        papers = db.merge_papers()
        if not papers:
            raise KgError(f"{files[0]}: no paper was found in the input; nothing was built")
        missing = list(db.missing(pipeline))
        extracted = _extract_all(missing, db, extract, jobs, progress)

        linker = Linker(known(), corrected.rules(shipped()))
        corrector = Corrector(corrected, linker, (r.above(min_score) for r in db.extractions(pipeline)))

        def probable() -> Iterator[Extraction]:
            return (corrector.correct(record).above(min_score) for record in db.extractions(pipeline))

        directory.keep_corrections(corrected.content)
        if save_records is not None:
            write_records(probable(), save_records)
        told = f"{db.digest(pipeline)} {base} {min_score} {graph_version()} {corrected.digest}"
        digest = hashlib.sha256(told.encode()).hexdigest()
        built = directory.manifest()
        unchanged = built.get("digest") == digest and directory.serves(built.get("generation"))
        if not unchanged:
            loading = _Counter(quads(probable, linker, base, corrector.matched), progress)

            def manifest() -> dict[str, Any]:
                return {
                    "version": version("paper-kg"),
                    "pipeline": pipeline,
                    "base": base,
                    "digest": digest,
                    "inputs": db.file_hashes(),
                    "papers": papers,
                    "entities": len(loading.things),
                    "quads": loading.count,
                    "unmatched": [f"line {line}: {what}" for line, what in corrector.unmatched()],
                    "seconds": round(time.monotonic() - began, 1),
                }

            directory.publish(loading, manifest)
            built = directory.manifest()
        outdone = db.outdone(records) if records else 0
        joined = db.readings() - papers
        skipped = sum(db.skipped(path) for path in files)
    return BuildReport(
        files=len(files),
        files_read=len(read),
        papers=papers,
        extracted=extracted,
        skipped=skipped,
        entities=built.get("entities", 0),
        quads=built.get("quads", 0),
        generation=built.get("generation", 0),
        seconds=time.monotonic() - began,
        unchanged=unchanged,
        given=given,
        joined=joined,
        outdone=outdone,
        without_record=without_record,
        corrections=len(list(corrected.decided())),
        undecided=len(corrected.undecided()),
        unmatched=tuple(f"{corrected.source}, {told}" for told in built.get("unmatched", ())),
    )


def _raise(error: KgError) -> None:
    raise error


def _check_base(base: str) -> None:
    """Raises UsageError for a base that makes no IRIs, or whose IRIs would run into their own ends."""
    try:
        NamedNode(base)
    except ValueError as error:
        raise UsageError(f"the base '{base}' is no IRI ({error})") from error
    if not base.endswith(("/", "#")):
        raise UsageError(f"the base '{base}' must end in / or #: the names of things follow it")


def input_files(inputs: Sequence[Path], skip: Callable[[KgError], None]) -> Iterator[Path]:
    """The files that the inputs name, each once; a directory stands for its files, by name, less the hidden ones.

    A directory's file of no known format is handed to ``skip``. Raises KgError for an input that does not exist, and
    when no file is left.
    """
    seen = set()
    for path in inputs:
        if not path.exists():
            raise KgError(f"{path}: no such file or directory")
        for file in sorted(p for p in path.iterdir() if p.is_file() and p.name[0] != ".") if path.is_dir() else [path]:
            if file.resolve() in seen or (path.is_dir() and not _recognised(file, skip)):
                continue
            seen.add(file.resolve())
            yield file
    if not seen:
        raise KgError(f"{inputs[0] if inputs else 'input'}: no file to read there")


def _recognised(path: Path, skip: Callable[[KgError], None]) -> bool:
    """Whether a file is of a known format; if not, ``skip`` gets to know why."""
    try:
        kg.read.recognise(path)
    except KgError as error:
        skip(error)
        return False
    return True


def _corrections(given: Path | None, directory: GraphDirectory) -> Corrections:
    """The corrections that are given, else those that the graph directory keeps."""
    if given is None and not directory.corrections.exists():
        return Corrections()
    return Corrections.load(given or directory.corrections)


def write_records(records: Iterable[Extraction], target: Path) -> int:
    """Writes records as JSON Lines, whole or not at all; returns how many. A directory gets ``records.jsonl``."""
    if target.is_dir():
        target = target / "records.jsonl"
    temporary = target.with_name(target.name + ".tmp")
    count = 0
    try:
        with temporary.open("w", encoding="utf8") as out:
            for record in records:
                out.write(record.model_dump_json() + "\n")
                count += 1
        os.replace(temporary, target)
    except OSError as error:
        raise KgError(f"{target}: cannot be written ({error.strerror})") from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return count


def _told(items: Sequence[Path], stage: str, progress: Progress) -> Iterator[Path]:
    for number, item in enumerate(items, start=1):
        yield item
        progress(stage, number, len(items))


def _hash(path: Path) -> str:
    """The SHA-256 of a file's content. Raises KgError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise KgError(f"{path}: cannot be read ({error.strerror})") from error


def _take_records(
    path: Path, corpus: Iterable[Path], db: RecordsDb, doubt: Callable[[KgError], None]
) -> tuple[int, int]:
    """Takes the records of a file in the place of extraction; returns how many, and of how many papers it has none."""
    papers = [paper for file in corpus for paper in kg.read.open(file, doubt)]
    paired = set()

    def records() -> Iterator[Extraction]:
        for record in read_records(path, papers, doubtful=doubt):
            if record.paper is not None:
                paired.add(record.paper.text)
            yield record
        if not paired:
            raise KgError(f"{path}: holds no record; nothing was built")

    count = db.put_records(path, _hash(path), records())
    return count, sum(paper.text not in paired for paper in papers)


def _read(path: Path, db: RecordsDb, strict: bool, warn: Callable[[KgError], None]) -> bool:
    """Reads a file that is new or changed into the records; returns whether it was read."""
    digest = _hash(path)
    if db.file_hash(path) == digest and not (strict and db.skipped(path)):
        return False
    bad: list[KgError] = []

    def skip(error: KgError) -> None:
        if strict:
            raise error
        bad.append(error)
        warn(error)

    db.put_file(path, digest, kg.read.open(path, skip), lambda: len(bad))
    return True


def _extract_all(
    papers: list[Paper],
    db: RecordsDb,
    extract: Callable[[Iterable[Paper]], Iterator[Extraction]],
    jobs: int,
    progress: Progress,
) -> int:
    """Extracts the papers and keeps each finished batch at once."""
    done = 0
    batches = list(_batches(papers))
    if jobs > 1 and len(batches) > 1:
        finished = _from_workers(batches, min(jobs, len(batches)))
    else:
        finished = (list(extract(batch)) for batch in batches)
    for records in finished:
        db.put_extractions(records)
        done += len(records)
        progress("extracting", done, len(papers))
    return done


def _from_workers(batches: list[list[Paper]], jobs: int) -> Iterator[list[Extraction]]:
    """The records of each batch, in order. Raises KgError when a worker was killed, as its batch would never come."""
    ignore_interrupt = (signal.SIGINT, signal.SIG_IGN)
    with multiprocessing.get_context("spawn").Pool(jobs, signal.signal, ignore_interrupt) as pool:
        workers = {process.pid for process in multiprocessing.active_children()}
        results = pool.imap(_extract_batch, batches)
        while True:
            try:
                yield results.next(timeout=_PATIENCE)
            except StopIteration:
                return
            except multiprocessing.TimeoutError:
                if not workers <= {process.pid for process in multiprocessing.active_children()}:
                    raise KgError(
                        "a process that extracts was killed, perhaps for want of memory; "
                        "build again with fewer --jobs: what was finished is kept"
                    ) from None


def _extract_batch(papers: list[Paper]) -> list[Extraction]:
    """What a worker process does."""
    from kg.extract import extract

    return list(extract(papers))


def _batches(papers: list[Paper]) -> Iterator[list[Paper]]:
    papers_left = iter(papers)
    while batch := list(islice(papers_left, _BATCH)):
        yield batch


class _Counter:
    """Quads on their way into the store, counted, and the things that papers mention in them."""

    def __init__(self, quads: Iterable[Quad], progress: Progress) -> None:
        self.count = 0
        self.things: set[NamedNode] = set()
        self._quads = quads
        self._progress = progress

    def __iter__(self) -> Iterator[Quad]:
        for quad in self._quads:
            self.count += 1
            if quad.predicate == _MENTIONS and isinstance(quad.object, NamedNode):
                self.things.add(quad.object)
            if self.count % 1000 == 0:
                self._progress("loading", self.count, None)
            yield quad
