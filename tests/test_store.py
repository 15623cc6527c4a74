"""The graph directory: what is one paper, what a reader sees, what damage is told how."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg.records import Extraction, KgError, Paper, Source, title_key
from kg.store import GraphDirectory, RecordsDb
from kg.store.identity import Reading, merge, same_papers


def paper(title: str, abstract: str = "We stack stones.", **told: Any) -> Paper:
    return Paper(id=told.pop("id", title_key(title)), title=title, abstract=abstract, **told)


def put(db: RecordsDb, name: str, *papers: Paper, sha256: str = "1") -> None:
    """Keeps papers as if a file had given them."""
    placed = [p.model_copy(update={"source": (Source(file=name, position=n),)}) for n, p in enumerate(papers, start=1)]
    db.put_file(Path(name), sha256, placed, lambda: 0)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[RecordsDb]:
    records = RecordsDb(tmp_path / "records.db")
    yield records
    records.close()


def merged(db: RecordsDb) -> list[Paper]:
    db.merge_papers()
    return list(db.missing("test"))


def test_a_paper_in_several_files_is_one_with_the_longest_abstract_and_all_sources(db: RecordsDb) -> None:
    put(db, "a.txt", paper("On Otters"))
    put(db, "b.jsonl", paper("On otters.", "We stack many stones.", id=7, urls=("https://otters.example",)))
    (one,) = merged(db)
    assert (one.id, one.abstract, one.urls) == (7, "We stack many stones.", ("https://otters.example",))
    assert [source.file for source in one.source] == ["a.txt", "b.jsonl"]


@pytest.mark.parametrize(
    ("papers", "keys"),
    [
        ([paper("A", arxiv_id="1"), paper("B", arxiv_id="1")], ["1"]),
        ([paper("A", arxiv_id="1", doi="10.1/x"), paper("B", doi="10.1/x")], ["1"]),
        ([paper("A", arxiv_id="1"), paper("A", doi="10.1/x"), paper("A")], ["1"]),
        ([paper("A", arxiv_id="1"), paper("B", arxiv_id="1"), paper("B", doi="10.1/x")], ["1"]),
        ([paper("A", arxiv_id="1"), paper("A", arxiv_id="2"), paper("A")], ["1", "2", title_key("A")]),
        ([paper("A", doi="10.1/x"), paper("A", doi="10.1/y")], ["10.1/x", "10.1/y"]),
        ([paper("A", arxiv_id="10.1/x"), paper("B", doi="10.1/x")], ["10.1/x"]),
        ([paper("A"), paper("B")], sorted([title_key("A"), title_key("B")])),
    ],
)
def test_papers_are_one_by_identifier_or_by_title_but_for_a_conflict(
    db: RecordsDb, papers: list[Paper], keys: list[str]
) -> None:
    put(db, "a.jsonl", *papers)
    assert [p.key for p in merged(db)] == keys


_NAMES = st.none() | st.sampled_from("12")
_READ = st.builds(
    lambda title, arxiv, doi, abstract, id: paper(title, abstract, arxiv_id=arxiv, doi=doi and f"d{doi}", id=id),
    st.sampled_from("ABC"),
    _NAMES,
    _NAMES,
    st.sampled_from(["x", "yy", "zz"]),
    st.sampled_from([1, "1", 2]),
)


@given(st.lists(_READ, max_size=8).flatmap(lambda papers: st.tuples(st.just(papers), st.permutations(papers))))
def test_what_is_one_paper_does_not_depend_on_the_order_of_reading(orders: tuple[list[Paper], list[Paper]]) -> None:
    def together(papers: list[Paper]) -> list[str]:
        readings = [Reading(n, title_key(p.title), p.arxiv_id, p.doi) for n, p in enumerate(papers)]
        rows = sorted(same_papers(readings), key=lambda row: row[1])
        groups = [[papers[n] for n, _ in group] for _, group in groupby(rows, key=lambda row: row[1])]
        ones = [merge(group) for group in groups]
        assert len({one.key for one in ones}) == len(ones)
        return sorted(one.model_dump_json() for one in ones)

    one, other = orders
    assert together(one) == together(other)


def test_a_file_that_is_read_again_replaces_its_papers_or_leaves_them_whole(db: RecordsDb) -> None:
    put(db, "a.txt", paper("A"), paper("B"))
    put(db, "a.txt", paper("B"), sha256="2")
    assert [p.title for p in merged(db)] == ["B"]

    def breaks_off() -> Iterator[Paper]:
        yield paper("C", source=(Source(file="a.txt", position=1),))
        raise KgError("a.txt, line 2: no")

    with pytest.raises(KgError, match="line 2: no"):
        db.put_file(Path("a.txt"), "3", breaks_off(), lambda: 0)
    assert ([p.title for p in merged(db)], db.file_hash(Path("a.txt"))) == (["B"], "2")


def test_an_extraction_is_missing_for_a_new_text_or_a_new_pipeline_only(db: RecordsDb) -> None:
    put(db, "a.txt", paper("A"))
    db.put_extractions([Extraction(id=p.id, paper=p, pipeline="1") for p in merged(db)])
    assert [list(db.missing(version)) for version in ("1", "2")] == [[], merged(db)]
    assert [record.paper for record in db.extractions("1")] == merged(db)
    put(db, "a.txt", paper("A", "We stack stones again."), sha256="2")
    db.merge_papers()
    assert len(list(db.missing("1"))) == 1


def test_a_database_of_another_program_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(KgError, match=r"records\.db: a database of another program.*'bookmarks'"):
        RecordsDb(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"not a database at all" * 99)
    with pytest.raises(KgError, match=r"records\.db: damaged"):
        RecordsDb(tmp_path / "records.db")


@pytest.mark.parametrize("at", range(4096, 65536, 4096))
def test_a_database_damaged_anywhere_is_an_error_or_answers(tmp_path: Path, at: int) -> None:
    path = tmp_path / "records.db"
    db = RecordsDb(path)
    put(db, "a.txt", *(paper(f"On Otters {n}", "We stack stones. " * 30) for n in range(60)))
    db.put_extractions([Extraction(id=p.id, paper=p, pipeline="1") for p in merged(db)])
    db.close()
    content = bytearray(path.read_bytes())
    content[at : at + 2048] = b"\xff{" * 1024
    path.write_bytes(content)
    said = ""
    try:
        db = RecordsDb(path)
        db.file_hash(Path("a.txt"))
        db.merge_papers()
        list(db.missing("2"))
        list(db.extractions("1"))
        db.digest("1")
    except KgError as error:
        said = str(error)
    assert not said or said.startswith(str(path))
    assert "\ufffd" not in said


def facts(*values: str) -> list[Quad]:
    subject, predicate = NamedNode("http://x.example/s"), NamedNode("http://x.example/p")
    return [Quad(subject, predicate, Literal(value)) for value in values]


def published(directory: GraphDirectory, *values: str) -> int:
    with directory.building():
        return directory.publish(facts(*values), lambda: {"values": list(values)})


def answers(directory: GraphDirectory) -> list[str]:
    return sorted(quad.object.value for quad in directory.store())


def test_publishing_keeps_the_generation_before_and_removes_older_ones(tmp_path: Path) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    assert [published(directory, value) for value in "abc"] == [1, 2, 3]
    assert sorted(place.name for place in directory.generations.iterdir()) == ["2", "3"]
    assert os.readlink(directory.link) == "generations/3"
    assert (answers(directory), directory.manifest()["generation"]) == (["c"], 3)


def test_a_reader_keeps_its_generation_while_another_is_published(tmp_path: Path) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")
    reader = directory.store()
    published(directory, "b")
    assert [quad.object.value for quad in reader] == ["a"]


class Killed(BaseException):
    """Stands for a process that ends here."""


@pytest.mark.parametrize("step", range(3))
def test_publishing_cut_short_before_any_rename_leaves_the_graph_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")
    renames = iter(range(3))

    def replace(source: Path, target: Path) -> None:
        if next(renames) == step:
            raise Killed
        os.rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(Killed):
            published(directory, "b")
    assert answers(directory) == ["a"]
    assert published(directory, "c") == 2
    assert answers(directory) == ["c"]
    assert sorted(place.name for place in directory.generations.iterdir()) == ["1", "2"]
    assert not list(directory.path.glob("*.tmp"))


def test_what_dead_builds_left_is_cleared(tmp_path: Path) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")
    for name in ("2.tmp", "2", "9"):
        (directory.generations / name).mkdir()
    (directory.path / "current.tmp").symlink_to("generations/9")
    assert published(directory, "b") == 2
    assert sorted(place.name for place in directory.generations.iterdir()) == ["1", "2"]


def test_quads_that_break_off_leave_the_graph_as_it_was(tmp_path: Path) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")

    def breaks_off() -> Iterator[Quad]:
        yield from facts("b")
        raise KgError("records.db: damaged")

    with pytest.raises(KgError, match="damaged"), directory.building():
        directory.publish(breaks_off(), dict)
    assert answers(directory) == ["a"]
    assert [place.name for place in directory.generations.iterdir()] == ["1"]


def test_a_damaged_generation_is_named_and_does_not_serve(tmp_path: Path) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")
    assert directory.serves(1)
    for file in (directory.generations / "1").iterdir():
        file.write_bytes(b"junk")
    with pytest.raises(KgError, match=r"generations/1: cannot be opened"):
        directory.store()
    assert not directory.serves(1)


@pytest.mark.parametrize("target", ["generations/elsewhere", "/nowhere", "generations/77"])
def test_a_link_that_leads_nowhere_is_no_graph_and_can_be_built_over(tmp_path: Path, target: str) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")
    (directory.generations / "elsewhere").mkdir()
    directory.link.unlink()
    directory.link.symlink_to(target)
    with pytest.raises(KgError, match="no graph here"):
        directory.store()
    published(directory, "b")
    assert answers(directory) == ["b"]


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff\xfe", b'{"generation": '])
def test_a_damaged_manifest_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "build.json").write_bytes(content)
    assert GraphDirectory(tmp_path).manifest() == {}


def test_a_place_that_cannot_hold_a_graph_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "graph"):
        with pytest.raises(KgError, match="cannot be written"), GraphDirectory(place).building():
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
@pytest.mark.parametrize(("limit", "message"), [(2_000, "records.db"), (200_000, "generations/2")])
def test_a_disk_without_room_is_an_error_and_the_last_graph_serves(tmp_path: Path, limit: int, message: str) -> None:
    directory = GraphDirectory(tmp_path / "graph")
    published(directory, "a")
    done = subprocess.run(
        [sys.executable, "-c", _PUBLISH_LIMITED, str(directory.path), str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert message in json.loads(done.stdout)
    assert answers(directory) == ["a"]
    shutil.rmtree(directory.path)


_PUBLISH_LIMITED = """
import json, resource, signal, sys
from pyoxigraph import Literal, NamedNode, Quad
from kg.records import KgError
from kg.store import GraphDirectory
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
directory = GraphDirectory(sys.argv[1])
node = NamedNode("http://x.example/s")
try:
    with directory.building():
        directory.publish((Quad(node, node, Literal("v" * 50 + str(n))) for n in range(50_000)), dict)
except KgError as error:
    print(json.dumps(str(error)))
"""
