"""Which names of a paper are forms of one: kg/extract/forms.py."""

from __future__ import annotations

import pytest

from kg.extract.abbreviations import find_pairs
from kg.extract.candidates import Pair
from kg.extract.forms import ShortForms, short_forms, whole_pairs


def shorts(text: str, *names: str) -> ShortForms:
    """The short forms of a text in which these names were found."""
    starts = [text.index(name) for name in names]
    return short_forms(text, [], [(start, start + len(name)) for start, name in zip(starts, names, strict=True)])


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We present the Multi-Plum Mixing Tree (3MPT).", "3MPT", "Multi-Plum Mixing Tree"),
        ("We introduce the Rowwise Calm Router for Plums (CaRP).", "CaRP", "Rowwise Calm Router for Plums"),
        ("We introduce SPBench(StonePitBench), a benchmark.", "SPBench", "StonePitBench"),
        ("LiPT is short for Lively Plum Tuning.", "LiPT", "Lively Plum Tuning"),
        (
            "PRUNA: Patient Rule-driven Union of Nested Adapters\nWe prune.",
            "PRUNA",
            "Patient Rule-driven Union of Nested Adapters",
        ),
        ("MAPIS: MAthematical Plum InStruction\nWe prune.", "MAPIS", "MAthematical Plum InStruction"),
    ],
)
def test_a_name_beside_another_that_has_its_letters_is_its_short_form(text: str, short: str, long: str) -> None:
    assert shorts(text, short, long).of(long) == short


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("We use PlumNet (PlumNet-50).", "PlumNet", "PlumNet-50"),
        ("We use PlumNet (PN50).", "PN50", "PlumNet"),
        ("We use Plum Net 50 (PN).", "PN", "Plum Net 50"),
        ("We use Open-Plum (PLUM).", "PLUM", "Open-Plum"),
        ("We use the LX accelerator (ORCHARD).", "ORCHARD", "LX accelerator"),
        ("We use Plum Routers (PluRo and others).", "PluRo", "Plum Routers"),
        ("We use PluTr: Plum Trees.", "PluTr", "Plum Trees"),
        ("TREE: Fast Plum Search\nWe search.", "TREE", "Fast Plum Search"),
        ("TREE: Plum Trees Everywhere\nWe search.", "TREE", "Plum Trees Everywhere"),
        ("PTR: Fast Plum Tree\nWe search.", "PTR", "Fast Plum Tree"),
        ("PLANT: Pleasant Meadow\nWe search.", "PLANT", "Pleasant Meadow"),
        ("We use Patient Plum Trees (pptrees).", "pptrees", "Patient Plum Trees"),
        ("Plum Trees: PluTr\nWe search.", "PluTr", "Plum Trees"),
    ],
)
def test_names_whose_letters_or_numbers_differ_are_not_forms_of_one(text: str, one: str, other: str) -> None:
    found = shorts(text, one, other)
    assert (found.of(one), found.of(other)) == (one, other)


def test_a_long_form_is_found_whatever_its_hyphens_and_capitals() -> None:
    found = shorts("We present Needle-in-a-Plumstack (NIPS).", "Needle-in-a-Plumstack", "NIPS")
    assert found.of("needle in a plumstack") == "NIPS"


def test_a_pair_goes_before_a_name_that_only_has_the_initials() -> None:
    found = shorts(
        "Mixture-of-Plums (MPlum) beats MOP. A mixture of plums", "Mixture-of-Plums", "MPlum", "MOP", "mixture of plums"
    )
    assert found.of("Mixture-of-Plums") == "MPlum"


def test_a_symbol_makes_another_name() -> None:
    found = shorts("We present Plum Tree Search (PTS).", "Plum Tree Search", "PTS")
    assert found.of("Plum Tree Search+") == "Plum Tree Search+"


def names_beside(text: str, pair: tuple[str, str], *names: str) -> list[tuple[int, str]]:
    """The names of a text, and where they stand, once the pair that stands last in it has been heeded."""
    short, long = ((text.rindex(half), text.rindex(half) + len(half)) for half in pair)
    spans = [(text.index(name), text.index(name) + len(name)) for name in names]
    return sorted((start, text[start:end]) for start, end in whole_pairs(text, spans, [Pair(short, long)]))


def test_a_short_form_that_is_a_name_makes_its_long_form_one_wherever_it_stands() -> None:
    text = "A Patient Plum Framework\nWe present the Patient Plum Framework (PPF)."
    long = "Patient Plum Framework"
    expected = [(2, long), (text.rindex(long), long), (text.index("PPF"), "PPF")]
    assert names_beside(text, ("PPF", long), "PPF", "Patient Plum") == expected


def test_a_longer_name_around_a_long_form_stays() -> None:
    text = "We use few-seed plum learning (PL)."
    longer = "few-seed plum learning"
    expected = [(text.index(longer), longer), (text.index("PL"), "PL")]
    assert names_beside(text, ("PL", "plum learning"), "PL", longer) == expected


def test_a_pair_whose_short_form_is_no_name_changes_nothing() -> None:
    text = "We use large plum models (LPMs) and Patient."
    assert names_beside(text, ("LPMs", "large plum models"), "Patient") == [(text.index("Patient"), "Patient")]


def test_pairs_of_a_long_text_take_no_more_than_linear_time() -> None:
    text = "Plum Tree Search (PTS) is here. " * 3_000
    found = list(find_pairs(text))
    assert len(whole_pairs(text, [pair.short for pair in found], found)) == 6_000
