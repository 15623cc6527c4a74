"""Paths and graphs that several tests share."""

from __future__ import annotations

import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from pyoxigraph import Store

from kg.build import build
from kg.query import NamedQuery
from kg.store import GraphDirectory

settings.register_profile("kg", deadline=None)  # machines are noisy: no test is about time
settings.load_profile("kg")

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
INPUTS = [EXAMPLES / name for name in ("papers.txt", "papers-compact.txt", "papers.jsonl")]


def values_of_example(query: NamedQuery) -> dict[str, str]:
    """The parameters that the example in a query's header gives."""
    given = [word for option, word in pairwise(shlex.split(query.example)) if option == "-p"]
    return dict(word.split("=", 1) for word in given)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real pages and annotations, where they lie beside the checkout."""
    place = ROOT.parent / "shared"
    if not place.is_dir():
        pytest.skip("needs the real pages and annotations beside the checkout")
    return place


@pytest.fixture(scope="session")
def example_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph directory of the example papers."""
    directory = tmp_path_factory.mktemp("example") / "graph"
    build(INPUTS, directory)
    return directory


@pytest.fixture(scope="session")
def store(example_graph: Path) -> Store:
    """The example graph, read-only."""
    return GraphDirectory(example_graph).store()
