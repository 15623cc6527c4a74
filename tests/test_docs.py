"""What the documents show is what the program does."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from kg.store import GraphDirectory
from tests.conftest import ROOT
from tests.test_cli import kg

README = (ROOT / "README.md").read_text(encoding="utf8")
EXAMPLES = re.findall(r"```console\n\$ kg ([^\n]+)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_a_query_of_the_readme_gives_the_answer_shown(command: str, answer: str, example_graph: Path) -> None:
    done = kg(*shlex.split(command), "-g", example_graph)
    shown = [line.rstrip() for line in done.stdout.splitlines()]
    assert "\n".join(shown).strip() == answer.strip()


def test_the_readme_answers_five_questions() -> None:
    assert len(EXAMPLES) >= 5


def test_the_committed_turtle_is_the_graph_of_the_examples(example_graph: Path, tmp_path: Path) -> None:
    assert kg("export", "ttl", "-o", tmp_path, "-g", example_graph).returncode == 0
    assert (tmp_path / "graph.ttl").read_bytes() == (ROOT / "exports" / "graph.ttl").read_bytes()


def test_the_page_of_queries_shows_what_they_answer(example_graph: Path) -> None:
    spec = importlib.util.spec_from_file_location("queries_page", ROOT / "docs" / "queries.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    told = script.page(GraphDirectory(example_graph).store())
    assert told == (ROOT / "docs" / "queries.md").read_text(encoding="utf8"), "python docs/queries.py writes it"


def test_there_are_thirty_named_queries_each_with_an_answer() -> None:
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf8")
    examples = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert len(examples) >= 30
    assert [example.splitlines()[0] for example in examples if example.count("\n| ") < 3] == []
