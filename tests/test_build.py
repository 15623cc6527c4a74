"""Building: what stays, what is done again, and what a reader may see meanwhile."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.build import build
from kg.export import export
from kg.records import KgError
from kg.store import GraphDirectory
from tests.conftest import INPUTS


def quads_of(directory: Path, out: Path) -> bytes:
    (path,) = export(GraphDirectory(directory).store(), ["nq"], out)
    return path.read_bytes()


def papers_file(path: Path, titles: list[str], abstract: str = "We present {title}Net, a model.") -> Path:
    lines = [{"title": title, "abstract": abstract.format(title=title)} for title in titles]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf8")
    return path


def test_a_file_that_is_no_input_leaves_no_graph_directory(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(KgError, match="empty"):
        build([tmp_path / "empty.txt"], tmp_path / "graph")
    assert not (tmp_path / "graph").exists()


def test_building_again_extracts_nothing_and_says_so(tmp_path: Path) -> None:
    first = build(INPUTS, tmp_path / "graph")
    again = build(INPUTS, tmp_path / "graph")
    assert (first.papers, first.extracted, first.unchanged) == (25, 25, False)
    assert (again.papers, again.extracted, again.unchanged) == (25, 0, True)
    assert again.generation == first.generation


def test_the_graph_is_the_same_for_any_order_of_inputs_and_number_of_jobs(tmp_path: Path) -> None:
    build(INPUTS, tmp_path / "a")
    build(INPUTS[::-1], tmp_path / "b", jobs=2)
    assert quads_of(tmp_path / "a", tmp_path / "a-out") == quads_of(tmp_path / "b", tmp_path / "b-out")


def test_jobs_share_the_work_without_changing_it(tmp_path: Path) -> None:
    many = papers_file(tmp_path / "many.jsonl", [f"Plum{n}" for n in range(70)])
    build([many], tmp_path / "one")
    report = build([many], tmp_path / "two", jobs=2)
    assert report.extracted == 70
    assert quads_of(tmp_path / "one", tmp_path / "x") == quads_of(tmp_path / "two", tmp_path / "y")


def test_a_new_file_adds_only_its_own_papers(tmp_path: Path) -> None:
    build([papers_file(tmp_path / "a.jsonl", ["Plum", "Pear"])], tmp_path / "graph")
    report = build([papers_file(tmp_path / "b.jsonl", ["Pear", "Fig"])], tmp_path / "graph")
    assert (report.papers, report.extracted) == (3, 1)


def test_a_changed_file_replaces_what_it_gave(tmp_path: Path) -> None:
    build([papers_file(tmp_path / "a.jsonl", ["Plum", "Pear"])], tmp_path / "graph")
    report = build([papers_file(tmp_path / "a.jsonl", ["Pear"])], tmp_path / "graph")
    assert (report.papers, report.extracted) == (1, 0)


def test_a_paper_on_two_pages_is_one_paper_with_both_sources(example_graph: Path) -> None:
    rows = (
        GraphDirectory(example_graph)
        .store()
        .query(
            "PREFIX kg: <https://w3id.org/paper-kg/ontology#> SELECT ?s { ?p kg:source ?s ; "
            "kg:introduces <https://w3id.org/paper-kg/id/system/tideserve> } ORDER BY ?s",
            use_default_graph_as_union=True,
        )
    )
    assert [row["s"].value.split(":")[0] for row in rows] == ["papers-compact.txt", "papers.txt"]


def test_records_can_be_written_beside_the_graph(tmp_path: Path) -> None:
    build(INPUTS, tmp_path / "graph", save_records=tmp_path / "records.jsonl")
    assert len((tmp_path / "records.jsonl").read_text(encoding="utf8").splitlines()) == 25


def test_a_bad_record_is_skipped_and_counted_or_with_strict_an_error(tmp_path: Path) -> None:
    path = papers_file(tmp_path / "a.jsonl", ["Plum"])
    path.write_text(path.read_text() + '\n{"title": "Cut', encoding="utf8")
    warned: list[KgError] = []
    assert build([path], tmp_path / "graph", warn=warned.append).skipped == 1
    assert "a.jsonl, line 2" in str(warned[0])
    with pytest.raises(KgError, match=r"a\.jsonl, line 2"):
        build([path], tmp_path / "strict", strict=True)


def test_a_failed_build_leaves_the_graph_as_it_was(tmp_path: Path) -> None:
    build(INPUTS, tmp_path / "graph")
    before = quads_of(tmp_path / "graph", tmp_path / "out")
    (tmp_path / "binary").write_bytes(b"\0\1")
    with pytest.raises(KgError, match="binary"):
        build([tmp_path / "binary"], tmp_path / "graph")
    assert quads_of(tmp_path / "graph", tmp_path / "out") == before


def test_odd_text_does_not_damage_the_graph(tmp_path: Path) -> None:
    texts = ["</script><img src=x onerror=alert(1)>", "bell \x07 \ud800 end", "אבגד مرحبا", "a\u2028b \ufffe c " * 2000]
    lines = [json.dumps({"title": f"{text[:60]} {n}", "abstract": text}) for n, text in enumerate(texts)]
    (tmp_path / "odd.jsonl").write_text("\n".join(lines), encoding="utf8")
    assert build([tmp_path / "odd.jsonl"], tmp_path / "graph").papers == 4
    files = export(GraphDirectory(tmp_path / "graph").store(), ["nq", "rdfxml", "graphml", "html"], tmp_path / "out")
    assert [path.stat().st_size > 0 for path in files] == [True] * 4


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"nowhere\.txt"):
        build([tmp_path / "nowhere.txt"], tmp_path / "graph")


def test_a_second_build_at_once_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    with (tmp_path / "graph" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(KgError, match="another build"):
            build(INPUTS, tmp_path / "graph")


def test_a_damaged_record_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "records.db").write_bytes(b"not a database at all" * 99)
    with pytest.raises(KgError, match=r"records\.db"):
        build(INPUTS, tmp_path / "graph")


def test_a_directory_without_a_graph_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="kg build"):
        GraphDirectory(tmp_path).store()


def test_builds_killed_at_any_moment_leave_a_graph_that_answers(tmp_path: Path) -> None:
    graph = tmp_path / "graph"
    build(INPUTS, graph)
    before = quads_of(graph, tmp_path / "out")
    moments = random.Random(5)
    command = [sys.executable, "-c", _BUILD, str(graph)]
    for n in range(10):
        more = papers_file(tmp_path / f"more-{n}.jsonl", [f"Plum{n} {i}" for i in range(120)])
        process = subprocess.Popen([*command, str(more)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.9))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        now = quads_of(graph, tmp_path / "out")
        assert len(now) >= len(before)
        before = now
    report = build(sorted(tmp_path.glob("more-*.jsonl")), graph)
    assert report.papers == 25 + 10 * 120
    assert not list((graph / "generations").glob("*.tmp"))


_BUILD = """
import sys
from pathlib import Path
import kg.extract
from kg.build import build
kg.extract.pipeline_version()
print("ready", flush=True)
build([Path(sys.argv[2])], Path(sys.argv[1]))
"""
