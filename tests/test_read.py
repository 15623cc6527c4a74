"""Reading: what a user may rely on when giving files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.read
from kg.read.clean import clean_text
from kg.records import KgError, Paper
from tests.conftest import EXAMPLES

ABSTRACT = "We study how otters stack stones and find that flat stones come first. " * 4
HEAD = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\nMar 14\n\n"


def written(tmp_path: Path, content: str | bytes, name: str = "input.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf8"))
    return path


def test_a_page_with_blank_lines_gives_its_papers_and_no_furniture(tmp_path: Path) -> None:
    page = written(tmp_path, f"{HEAD}Otters\n\n{ABSTRACT}\n\nMar 15\n\nBeavers: A Survey\n\n{ABSTRACT}\n")
    assert [(p.title, p.source[0].position) for p in kg.read.open(page)] == [("Otters", 11), ("Beavers: A Survey", 17)]


def test_a_page_without_blank_lines_has_its_first_title_glued_to_a_button(tmp_path: Path) -> None:
    head = "Get trending papers in your email inbox!\nSubscribe"
    page = written(tmp_path, f"{head}Otters\n{ABSTRACT}\nBeavers\n{ABSTRACT}")
    assert [p.title for p in kg.read.open(page)] == ["Otters", "Beavers"]


def test_real_pages_give_exactly_their_papers(shared: Path) -> None:
    texts = {paper.text for page in (shared / "pages").glob("*.txt") for paper in kg.read.open(page)}
    with (shared / "corpus" / "dev.jsonl").open(encoding="utf8") as lines:
        expected = {f"{p['title']}\n{p['abstract']}" for p in map(json.loads, lines)}
    assert len(texts) == 325
    assert texts == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\x89PNG\0\0\x01", "binary"),
        (b"Get trending papers in your email inbox!\n\xff\xfe", "UTF-8"),
        (HEAD.encode(), "no paper"),
        (b'[\n  {"title": "Otters",\n   "abstract": "Otters swim."}\n]\n', "one object a line"),
        (b"Dear diary,\ntoday nothing happened.\n", "line 1"),
        (f"{HEAD}Otters\n\n{ABSTRACT}\n\n{ABSTRACT}\n".encode(), "line 15"),
    ],
)
def test_a_file_that_is_no_input_is_one_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(KgError, match=message) as error:
        list(kg.read.open(path))
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"title": "Otters", "abstr', "not valid JSON"),
        ("[1, 2]", "object"),
        ('{"title": "Otters"}', "abstract"),
        ('{"title": " ", "abstract": "x"}', "title"),
        ('{"title": 3, "abstract": "x"}', "title"),
        ('{"title": "T", "abstract": "' + "x" * 1_000_001 + '"}', "longer than"),
    ],
)
def test_a_bad_line_among_good_ones_is_skipped_and_named(tmp_path: Path, line: str, message: str) -> None:
    good = json.dumps({"id": 7, "title": "Otters", "abstract": ABSTRACT})
    path = written(tmp_path, f"{good}\n{line}\n{good.replace('Otters', 'Beavers')}\n")
    skipped: list[KgError] = []
    assert [p.title for p in kg.read.open(path, skipped.append)] == ["Otters", "Beavers"]
    assert [str(error).startswith(f"{path}, line 2:") for error in skipped] == [True]
    assert message in str(skipped[0])


def test_a_title_without_an_abstract_is_skipped_and_named(tmp_path: Path) -> None:
    page = written(tmp_path, f"{HEAD}Lonely Title\n\nOtters\n\n{ABSTRACT}\n\nAnother Lonely One\n")
    skipped: list[KgError] = []
    assert [p.title for p in kg.read.open(page, skipped.append)] == ["Otters"]
    assert ["line 11" in str(skipped[0]), "line 17" in str(skipped[1])] == [True, True]


@pytest.mark.parametrize(
    "abstract",
    [
        "word " * 40_000,
        "bell\x07 and\x00nul",
        "\ud800 alone",
        "אבגד مرحبا " * 20,
        "</script><img src=x onerror=alert(1)>",
    ],
)
def test_odd_text_is_read_with_its_offsets_unmoved(tmp_path: Path, abstract: str) -> None:
    path = written(tmp_path, json.dumps({"id": 1, "title": "Odd", "abstract": abstract}))
    (paper,) = kg.read.open(path)
    assert len(paper.abstract) == len(abstract)
    paper.model_dump_json().encode("utf8")


@given(st.text(alphabet=st.characters(codec=None), min_size=1))
def test_cleaning_keeps_the_length_and_gives_writable_text(text: str) -> None:
    assert len(clean_text(text)) == len(text)
    clean_text(text).encode("utf8")


@given(
    st.builds(
        Paper,
        id=st.integers() | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
        title=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
        abstract=st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1).filter(
            lambda text: clean_text(text).strip() != ""
        ),
        authors=st.lists(st.text(st.characters(min_codepoint=65, max_codepoint=90)), max_size=2).map(tuple),
    )
)
def test_a_paper_written_as_json_lines_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, paper: Paper
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "papers.jsonl"
    path.write_text(paper.model_dump_json(exclude={"source"}) + "\n", encoding="utf8")
    (read,) = kg.read.open(path)
    cleaned = paper.model_copy(update={"abstract": clean_text(paper.abstract), "source": read.source})
    assert read == cleaned


@pytest.mark.parametrize(
    ("id", "arxiv_id"),
    [
        ("2612.99999v2", "2612.99999"),
        ("cs.LG/0601001", "cs.LG/0601001"),
        ("7", None),
        ("1234.5678", None),
        ("acl/1234567", None),
    ],
)
def test_an_identifier_in_the_form_of_arxivs_is_one(tmp_path: Path, id: str, arxiv_id: str | None) -> None:
    line = json.dumps({"id": id, "title": "A", "abstract": "x"})
    (paper,) = kg.read.open(written(tmp_path, line))
    assert paper.arxiv_id == arxiv_id


def test_versions_of_an_arxiv_paper_are_one_paper(tmp_path: Path) -> None:
    lines = [
        {"title": t, "abstract": "x", "arxiv_id": a} for t, a in (("A", "2699.00001v2"), ("B", "arXiv:2699.00001"))
    ]
    path = written(tmp_path, "\n".join(map(json.dumps, lines)))
    assert {paper.key for paper in kg.read.open(path)} == {"2699.00001"}


def test_the_examples_hold_twenty_five_papers() -> None:
    keys = {
        p.key for name in ("papers.txt", "papers-compact.txt", "papers.jsonl") for p in kg.read.open(EXAMPLES / name)
    }
    assert len(keys) == 25
