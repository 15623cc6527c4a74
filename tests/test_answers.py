"""What completes a result: kg/extract/answers.py."""

from __future__ import annotations

import numpy as np
import pytest

from kg.catalog import known
from kg.extract.answers import (
    RELATIONS,
    beside,
    device_within,
    is_of_another,
    labelled,
    most_probable_answers,
    on_named_devices,
    on_own_device,
    without_rivals,
)
from kg.extract.candidates import Claimed, Finder, Found, Use
from kg.extract.heads import Mentions
from kg.extract.measures import LONGEST_MEASURE, WORDED, measure_logits, most_probable
from kg.extract.quantities import find_quantities
from kg.extract.words import Words
from kg.records import EntityType as Kind

HARDWARE = RELATIONS.index("hardware")


def found(kind: Kind, name: str, text: str = "") -> Found:
    start = max(0, text.find(name))
    return Found(kind, name, [(start, start + len(name))], Finder.LEARNED)


@pytest.mark.parametrize(
    ("text", "kind", "name", "relation"),
    [
        ("It wins on PlumBench (57.4%).", Kind.DATASET, "PlumBench", "dataset"),
        ("It wins on PlumBench(+57.4%).", Kind.DATASET, "PlumBench", "dataset"),
        ("It beats PruneNet (~57.4%).", Kind.MODEL, "PruneNet", "subject"),
        ("On one, PruneNet: 57.4%.", Kind.MODEL, "PruneNet", "subject"),
        ("It is fast (on RTX 4090: 57.4%).", Kind.HARDWARE, "RTX 4090", "hardware"),
        ("It beats PruneNet (up to 57.4%).", Kind.MODEL, "PruneNet", None),
        ("It beats PruneNet (+57.4%).", Kind.MODEL, "PruneNet", None),
        ("It beats PruneNet (57.4x).", Kind.MODEL, "PruneNet", None),
        ("It has accuracy (57.4%).", Kind.METRIC, "accuracy", None),
        ("On PlumBench, it has 57.4%.", Kind.DATASET, "PlumBench", None),
        ("It has 57.4% (PlumBench).", Kind.DATASET, "PlumBench", "dataset"),
        ("It is faster by 57.4x (RTX 4090).", Kind.HARDWARE, "RTX 4090", "hardware"),
        ("The best has 57.4% (PruneNet).", Kind.MODEL, "PruneNet", "subject"),
        ("It is faster by 57.4x (PruneNet).", Kind.MODEL, "PruneNet", None),
        ("It has 57.4% (PlumBench, hard).", Kind.DATASET, "PlumBench", None),
    ],
)
def test_a_name_in_front_of_the_bracket_or_colon_completes_the_result(
    text: str, kind: Kind, name: str, relation: str | None
) -> None:
    entity = found(kind, name, text)
    (quantity,) = [q for q in find_quantities(text) if q.value == 57.4]
    told = labelled(text, quantity, {entity.spans[0][1]: 0}, [entity], baseline=None)
    assert told == ({relation: 0} if relation else {})


def test_a_baseline_in_the_bracket_behind_is_not_the_subject_too() -> None:
    text = "It rises to 57.4% (PruneNet)."
    (quantity,) = find_quantities(text)
    entity = found(Kind.MODEL, "PruneNet", text)
    assert labelled(text, quantity, {entity.spans[0][1]: 0}, [entity], baseline=0) == {}


def test_a_baseline_in_front_of_the_bracket_stays_the_baseline() -> None:
    text = "It beats PruneNet (57.4%)."
    (quantity,) = find_quantities(text)
    entity = found(Kind.MODEL, "PruneNet", text)
    assert labelled(text, quantity, {entity.spans[0][1]: 0}, [entity], baseline=0) == {}


def decoded(odds: list[list[float]], alike: list[bool]) -> list[int | None]:
    """The devices of results, from the logits of each of two devices beside 0 for none."""
    answers = np.zeros((len(odds), 2, len(RELATIONS)), np.float32)
    answers[:, :, HARDWARE] = odds
    nothing = np.zeros((len(odds), len(RELATIONS)), np.float32)
    return [answer["hardware"] for answer in most_probable_answers(answers, np.array([0, 1]), nothing, alike)]


@pytest.mark.parametrize(
    ("odds", "alike", "devices"),
    [
        ([[3.0, -9.0], [-1.0, -9.0]], [False, True], [0, 0]),
        ([[3.0, -9.0], [-1.0, -9.0]], [False, False], [0, None]),
        ([[3.0, -9.0], [1.0, 2.0]], [False, True], [0, 0]),
        ([[3.0, -9.0], [1.0, 2.0]], [False, False], [0, 1]),
        ([[3.0, -9.0], [-9.0, 9.0]], [False, True], [0, 1]),
    ],
)
def test_results_that_are_alike_tend_to_be_had_on_one_device(
    odds: list[list[float]], alike: list[bool], devices: list[int | None]
) -> None:
    assert decoded(odds, alike) == devices


@pytest.mark.parametrize(
    ("near", "picked", "baseline", "hardware"),
    [
        ({4}, 2, None, 4),
        ({2, 4}, 2, None, 2),
        ({4, 5}, 2, None, 2),
        ({4, 5}, 2, 5, 4),
        ({4}, None, None, None),
        (set(), 2, None, 2),
    ],
)
def test_the_only_device_of_the_sentence_goes_before_one_of_another(
    near: set[int], picked: int | None, baseline: int | None, hardware: int | None
) -> None:
    assert beside(near, set(), {"hardware": picked, "baseline": baseline}) == hardware


@pytest.mark.parametrize(
    ("text", "device"), [("Training takes 90 GPU hours.", 0), ("Training takes 90 hours on a GPU.", None)]
)
def test_hours_of_a_device_were_spent_on_it(text: str, device: int | None) -> None:
    (quantity,) = find_quantities(text)
    assert device_within(quantity, [found(Kind.HARDWARE, "GPU", text)], [0]) == device


def test_the_mentions_of_an_entity_count_together() -> None:
    answers = np.full((1, 3, len(RELATIONS)), -np.inf, np.float32)
    answers[0, :, 0] = [0.6, 0.0, 0.0]
    chosen = most_probable_answers(answers, np.array([0, 1, 1]), np.zeros((1, len(RELATIONS)), np.float32), [1])
    assert (chosen[0]["subject"], chosen[0]["baseline"]) == (1, None)


@pytest.mark.parametrize(
    ("text", "devices", "baseline", "hardware"),
    [
        ("Per GPU it has 57.4%.", ["NVIDIA H100"], None, 1),
        ("Per GPU it has 57.4%.", ["NVIDIA H100", "NVIDIA A100"], None, 0),
        ("Per GPU it has 57.4%.", ["NVIDIA H100"], 1, 0),
        ("Per GPU it has 57.4%.", ["Google TPU v4"], None, 0),
        ("On a mobile GPU it has 57.4%.", ["NVIDIA H100"], None, 0),
    ],
)
def test_a_class_of_devices_is_the_one_device_of_it_in_use(
    text: str, devices: list[str], baseline: int | None, hardware: int
) -> None:
    entities = [found(Kind.HARDWARE, name, text) for name in ["GPU", *devices]]
    uses = [Use(number, None, (0, 1)) for number in range(1, len(entities))]
    (quantity,) = find_quantities(text)
    result = Claimed(None, "accuracy", quantity, baseline, None, 0, (0, len(text)))
    (named,) = on_named_devices(text, [result], uses, entities, known())
    assert named.hardware == hardware


@pytest.mark.parametrize(
    ("subject", "baseline", "uses", "hardware"),
    [
        (Kind.SYSTEM, "GPU", [("FPGA", 0.9)], "FPGA"),
        (Kind.SYSTEM, "GPU", [("FPGA", 0.9), ("GPU", 0.9)], "FPGA"),
        (Kind.SYSTEM, "GPU", [("FPGA", 0.1)], None),
        (Kind.SYSTEM, "GPU", [("FPGA", 0.9), ("CPU", 0.9)], None),
        (Kind.HARDWARE, "GPU", [("FPGA", 0.9)], None),
        (Kind.SYSTEM, "Orchard", [("FPGA", 0.9)], None),
    ],
)
def test_what_is_set_against_a_device_was_had_on_the_papers_own(
    subject: Kind, baseline: str, uses: list[tuple[str, float]], hardware: str | None
) -> None:
    names = ["PlumCore", "GPU", "FPGA", "CPU", "Orchard"]
    kinds = [subject, *[Kind.HARDWARE] * 3, Kind.SYSTEM]
    entities = [found(kind, name) for kind, name in zip(kinds, names, strict=True)]
    (quantity,) = find_quantities("2x")
    result = Claimed(0, "speedup", quantity, names.index(baseline), None, None, (0, 2))
    in_use = [Use(names.index(name), None, (0, 1), score) for name, score in uses]
    (told,) = on_own_device([result], in_use, entities)
    assert told.hardware == (names.index(hardware) if hardware else None)


@pytest.mark.parametrize(
    ("text", "of_another"),
    [
        ("It reaches 59.6%, outperforming PearNet by 1.1 points.", True),
        ("It reaches 59.6%, slightly surpassing the strong PearNet by 1.1 points.", True),
        ("It reaches 59.6%, outperforming PearNet.", False),
        ("It reaches 59.6%, outperforming PearNet (58.5%).", False),
        ("It reaches 59.6% accuracy (+1.1% over PearNet).", True),
        ("It is 59.6% better than PearNet.", False),
        ("It gains 59.6% over the baseline and 14.5% over PearNet.", True),
        ("It gains 59.6% over trained PearNet and 14.5% more.", False),
    ],
)
def test_a_level_is_not_set_against_what_another_number_is_a_gain_over(text: str, of_another: bool) -> None:
    entity = found(Kind.MODEL, "PearNet", text)
    quantity = next(q for q in find_quantities(text) if q.value == 59.6)
    assert is_of_another(text, quantity, entity, {entity.spans[0][1]}) == of_another


def test_a_measure_never_holds_its_number() -> None:
    spans = measure_logits(np.zeros((4, 2), np.float32), np.zeros(LONGEST_MEASURE, np.float32), 1)
    places = {(first, first + more) for more, first in np.argwhere(np.isfinite(spans)).tolist()}
    assert places == {(0, 0), (2, 2), (3, 3), (2, 3)}


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Its speedup over PearServe is 2x .", []),
        ("PearServe is 2x faster , and 3x over PearServe .", [0]),
        ("Its gain over PearServe is 2% .", [0]),
        ("The speedup of PearServe is 2x .", [0]),
    ],
)
def test_a_factor_is_of_nothing_that_it_is_over(text: str, subjects: list[int]) -> None:
    pieces = text.split()
    starts = [len(" ".join(pieces[:n])) + (n > 0) for n in range(len(pieces))]
    words = Words(pieces, starts, [n == 0 for n in range(len(pieces))])
    named = np.array([n for n, piece in enumerate(pieces) if piece == "PearServe"])
    mentions = Mentions(np.zeros_like(named), named, named, np.zeros_like(named))
    quantity = next(find_quantities(text))
    answers = np.zeros((1, len(named), len(RELATIONS)), np.float32)
    left = without_rivals(text, words, answers, [quantity], mentions)
    assert sorted(set(mentions.entity[np.isfinite(left[0, :, 0])].tolist())) == subjects
    assert np.isfinite(left[..., 1:]).all()


@pytest.mark.parametrize(
    ("unit", "measure"), [("%", "performance"), ("x", "performance"), ("s", "latency"), ("USD", "cost"), ("mJ", "time")]
)
def test_seconds_and_dollars_are_no_performance_but_shares_may_be(unit: str, measure: str) -> None:
    spans = np.full((LONGEST_MEASURE, 2), -9, np.float32)
    spans[0, 1] = -1  # a word that stands there
    worded = np.full(len(WORDED) + 1, -9, np.float32)
    for likely, told in enumerate(("cost", "latency", "performance")):
        worded[WORDED.index(told)] = likely
    best, _ = most_probable(spans, worded, lambda at, more: "time", unit)
    assert best == measure


def test_joules_are_no_power_though_the_word_stands_there() -> None:
    spans = np.full((LONGEST_MEASURE, 2), -9, np.float32)
    spans[0] = 3, 1
    worded = np.full(len(WORDED) + 1, -9, np.float32)
    best, _ = most_probable(spans, worded, lambda at, more: None if at == 0 else "energy", "mJ")
    assert best == "energy"


def test_what_is_left_when_a_measure_is_ruled_out_is_no_surer_for_it() -> None:
    spans = np.full((LONGEST_MEASURE, 2), -9, np.float32)
    worded = np.full(len(WORDED) + 1, -9, np.float32)
    worded[WORDED.index("performance")], worded[WORDED.index("latency")] = 3, 1
    _, certainty = most_probable(spans, worded, lambda at, more: "plums", "s")
    assert certainty < 0.2


@pytest.mark.parametrize(("rivals", "hardware"), [(set(), 1), ({1}, 2), ({1, 2}, None)])
def test_a_device_named_behind_than_alone_gives_way_to_the_other_of_the_sentence(
    rivals: set[int], hardware: int | None
) -> None:
    assert beside({1, 2}, rivals, {"hardware": 1, "baseline": None}) == hardware
