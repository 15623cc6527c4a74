"""What the documents show is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

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
