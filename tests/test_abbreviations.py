"""Short forms and long forms: kg/extract/abbreviations.py."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.abbreviations import find_long_forms, find_pairs, find_reversed, find_short_forms


def pairs(text: str) -> list[tuple[str, str]]:
    found = [*find_pairs(text), *find_reversed(text)]
    return [(text[slice(*pair.short)], text[slice(*pair.long)]) for pair in found]


def shorts(text: str) -> list[str]:
    return [text[start:end] for start, end in find_short_forms(text)]


def longs(text: str) -> list[str]:
    return [text[start:end] for start, end in find_long_forms(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We train slow cooling networks (SCNs).", "SCNs", "slow cooling networks"),
        ("It ranks by Brisk Ordered Sampling (BrOS) of rows.", "BrOS", "Brisk Ordered Sampling"),
        ("We sort with multi-modal lemon models (MLMs).", "MLMs", "multi-modal lemon models"),
        ("We call it ‘orange peel search’ (OPS).", "OPS", "orange peel search"),
        ("A rule called Patient Plum Optimisation (PPO) wins.", "PPO", "Patient Plum Optimisation"),
        ("A tree of quick pear turns called (QPT) grows.", "QPT", "quick pear turns"),
        ("We use grape juice filters (also called GJF).", "GJF", "grape juice filters"),
        ("The melon fund's (MF) report is out.", "MF", "melon fund"),
        ("An angry attack (AA) fails.", "AA", "angry attack"),
        ("With CHIP (careful honey inspection programme) we win.", "CHIP", "careful honey inspection programme"),
        ("ON A MODEL MEMORY ATTENTION NETWORK (MMAN).", "MMAN", "MODEL MEMORY ATTENTION NETWORK"),
        (
            "It is COMPACT (COMPosed Apples-to-complex visual Cherry Trees).",
            "COMPACT",
            "COMPosed Apples-to-complex visual Cherry Trees",
        ),
    ],
)
def test_a_short_form_has_its_long_form(text: str, short: str, long: str) -> None:
    assert pairs(text) == [(short, long)]


def test_brackets_that_spell_nothing_give_no_pair() -> None:
    assert pairs("We bake bread (see Table) with yeast (XQZ).") == []


def test_letters_that_words_have_by_chance_give_no_pair() -> None:
    assert pairs("It reaches F1 scores of 98.06% (FF++) and 91% (DFDC).") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Both GPUs and an IoT hub run it.", ["GPUs", "IoT"]),
        ("A BQR-based C-BQR beats the BQR-TTK.", ["BQR", "C-BQR", "BQR-TTK"]),
        ("In Section IV, I see 3D maps over 5G.", ["3D", "5G"]),
        ("A bidirectional plum model (biPM) is a biPM.", ["biPM", "biPM"]),
        ("Nothing In This Title Is One.", []),
    ],
)
def test_capitals_make_a_short_form(text: str, found: list[str]) -> None:
    assert shorts(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Here TS stands for tomato soup.", ["tomato soup"]),
        ("BRH: bag of red herrings.", ["bag of red herrings"]),
        ("We grow quiet bean stalks, or QBSs.", ["quiet bean stalks"]),
        ("Most turnip growth models fail, and a TGM is slow.", ["turnip growth models"]),
        ("It used a shelf of oats where the SO ran.", []),
        ("It makes cups; the MC broke.", []),
    ],
)
def test_a_long_form_may_stand_without_brackets(text: str, found: list[str]) -> None:
    assert longs(text) == found


def test_a_long_form_ends_with_the_last_word_of_its_short_form() -> None:
    text = "We use slow apple pressing methods (SAP)."
    assert longs(text) == ["slow apple pressing"]
    assert pairs(text) == [("SAP", "slow apple pressing methods")]


def test_long_forms_do_not_overlap() -> None:
    spans = list(find_long_forms("An apple pie maker (APM) of an apple pie (AP), and PM: pie maker."))
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@given(st.text(alphabet="aAbB sS()-,.'\n3Dé", max_size=80))
def test_every_span_lies_in_the_text(text: str) -> None:
    for start, end in [*find_short_forms(text), *find_long_forms(text)]:
        assert 0 <= start < end <= len(text)
