"""The commands as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES


def kg(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kg.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


COMMANDS = [
    *("build", "extract", "query", "queries", "show", "view", "export", "stats", "validate", "review", "evaluate"),
    *("serve", "rollback", "doctor", "publish"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = kg(command, "--help")
    assert done.returncode == 0
    assert f"kg {command}" in done.stdout.partition("Example")[2]


def test_the_version_is_told() -> None:
    done = kg("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "kg")


def test_results_go_to_standard_output_and_the_rest_to_standard_error(example_graph: Path) -> None:
    done = kg("query", "hardware-usage", "--format", "csv", "-g", example_graph)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "hardware,papers"


def test_a_query_may_come_from_standard_input(example_graph: Path) -> None:
    done = kg("query", "-", "--format", "json", "-g", example_graph, stdin="ASK { ?s ?p ?o }")
    assert json.loads(done.stdout)["boolean"] is True


def test_a_constructed_graph_is_written_as_triples(example_graph: Path) -> None:
    text = "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 3"
    done = kg("query", "-", "--format", "nt", "-g", example_graph, stdin=text)
    assert len(done.stdout.splitlines()) == 3


def test_extract_of_nothing_but_broken_lines_fails_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text('{"id": 1}\nplums\n')
    done = kg("extract", tmp_path / "papers.jsonl", "-o", tmp_path / "records.jsonl")
    assert done.returncode == 1
    assert "no paper was found" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "records.jsonl").exists()


def test_extract_writes_one_record_a_line(tmp_path: Path) -> None:
    done = kg("extract", EXAMPLES / "papers.jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["paper"]["id"] for record in records] == [record["id"] for record in records]
    assert all({"entities", "introduces", "results", "pipeline"} <= set(record) for record in records)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "nowhere.txt"], 1, "nowhere.txt"),
        (["query", "hardware-papers", "-g", "nowhere"], 1, "nowhere"),
        (["query", "x", "-p", "novalue"], 2, "name=value"),
        (["query", "x", "--format", "docx"], 2, "docx"),
        (["query", "nosuch"], 2, "nosuch"),
        (["build", str(EXAMPLES / "papers.jsonl"), "--base", "not an iri"], 2, "the base"),
        (["build", str(EXAMPLES / "papers.jsonl"), "--base", "http://plum.example/a"], 2, "must end in"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_a_failure_is_one_clear_line_and_an_exit_code(
    arguments: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = kg(*arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_of_a_query_and_an_export_has_its_own_exit_code(example_graph: Path, tmp_path: Path) -> None:
    assert kg("query", "hardware-papers", "-g", example_graph).returncode == 2
    assert kg("query", "hardware-papers", "-p", "device=A100", "-g", example_graph).returncode == 2
    assert kg("export", "docx", "-g", example_graph, "-o", tmp_path).returncode == 2
    assert kg("query", "hardware-papers", "-p", "hardware=Plum", "-g", example_graph).returncode == 1


def test_an_update_is_refused_as_one(example_graph: Path) -> None:
    done = kg("query", "-", "-g", example_graph, stdin="DELETE WHERE { ?s ?p ?o }")
    assert (done.returncode, "an update" in done.stderr) == (2, True)


def test_a_directory_is_read_but_for_hidden_files_and_those_of_no_known_format(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    line = json.dumps({"title": "PlumServe: Plums", "abstract": "We present PlumServe."})
    again = json.dumps({"title": "PlumServe: Plums", "abstract": "We present PlumServe, a server."})
    (papers / "a.jsonl").write_text(f"{line}\n{again}\n")
    (papers / ".DS_Store").write_bytes(b"\0\1")
    (papers / "x.png").write_bytes(b"\0PNG")
    done = kg("build", papers, "-g", tmp_path / "graph")
    assert done.returncode == 0
    assert "x.png: a binary file" in done.stderr
    assert "DS_Store" not in done.stderr
    assert "1 papers (1 records joined with others of the same paper) from 1 files" in done.stderr
    assert kg("build", papers, "-g", tmp_path / "other", "--strict").returncode == 1


def test_validate_says_that_a_graph_is_sound(example_graph: Path) -> None:
    done = kg("validate", "-g", example_graph)
    assert done.returncode == 0
    assert "no violation" in done.stderr
