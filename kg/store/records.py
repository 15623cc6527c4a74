"""``records.db``: the papers that were read and what was extracted from them, in SQLite."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.records import Extraction, KgError, Paper, title_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, skipped INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sources (
    path TEXT NOT NULL, position INTEGER NOT NULL, title_key TEXT NOT NULL, paper TEXT NOT NULL,
    PRIMARY KEY (path, position)
);
CREATE INDEX IF NOT EXISTS sources_by_title ON sources (title_key);
CREATE TABLE IF NOT EXISTS papers (key TEXT PRIMARY KEY, text_hash TEXT NOT NULL, paper TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS extractions (
    key TEXT NOT NULL, text_hash TEXT NOT NULL, pipeline TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (key, text_hash, pipeline)
);
"""


class RecordsDb:
    """The records of a graph directory.

    A file that is read again replaces the papers that it gave before; the same paper in several
    files is one paper with all its sources. Raises KgError when the file is no such database.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._explained():
            self._db = sqlite3.connect(path)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Closes the database."""
        self._db.close()

    def file_hash(self, path: Path) -> str | None:
        """The hash of a file's content when it was last read, or None."""
        row = self._db.execute("SELECT sha256 FROM files WHERE path = ?", (str(path.resolve()),)).fetchone()
        return str(row[0]) if row else None

    def file_hashes(self) -> dict[str, str]:
        """The hash of every file that was read, by name."""
        return dict(self._db.execute("SELECT name, sha256 FROM files ORDER BY name, sha256"))

    def skipped(self, path: Path) -> int:
        """How many bad records were left out when a file was last read."""
        row = self._db.execute("SELECT skipped FROM files WHERE path = ?", (str(path.resolve()),)).fetchone()
        return int(row[0]) if row else 0

    def put_file(self, path: Path, sha256: str, papers: Iterable[Paper], skipped: Callable[[], int]) -> None:
        """Replaces what a file gave by these papers, all or nothing."""
        place = str(path.resolve())
        with self._explained(), self._db:
            self._db.execute("DELETE FROM sources WHERE path = ?", (place,))
            self._db.executemany(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)",
                (
                    (place, paper.source[0].position, title_key(paper.title), paper.model_dump_json())
                    for paper in papers
                ),
            )
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (place, path.name, sha256, skipped()))

    def merge_papers(self) -> int:
        """Makes one paper of all sources of the same one; returns how many papers there are."""
        with self._explained(), self._db:
            self._db.execute("DELETE FROM papers")
            self._db.executemany("INSERT OR REPLACE INTO papers VALUES (?, ?, ?)", self._merged())
        return int(self._db.execute("SELECT count(*) FROM papers").fetchone()[0])

    def _merged(self) -> Iterator[tuple[str, str, str]]:
        rows = self._db.execute("SELECT title_key, paper FROM sources ORDER BY title_key, paper").fetchall()
        same_title: list[Paper] = []
        title = ""
        groups: dict[str, list[Paper]] = {}
        for key, text in [*rows, ("", None)]:
            if key != title and same_title:
                for paper in merge_same_title(same_title):
                    groups.setdefault(paper.key, []).append(paper)
                same_title = []
            title = key
            if text is not None:
                same_title.append(Paper.model_validate_json(text))
        for key, papers in groups.items():
            paper = merge(papers)
            yield key, text_hash(paper), paper.model_dump_json()

    def missing(self, pipeline: str) -> Iterator[Paper]:
        """The papers that this version of the pipeline has not read yet, by key."""
        rows = self._db.execute(
            "SELECT paper FROM papers WHERE NOT EXISTS (SELECT 1 FROM extractions e WHERE e.key = papers.key "
            "AND e.text_hash = papers.text_hash AND e.pipeline = ?) ORDER BY key",
            (pipeline,),
        ).fetchall()
        return (Paper.model_validate_json(row[0]) for row in rows)

    def put_extractions(self, records: Iterable[Extraction]) -> None:
        """Keeps finished extractions, at once."""
        with self._explained(), self._db:
            for record in records:
                if record.paper is None:
                    raise ValueError("an extraction is kept with its paper")
                self._db.execute(
                    "INSERT OR REPLACE INTO extractions VALUES (?, ?, ?, ?)",
                    (
                        record.paper.key,
                        text_hash(record.paper),
                        record.pipeline,
                        record.model_dump_json(exclude={"paper"}),
                    ),
                )

    def extractions(self, pipeline: str) -> Iterator[Extraction]:
        """Every paper's record, with the paper, by key."""
        rows = self._db.execute(
            "SELECT e.record, p.paper FROM papers p JOIN extractions e ON e.key = p.key AND e.text_hash = p.text_hash "
            "AND e.pipeline = ? ORDER BY p.key",
            (pipeline,),
        )
        for record, paper in rows:
            told = Paper.model_validate_json(paper)
            yield Extraction.model_validate_json(record).model_copy(update={"paper": told, "id": told.id})

    def digest(self, pipeline: str) -> str:
        """A hash of all that a graph is made from."""
        total = hashlib.sha256(pipeline.encode())
        for key, paper in self._db.execute("SELECT key, paper FROM papers ORDER BY key"):
            total.update(f"{key}\n{paper}\n".encode())
        return total.hexdigest()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise KgError(f"{self.path}: {error}; if it is damaged, remove it and build again") from error


def text_hash(paper: Paper) -> str:
    """A hash of the text that extraction reads."""
    return hashlib.sha256(paper.text.encode("utf8")).hexdigest()


def merge_same_title(papers: list[Paper]) -> list[Paper]:
    """One paper for each identifier among papers of one title; those without one join the only one there is."""
    by_identifier: dict[str, list[Paper]] = {}
    for paper in papers:
        by_identifier.setdefault(paper.arxiv_id or paper.doi or "", []).append(paper)
    loose = by_identifier.pop("", [])
    named = [merge(group) for _, group in sorted(by_identifier.items())]
    if not loose:
        return named
    if len(named) == 1:
        return [merge([*named, *loose])]
    return [*named, merge(loose)]


def merge(papers: list[Paper]) -> Paper:
    """One paper of several readings of it, whatever their order: the longest abstract, all sources.

    >>> a, b = Paper(id=2, title="T", abstract="short"), Paper(id=1, title="T", abstract="longer", date="2024")
    >>> merge([a, b]) == merge([b, a]), merge([a, b]).abstract, merge([a, b]).date
    (True, 'longer', '2024')
    """
    best = max(papers, key=lambda p: (len(p.abstract), p.abstract, p.title, str(p.id)))
    own = sorted((p for p in papers if p.id != title_key(p.title)), key=lambda p: str(p.id))
    return best.model_copy(
        update={
            "id": own[0].id if own else best.id,
            "authors": max(papers, key=lambda p: (len(p.authors), p.authors)).authors,
            "date": min((p.date for p in papers if p.date), default=None),
            "urls": tuple(sorted({url for p in papers for url in p.urls})),
            "arxiv_id": min((p.arxiv_id for p in papers if p.arxiv_id), default=None),
            "doi": min((p.doi for p in papers if p.doi), default=None),
            "source": tuple(sorted({s for p in papers for s in p.source}, key=lambda s: (s.file, s.position))),
        }
    )
