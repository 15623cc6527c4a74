"""Which names of a paper are forms of one: kg/extract/forms.py."""

from __future__ import annotations

import pytest

from kg.extract.forms import ShortForms, short_forms


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
        ("We use the LX accelerator (ORCHARD).", "ORCHARD", "LX accelerator"),
        ("TREE: Fast Plum Search\nWe search.", "TREE", "Fast Plum Search"),
        ("PLER beats Plum Leaping by far.", "PLER", "Plum Leaping"),
    ],
)
def test_names_whose_letters_or_numbers_differ_are_not_forms_of_one(text: str, one: str, other: str) -> None:
    found = shorts(text, one, other)
    assert (found.of(one), found.of(other)) == (one, other)


def test_a_long_form_is_found_whatever_its_hyphens_and_capitals() -> None:
    found = shorts("We present Needle-in-a-Plumstack (NIPS).", "Needle-in-a-Plumstack", "NIPS")
    assert found.of("needle in a plumstack") == "NIPS"
