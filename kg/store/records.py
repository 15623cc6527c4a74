"""``records.db``: the papers that were read and what was extracted from them, in SQLite."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pydantic import ValidationError

from kg.records import Extraction, KgError, Paper, title_key
from kg.store.identity import Reading, merge, same_papers

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
CREATE TABLE IF NOT EXISTS given (text_hash TEXT PRIMARY KEY, path TEXT NOT NULL, record TEXT NOT NULL);
"""
_TABLES = {"files", "sources", "papers", "extractions", "given"}
_NOT_OUR_FAULT = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
"""What the disk or its rights refuse; the records themselves are sound."""


class RecordsDb:
    """The records of a graph directory.

    A file that is read again replaces the papers that it gave before; the same paper in several
    files is one paper with all its sources. Every method raises KgError when the file is no such
    database, is damaged, or cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._explained():
            self._db = sqlite3.connect(path)
            self._check_own()
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Closes the database."""
        self._db.close()

    def file_hash(self, path: Path) -> str | None:
        """The hash of a file's content when it was last read, or None."""
        with self._explained():
            row = self._db.execute("SELECT sha256 FROM files WHERE path = ?", (str(path.resolve()),)).fetchone()
        return str(row[0]) if row else None

    def file_hashes(self) -> dict[str, str]:
        """The hash of every file that was read, by its resolved path."""
        with self._explained():
            return dict(self._db.execute("SELECT path, sha256 FROM files ORDER BY path"))

    def skipped(self, path: Path) -> int:
        """How many bad records were left out when a file was last read."""
        with self._explained():
            row = self._db.execute("SELECT skipped FROM files WHERE path = ?", (str(path.resolve()),)).fetchone()
        return int(row[0]) if row else 0

    def put_file(self, path: Path, sha256: str, papers: Iterable[Paper], skipped: Callable[[], int]) -> None:
        """Replaces what a file gave by these papers, all or nothing."""
        with self._explained(), self._db:
            self._replace(path, sha256, papers)
            self._db.execute("UPDATE files SET skipped = ? WHERE path = ?", (skipped(), str(path.resolve())))

    def put_records(self, path: Path, sha256: str, records: Iterable[Extraction]) -> int:
        """Replaces what a file gave by these records and their papers, all or nothing; returns how many there are.

        A given record stands in the place of extraction for the paper of its text, until a later one takes its place.
        """
        count = 0

        def papers() -> Iterator[Paper]:
            nonlocal count
            for record in records:
                if record.paper is None:
                    raise ValueError("a record is kept with its paper")
                count += 1
                self._db.execute(
                    "INSERT OR REPLACE INTO given VALUES (?, ?, ?)",
                    (text_hash(record.paper), str(path.resolve()), record.model_dump_json(exclude={"paper"})),
                )
                yield record.paper

        with self._explained(), self._db:
            self._replace(path, sha256, papers())
        return count

    def outdone(self, path: Path) -> int:
        """How many records that a file gave do not count, since their papers have a longer text from elsewhere."""
        with self._explained():
            (count,) = self._db.execute(
                "SELECT count(*) FROM given WHERE path = ? AND text_hash NOT IN (SELECT text_hash FROM papers)",
                (str(path.resolve()),),
            ).fetchone()
        return int(count)

    def readings(self) -> int:
        """How many times papers were read, the same paper from two places twice."""
        with self._explained():
            return int(self._db.execute("SELECT count(*) FROM sources").fetchone()[0])

    def _replace(self, path: Path, sha256: str, papers: Iterable[Paper]) -> None:
        """Replaces what a file gave by these papers, in the transaction under way."""
        place = str(path.resolve())
        self._db.execute("DELETE FROM sources WHERE path = ?", (place,))
        self._db.execute("DELETE FROM given WHERE path = ?", (place,))
        self._db.executemany(
            "INSERT INTO sources VALUES (?, ?, ?, ?)",
            ((place, n, title_key(paper.title), paper.model_dump_json()) for n, paper in enumerate(papers)),
        )
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, 0)", (place, path.name, sha256))

    def merge_papers(self) -> int:
        """Makes one paper of all sources of the same one; returns how many papers there are."""
        with self._explained(), self._db:
            self._db.execute("DELETE FROM papers")
            self._db.executemany("INSERT INTO papers VALUES (?, ?, ?)", self._merged())
            return int(self._db.execute("SELECT count(*) FROM papers").fetchone()[0])

    def _merged(self) -> Iterator[tuple[str, str, str]]:
        rows = self._db.execute(
            "SELECT rowid, title_key, json_extract(paper, '$.arxiv_id'), json_extract(paper, '$.doi') FROM sources"
        )
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS same (source INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        self._db.execute("DELETE FROM same")
        self._db.executemany("INSERT INTO same VALUES (?, ?)", same_papers(Reading(*row) for row in rows))
        grouped = self._db.execute(
            "SELECT name, paper FROM same JOIN sources ON source = sources.rowid ORDER BY name, paper"
        )
        for _, readings in groupby(grouped, key=itemgetter(0)):
            paper = merge([Paper.model_validate_json(text) for _, text in readings])
            yield paper.key, text_hash(paper), paper.model_dump_json()

    def missing(self, pipeline: str) -> Iterator[Paper]:
        """The papers without a given record that this version of the pipeline has not read yet, by key."""
        with self._explained():
            rows = self._db.execute(
                "SELECT paper FROM papers WHERE text_hash NOT IN (SELECT text_hash FROM given) AND NOT EXISTS "
                "(SELECT 1 FROM extractions e WHERE e.key = papers.key "
                "AND e.text_hash = papers.text_hash AND e.pipeline = ?) ORDER BY key",
                (pipeline,),
            ).fetchall()
            for row in rows:
                yield Paper.model_validate_json(row[0])

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
        with self._explained():
            rows = self._db.execute(
                "SELECT coalesce(g.record, e.record), p.paper FROM papers p "
                "LEFT JOIN given g ON g.text_hash = p.text_hash "
                "LEFT JOIN extractions e ON e.key = p.key AND e.text_hash = p.text_hash AND e.pipeline = ? "
                "WHERE coalesce(g.record, e.record) IS NOT NULL ORDER BY p.key",
                (pipeline,),
            )
            for record, paper in rows:
                told = Paper.model_validate_json(paper)
                yield Extraction.model_validate_json(record).model_copy(update={"paper": told, "id": told.id})

    def digest(self, pipeline: str) -> str:
        """A hash of all that a graph is made from."""
        total = hashlib.sha256(pipeline.encode())
        with self._explained():
            for key, paper, given in self._db.execute(
                "SELECT key, paper, coalesce(record, '') FROM papers p LEFT JOIN given g ON g.text_hash = p.text_hash "
                "ORDER BY key"
            ):
                total.update(f"{key}\n{paper}\n{given}".encode())
        return total.hexdigest()

    def check(self) -> None:
        """Reads the whole database. Raises KgError when it is damaged."""
        with self._explained():
            (verdict,) = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise self._damaged(verdict)

    def _check_own(self) -> None:
        """Raises KgError for a database of another program, before anything is written into it."""
        rows = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        others = sorted({name for (name,) in rows} - _TABLES)
        if others:
            raise KgError(f"{self.path}: a database of another program (it has a table '{others[0]}'); move it away")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_OUR_FAULT:
                raise KgError(f"{self.path}: cannot be read or written ({error}); what was finished is kept") from error
            raise self._damaged(str(error).partition(" with text ")[0]) from error
        except ValidationError as error:
            raise self._damaged(f"a record does not read as one: {error.errors()[0]['msg']}") from error

    def _damaged(self, reason: str) -> KgError:
        return KgError(f"{self.path}: damaged ({reason}); move it away and build again from your files")


def text_hash(paper: Paper) -> str:
    """A hash of the text that extraction reads."""
    return hashlib.sha256(paper.text.encode("utf8")).hexdigest()
