"""The page: nothing to fetch, nothing to run but its own scripts, and honest about what it leaves out."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from kg.graph import BASE
from kg.graph.vocabulary import KG
from kg.records import KgError
from kg.view import write_page
from tests.written import fig, graph_of, plum, record


def page_of(store: Store, path: Path, focus: str | None = None, depth: int = 2) -> str:
    write_page(store, path / "page.html", focus, depth)
    return (path / "page.html").read_text(encoding="utf8")


def test_only_the_scripts_of_the_page_itself_may_run(tmp_path: Path) -> None:
    page = page_of(graph_of(plum(), fig()), tmp_path)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode("utf8")).digest()).decode() for script in scripts]
    assert policy.startswith("default-src 'none'")
    assert policy.partition("script-src ")[2].split() == [f"'sha256-{digest}'" for digest in hashes]


def test_the_only_address_is_the_link_of_the_paper(tmp_path: Path) -> None:
    page = page_of(graph_of(plum()), tmp_path)
    assert set(re.findall(r"https?://[^\"'\s\\<>]+", page)) == {"https://arxiv.org/abs/2699.00001"}
    assert not re.search(r"<(?:link|img|iframe)\b|<script[^>]|@import|url\((?!\"data:)", page)


def test_a_link_that_is_no_web_address_is_not_drawn(tmp_path: Path) -> None:
    store = graph_of(fig())
    (paper,) = (q.subject for q in store.quads_for_pattern(None, None, NamedNode(KG + "Paper")) if "id/" in str(q))
    store.add(Quad(paper, NamedNode(KG + "url"), NamedNode("javascript:alert(1)"), NamedNode(BASE)))
    assert "javascript:alert" not in page_of(store, tmp_path)


def test_the_page_shows_the_sentences_and_the_count(tmp_path: Path) -> None:
    page = page_of(graph_of(plum()), tmp_path)
    assert "We present PlumServe." in page
    assert "runsOn ×8" in page


def test_a_page_that_leaves_nodes_out_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.view.MOST_NODES", 3)
    assert "3 of 9 nodes, those with the most facts" in page_of(graph_of(plum(), fig()), tmp_path)


def test_a_focus_draws_what_stands_around_it(tmp_path: Path) -> None:
    page = page_of(graph_of(plum(), fig()), tmp_path, "H100", 1)
    assert "Around NVIDIA H100" in page
    assert "FigServe" in page
    assert "PearServe" not in page


@pytest.mark.parametrize(
    ("focus", "message"),
    [("NVIDIA", "nothing to draw around"), ("http://plum.example/", "nothing to draw"), ("PlumServ", "did you mean")],
)
def test_a_focus_that_cannot_be_drawn_is_told_so(tmp_path: Path, focus: str, message: str) -> None:
    with pytest.raises(KgError, match=message):
        page_of(graph_of(plum()), tmp_path, focus)


def test_a_graph_without_facts_has_an_empty_page(tmp_path: Path) -> None:
    assert "0 nodes" in page_of(Store(), tmp_path)
    assert "0 of 1 nodes" in page_of(graph_of(record()), tmp_path)
