"""Whatever text comes in: extraction ends, in linear time, and says only what stands in the text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.read
from kg.extract import extract
from kg.extract.pipeline import rules
from kg.extract.quantities import find_quantities
from kg.extract.urls import find_urls
from kg.records import Extraction, KgError, Paper
from kg.sparql import outline

LINEAR = 7
"""A text of 4 times the length may take so many times as long; quadratic time would take 16 times."""
INSTANT = 0.02
"""Seconds that are too short to compare."""


def drawn(alphabet: str, size: int) -> str:
    return "".join(random.Random(size).choices(alphabet, k=size))


def numbered(form: str, size: int) -> str:
    """Phrases that differ, each with a number of its own."""
    return " ".join(form.format(n) for n in range(size // (len(form) + 2)))[:size]


SHAPES: dict[str, Callable[[int], str]] = {
    "bytes": lambda n: random.Random(n).randbytes(n).decode("utf8", "replace")[:n],
    "punctuation": lambda n: drawn("!\"#$%&'*+,-./:;=?@\\^_`|~ ", n),
    "digits and units": lambda n: drawn("0123456789 %xsGBmMT.,$-~+", n),
    "brackets": lambda n: drawn("()[]{}<>", n),
    "nested parentheses": lambda n: "(" * (n // 2) + ")" * (n // 2),
    "open lists": lambda n: "(" + "or, " * (n // 4),
    "combining characters": lambda n: "e\u0301\u0323" * (n // 3),
    "right to left": lambda n: "\u202eאבגד مرحبا\u202c " * (n // 13),
    "lone surrogates replaced": lambda n: "\ufffd" * n,
    "newlines": lambda n: "\n" * n,
    "lines": lambda n: "a\n" * (n // 2),
    "spaces": lambda n: "models" + " " * n,
    "one word": lambda n: "a" * n,
    "one name": lambda n: "A" * n + "é",
    "long tokens": lambda n: ("A1" * 5000 + "_ ") * (n // 10_002 + 1),
    "hyphens": lambda n: "models-A-" * (n // 9),
    "underscores": lambda n: "A_a, " * (n // 5),
    "plurals": lambda n: "GPUs-" + "as-" * (n // 3) + "X9",
    "an address": lambda n: "http://a" + ")" * n,
    "addresses": lambda n: "http://a.b/c " * (n // 13),
    "variants": lambda n: "BERT-" * (n // 5),
    "devices": lambda n: "A100, " * (n // 6),
    "sizes": lambda n: "Foo-7B has 7B parameters " * (n // 25),
    "measures": lambda n: "5% latency " * (n // 11),
    "components": lambda n: "We: (1) Foo, " * (n // 13),
    "presented names": lambda n: numbered("We present Q{}Net, a", n),
    "abbreviations": lambda n: numbered("Alpha Beta Cat (ABC{})", n),
    "names": lambda n: numbered("Fo{}Net", n),
    "a name in words beside a long one": lambda n: "We present Plum Tree Model " + "A1" * (n // 2) + "é-v2, a model.",
    "parts": lambda n: numbered("It has two modules: Ab and Cd{}. ", n),
}

SLOWEST = [
    "punctuation",
    "digits and units",
    "nested parentheses",
    "combining characters",
    "a name in words beside a long one",
]
"""Shapes that the network's own part of extraction has most to do with."""


def mixed(size: int) -> str:
    """All shapes in turn, in pieces of some hundred characters."""
    chance = random.Random(size)
    pieces = [SHAPES[chance.choice(sorted(SHAPES))](chance.choice([30, 300]))[:300] for _ in range(size // 100)]
    return "".join(pieces)[:size]


def read(abstract: str, title: str = "Otters") -> Extraction:
    (found,) = extract([Paper(id=1, title=title, abstract=abstract)])
    return found


def holds_only_what_stands_in_the_text(found: Extraction) -> bool:
    assert found.paper is not None
    text = found.paper.text
    return all(
        0 <= start < end <= len(text) and text[start:end] in entity.mentions
        for entity in found.entities
        for start, end in entity.spans
    ) and all(result.evidence in text for result in found.results)


def takes_linear_time(work: Callable[[str], object], shape: Callable[[int], str], size: int) -> bool:
    """Whether 4 times the text takes about 4 times as long, by the best of several runs of one process."""

    def seconds(text: str) -> float:
        start = process_time()
        work(text)
        return process_time() - start

    short, long = shape(size), shape(4 * size)
    best_short, best_long = seconds(short), seconds(long)
    for _ in range(4):
        if best_long <= LINEAR * max(best_short, INSTANT):
            return True
        best_short, best_long = min(best_short, seconds(short)), min(best_long, seconds(long))
    return best_long <= LINEAR * max(best_short, INSTANT)


@pytest.mark.parametrize("shape", [*SHAPES, "all mixed"])
def test_the_rules_take_linear_time(shape: str) -> None:
    make = SHAPES.get(shape, mixed)
    assert takes_linear_time(lambda text: rules()(f"Otters\n{text}"), make, 4000)
    assert takes_linear_time(lambda text: rules()(text.replace("\n", " ") + "\nOtters."), make, 1000)


@pytest.mark.parametrize(
    "part", ["a.", "a-", "a:.", "a:b*", "<a", "'\\", '"""a""', "@a-", "_:.", "\\u0041", "SERVICE "]
)
def test_a_query_is_looked_over_in_linear_time(part: str) -> None:
    assert takes_linear_time(outline, lambda size: f"ASK {{ {part * (size // len(part))}", 30_000)


@pytest.mark.parametrize("shape", SLOWEST)
def test_extraction_takes_linear_time(shape: str) -> None:
    assert takes_linear_time(read, SHAPES[shape], 1000)


@pytest.mark.parametrize("find", [find_urls, find_quantities])
def test_addresses_and_quantities_are_found_in_linear_time(find: Callable[[str], Iterable[object]]) -> None:
    for shape in SHAPES.values():
        assert takes_linear_time(lambda text: list(find(text)), shape, 10_000)


@pytest.mark.parametrize("character", [" ", "a", "1"])
def test_an_abstract_of_a_million_characters_is_read(character: str) -> None:
    assert holds_only_what_stands_in_the_text(read(character * 1_000_000))


PIECES = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=60).map(lambda data: data.decode("utf8", "replace")),
    st.tuples(st.text(min_size=1, max_size=4), st.integers(1, 300)).map(lambda pair: pair[0] * pair[1]),
    st.sampled_from(sorted(SHAPES)).map(lambda name: SHAPES[name](120)),
    st.sampled_from(
        ["We present OtterNet, a model. ", "on 8 A100 GPUs ", "achieves 5% accuracy on MMLU. ", "LLaMA-7B "]
    ),
)


@settings(deadline=None, max_examples=25)
@given(st.lists(PIECES, max_size=12).map("".join), st.text(min_size=1, max_size=80))
def test_whatever_the_text_a_record_holds_only_what_stands_in_it(abstract: str, title: str) -> None:
    found = read(abstract, title)
    assert holds_only_what_stands_in_the_text(found)
    assert Extraction.model_validate_json(found.model_dump_json()) == found


def papers(path: Path) -> list[Paper]:
    """The papers of a file, bad records left out; none where the file is refused with its name."""
    try:
        return list(kg.read.open(path, lambda error: None))
    except KgError as error:
        refused = str(error)
    assert str(path) in refused
    return []


HEADS = st.sampled_from(["", "Get trending papers in your email inbox\n", "{", '{"title": "Otters", "abstract": "'])


@settings(deadline=None, max_examples=60)
@given(HEADS, st.binary(max_size=400) | PIECES.map(lambda text: text.encode("utf8", "replace")))
def test_whatever_a_file_holds_its_papers_are_read_or_it_is_refused(
    tmp_path_factory: pytest.TempPathFactory, head: str, body: bytes
) -> None:
    path = tmp_path_factory.mktemp("odd") / "odd.txt"
    path.write_bytes(head.encode() + body)
    for paper in papers(path):
        assert paper.title.strip()
        paper.model_dump_json().encode("utf8")


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"a":' * 100_000, '{"id": ' + "9" * 5000 + "}", '{"title": "\\ud800"}']
)
def test_a_monstrous_line_is_left_out(tmp_path: Path, line: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"title": "Otters", "abstract": "They swim."}\n' + line + "\n")
    assert [paper.title for paper in papers(path)] == ["Otters"]


@pytest.mark.parametrize("shape", [*SHAPES, "all mixed"])
def test_reading_takes_linear_time(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "odd"

    def write_and_read(text: str) -> None:
        path.write_text(f"Get trending papers in your email inbox\n{text}\n", encoding="utf8")
        papers(path)
        path.write_text(json.dumps({"title": text, "abstract": text, "doi": text, "arxiv_id": text}) + "\n")
        papers(path)

    assert takes_linear_time(write_and_read, SHAPES.get(shape, mixed), 20_000)


def test_a_lone_surrogate_becomes_a_replacement_character(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps({"title": "Otters", "abstract": "We present Otter\ud800Net. " * 20}) + "\n")
    (paper,) = papers(path)
    assert "\ud800" not in paper.abstract
    assert holds_only_what_stands_in_the_text(read(paper.abstract))
