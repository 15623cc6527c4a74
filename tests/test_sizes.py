"""How many parameters the models of a text have: kg/extract/sizes.py."""

from __future__ import annotations

import pytest

from kg.extract import extract
from kg.extract.candidates import Finder, Found
from kg.extract.sizes import find_sizes
from kg.records import EntityType, Paper

B = 1_000_000_000


def sizes(text: str, *names: str) -> list[tuple[str, int]]:
    """The sizes of models that stand in a text."""
    models = [
        Found(EntityType.MODEL, name, [(text.index(name), text.index(name) + len(name))], Finder.LEARNED)
        for name in names
    ]
    return [(names[size.entity], size.parameters) for size in find_sizes(text, models)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We release Plum with 7 billion parameters.", [7 * B]),
        ("We train Plum with 3B, 7B, and 15B parameters on code.", [3 * B, 7 * B, 15 * B]),
        ("We release Plum in 2B and 7B model sizes.", [2 * B, 7 * B]),
        ("We train Plum models of size 1B, 3.5B, 7B, and 16B.", [B, 7 * B // 2, 7 * B, 16 * B]),
        ("We adapt Plum (7B and 70B) with adapters.", [7 * B, 70 * B]),
        ("It outperforms the 540B Plum on stones.", [540 * B]),
        ("Plum ranges from 7 to 13 billion parameters.", [7 * B, 13 * B]),
        ("Plum has 2 million trainable parameters.", []),
        ("Plum (2023) reads 30 pages.", []),
        ("In 2023, 7B parameters were in Plum.", [7 * B]),
        ("With Plum 2, 7B parameters suffice.", [7 * B]),
        ("GPT-3 and 175B parameters of Plum.", [175 * B]),
        ("Plum (128K) reads books.", []),
        ("Plum (2T) reads books.", []),
        ("Plum (10,000 to 20,000) reads books.", []),
        ("Plum (7 million parameters) reads books.", [7_000_000]),
        ("We train Plum on a corpus of size 300B tokens.", []),
        ("Scaling up to 7B\nPlum is a model", []),
        ("We train a 530B parameter Plum style model.", []),
        ("We reach the 34B Plum-level quality.", []),
        ("It is as good as Plum, with only 7B parameters.", []),
        ("Plum has only 7B parameters.", [7 * B]),
        ("Plum, with only 2B parameters, outperforms models with 7B parameters.", [2 * B]),
        ("Plum is the best among models with \\leq 4B parameters.", []),
        ("Plum has a 2.6B-parameter vision encoder.", []),
        ("We present Plum, a 110M-parameter text encoder.", [110_000_000]),
        ("Plum is a 7B parameter decoder only language model.", [7 * B]),
        ("We train Plum with 13B parameters using adapters.", [13 * B]),
        ("Plum is trained on 15T in total and with 4 languages.", []),
        ("Plum matches much larger models with just 3B parameters.", [3 * B]),
        ("Plum features a language model with 2.7B parameters.", []),
        ("Plum is a 600M-parameter encoder-decoder model.", [600_000_000]),
        ("Despite its compact 3B-parameter size, this version beats Plum.", []),
        ("It surpasses Plum when equipped with a compact model consisting of merely 600M parameters.", []),
        ("Plum, with 52B total and 9B active parameters, is sparse.", [52 * B]),
        ("Plum has 30B parameters and activates 3B parameters per token.", [30 * B]),
        ("Pears with 7B parameters, fine-tuned from Plum, are good.", []),
        ("With just 3B parameters, Plum is good.", [3 * B]),
        ("Plum (see Table 2) is trained on 2B tokens.", []),
    ],
)
def test_a_size_in_the_text_is_that_of_its_model(text: str, found: list[int]) -> None:
    assert sizes(text, "Plum") == [("Plum", parameters) for parameters in found]


def test_a_size_in_brackets_is_of_the_name_in_front() -> None:
    text = "We compare Plum (7B) and Pear (13B)."
    assert sizes(text, "Plum", "Pear") == [("Plum", 7 * B), ("Pear", 13 * B)]


def test_long_lists_of_numbers_are_read_in_no_time() -> None:
    assert sizes("Plum reads ids " + ",".join(["100", *["000"] * 5_000]) + " of samples.", "Plum") == []


def test_a_size_stands_with_its_sentence() -> None:
    text = "We present PlumLM, a language model. PlumLM has 7 billion parameters."
    (found,) = extract([Paper(id=1, title="PlumLM: A Large Language Model for Orchards", abstract=text)])
    assert found.paper is not None
    assert [found.paper.text[slice(*size.span or (0, 0))] for size in found.sizes] == [
        "PlumLM has 7 billion parameters."
    ]


def test_a_size_is_of_what_the_sentence_is_about_and_not_of_its_kind() -> None:
    assert sizes("Plum is a Pear model with 130 million parameters.", "Plum", "Pear") == [("Plum", 130_000_000)]
