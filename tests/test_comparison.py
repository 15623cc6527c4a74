"""What a result says of its subject beside something else, told from its sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kg.catalog import known
from kg.comparison import Direction, Outcome, compare, direction_of
from kg.query import rows
from kg.records import Entity, EntityType, Result
from tests.written import PREFIXES, graph_of, record

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
BETTER, WORSE, COMPARABLE = Outcome.BETTER, Outcome.WORSE, Outcome.COMPARABLE


def result(evidence: str, value: float, unit: str, baseline: str | None = "e9") -> Result:
    return Result(metric="m", value=value, unit=unit, baseline=baseline, evidence=evidence)


@pytest.mark.parametrize(
    ("evidence", "value", "unit", "direction", "outcome", "factor"),
    [
        ("PlumServe is 2.5x faster than PearServe", 2.5, "x", HIGHER, BETTER, "2.5"),
        ("a speedup of 2.88times over PearServe", 2.88, "x", HIGHER, BETTER, "2.88"),
        ("up to 6.7\\times inference acceleration", 6.7, "x", HIGHER, BETTER, "6.7"),
        ("reduces latency by up to 4x over PearServe", 4, "x", LOWER, BETTER, "4"),
        ("with 5.6x less memory than PearServe", 5.6, "x", LOWER, BETTER, "5.6"),
        ("memory can be cut by more than 10x", 10, "x", LOWER, BETTER, "10"),
        ("is 2x slower than PearServe", 2, "x", LOWER, WORSE, "0.5"),
        ("is 2x slower than PearServe", 2, "x", HIGHER, WORSE, "0.5"),
        ("reduces latency by 50% over PearServe", 50, "%", LOWER, BETTER, "2"),
        ("a 75% reduction in training time", 75, "%", LOWER, BETTER, "4"),
        ("energy savings of 20% over a GPU", 20, "%", LOWER, BETTER, "1.25"),
        ("improves throughput by 29% and latency by 20%", 29, "%", HIGHER, BETTER, "1.29"),
        ("improves throughput by 29% and latency by 20%", 20, "%", LOWER, BETTER, "1.25"),
        ("is 98% less energy-efficient than a plum", 98, "%", HIGHER, WORSE, "0.02"),
        ("the throughput of pears drops by over 90%", 90, "%", HIGHER, WORSE, "0.1"),
        ("with only 25% of the memory", 25, "%", LOWER, BETTER, "4"),
        ("reduces the latency to 25% of that of PearServe", 25, "%", LOWER, BETTER, "4"),
        ("outperforms pears by 1.5 points", 1.5, "points", HIGHER, BETTER, None),
        ("cuts memory by 2.4x, while its efficiency is 9.2 times higher", 9.2, "x", HIGHER, BETTER, "9.2"),
        ("against PearServe the gain in latency grows to 6.1x", 6.1, "x", LOWER, BETTER, "6.1"),
        ("energy \u221220% against PearServe", 20, "%", LOWER, BETTER, "1.25"),
        ("a latency of +25% against PearServe", 25, "%", LOWER, WORSE, "0.8"),
        ("the speedup over PearServe shrinks to 1.2x", 1.2, "x", HIGHER, BETTER, "1.2"),
        ("the gain is reduced by 30%", 30, "%", HIGHER, WORSE, "0.7"),
        ("the memory overhead is reduced by 40%", 40, "%", LOWER, BETTER, "1.667"),
        ("the slowdown is reduced to 1.2x", 1.2, "x", LOWER, BETTER, "1.2"),
        ("improves accuracy but latency increases by 30%", 30, "%", LOWER, WORSE, "0.7692"),
        ("a speedup of +30% over PearServe", 30, "%", LOWER, BETTER, "1.429"),
        ("reduces latency by 40% versus PearServe", 40, "%", LOWER, BETTER, "1.667"),
        ("the improvements: 12% over PearServe", 12, "%", HIGHER, BETTER, "1.12"),
        ("PlumServe is outperformed by PearServe by 12%", 12, "%", HIGHER, WORSE, "0.8929"),
        ("trails PearServe by 4.2 points", 4.2, "points", HIGHER, WORSE, None),
        ("loses only 0.4% accuracy", 0.4, "%", HIGHER, WORSE, "0.996"),
        ("with only 0.8% accuracy loss", 0.8, "%", HIGHER, WORSE, "0.992"),
        ("with only 0.8% accuracy loss", 0.8, "%", LOWER, WORSE, "0.992"),
        ("sacrifices 0.9% accuracy", 0.9, "%", HIGHER, WORSE, "0.991"),
        ("the throughput of pears falls by less than 4%", 4, "%", HIGHER, WORSE, "0.96"),
        ("PlumNet loses 14.2 points of accuracy against PearNet", 14.2, "points", HIGHER, WORSE, None),
        ("cuts latency by 30% without sacrificing accuracy", 30, "%", LOWER, BETTER, "1.429"),
        ("improves throughput by 30% without losing accuracy", 30, "%", HIGHER, BETTER, "1.3"),
        ("achieves 2.5x speed without performance loss", 2.5, "x", HIGHER, BETTER, "2.5"),
        ("improves recall of lost objects by 12%", 12, "%", HIGHER, BETTER, "1.12"),
        ("reduces accuracy loss by 30%", 30, "%", LOWER, BETTER, "1.429"),
        ("stays within 0.6 points of PearServe", 0.6, "points", HIGHER, COMPARABLE, None),
    ],
)
def test_a_change_or_ratio_says_who_is_better_and_how_many_times(
    evidence: str, value: float, unit: str, direction: Direction, outcome: Outcome, factor: str | None
) -> None:
    told = compare(result(evidence, value, unit), direction)
    assert told is not None
    assert (told.outcome, told.relative) == (outcome, True)
    assert told.factor == (Decimal(factor) if factor else None)


@pytest.mark.parametrize(
    ("evidence", "outcome"),
    [
        ("achieves 84.4% accuracy, outperforming PearNet", BETTER),
        ("with 84.4% it lags behind PearNet", WORSE),
        ("reaches 84.4%, comparable to PearNet", COMPARABLE),
        ("84.4% against the 80.1% of PearNet", BETTER),
        ("an accuracy of 84.4%, compared with 92.1% for PearNet", WORSE),
        ("84.4% versus 84.4% of PearNet", COMPARABLE),
        ("84.4% at 2 ms against 80.1 ms of PearNet", None),
        ("is preferred over PearNet in 84.4% of the cases", BETTER),
    ],
)
def test_a_level_beside_a_baseline_is_as_good_as_the_sentence_says(evidence: str, outcome: Outcome | None) -> None:
    told = compare(result(evidence, 84.4, "%"), HIGHER, in_percent=True)
    assert told is not None
    assert (told.outcome, told.relative, told.factor) == (outcome, False, None)


def test_two_levels_in_one_unit_say_who_is_better_whatever_the_words() -> None:
    evidence = "a latency of 7.9 ms, higher than the 4.6 ms of PearServe"
    told = compare(result(evidence, 7.9, "ms"), LOWER)
    assert told is not None
    assert told.outcome is WORSE


@pytest.mark.parametrize(
    "evidence",
    [
        "achieves 84.4% accuracy",
        "grows from 15.9% to 84.4%",
        "outperforms PearNet with 84.4% accuracy",
        "surpasses PearNet (79.1%) and FigNet (84.4%)",
        "achieves superior performance, with an F1 score of 84.4%",
        "improves recall (84.4% vs 61.2%)",
        "consistently better, reaching 91.2% in Plum and 84.4% in Pear",
        "attains 84.4% accuracy -- exceeding PearNet",
        "beats PearNet, achieving 91% precision, 84.4% recall and 80% coverage",
        "higher precision at a recall of 84.4%",
        "cuts the cost while preserving 80-84.4% of the original accuracy",
        "accuracy drops: PlumNet scores highest at 84.4%",
    ],
)
def test_a_level_beside_nothing_is_no_comparison(evidence: str) -> None:
    assert compare(result(evidence, 84.4, "%", None), HIGHER) is None


@pytest.mark.parametrize(
    "evidence",
    [
        "outperforms PearNet by 2%, 3% and 8.4%",
        "outperforms PearNet by 12% for plums and 8.4% for figs",
        "outperforms PearNet by 10-12% for plums and 2-8.4% for figs",
        "a score increase of 8.4% without degrading other tasks",
        "surpasses PearNet by a large margin of 8.4%",
        "outperforms PearNet (+8.4%)",
        "an improvement of 6.1% in precision and 8.4% in recall",
        "gains in accuracy of 8.4%",
        "the gains reach 8.4%",
        "outperforms PearNet, achieving 8.4% and 5.3% higher accuracy",
        "improves on it, achieving 8.4% over PearNet",
    ],
)
def test_a_share_in_a_list_or_behind_a_gain_is_a_change(evidence: str) -> None:
    told = compare(result(evidence, 8.4, "%", None), HIGHER)
    assert told is not None
    assert (told.outcome, told.relative) == (BETTER, True)


def test_per_cent_of_a_metric_in_per_cent_may_be_points_and_give_no_factor() -> None:
    told = compare(result("improves accuracy by 3% over PearNet", 3, "%"), HIGHER, in_percent=True)
    assert told is not None
    assert (told.outcome, told.factor) == (BETTER, None)


def test_careful_words_are_noted() -> None:
    for evidence, hedged in (("could be 3x faster", True), ("is 3x faster", False)):
        told = compare(result(evidence, 3, "x"), HIGHER)
        assert told is not None
        assert told.hedged is hedged


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("throughput", HIGHER),
        ("end-to-end plum throughput", HIGHER),
        ("latency", LOWER),
        ("memory reduction", LOWER),
        ("plum budget", LOWER),
        ("fruitiness", None),
    ],
)
def test_a_metric_points_where_its_name_or_the_end_of_it_does(metric: str, direction: Direction | None) -> None:
    assert direction_of(known(), metric) == direction


@given(
    some.text(),
    some.floats(0, 1e6),
    some.sampled_from(["x", "%", "points", "ms"]),
    some.sampled_from([*Direction, None]),
)
def test_a_factor_is_above_one_exactly_where_the_subject_is_better(
    words: str, value: float, unit: str, direction: Direction | None
) -> None:
    told = compare(result(f"{words} reduces it by {value}", value, unit), direction)
    if told is not None and told.factor is not None:
        assert told.factor > 0
        assert told.outcome is not None
        assert (told.factor >= 1) if told.outcome is BETTER else (told.factor <= 1)


def test_queries_can_rank_what_beats_what() -> None:
    names = {"e1": EntityType.SYSTEM, "e2": EntityType.SYSTEM, "e3": EntityType.METRIC}
    labels = {"e1": "PlumServe", "e2": "PearServe", "e3": "latency"}
    store = graph_of(
        record(
            entities=tuple(Entity(id=i, type=t, name=labels[i], mentions=(labels[i],)) for i, t in names.items()),
            results=(
                Result(subject="e1", metric="e3", value=50, unit="%", baseline="e2", evidence="cuts latency by 50%"),
            ),
        )
    )
    query = PREFIXES + (
        "SELECT ?who ?factor { ?r kg:outcome kg:better ; kg:comparison kg:relative ; kg:factor ?factor ; "
        'kg:subject/skos:prefLabel ?who ; kg:baseline/skos:prefLabel "PearServe" }'
    )
    (row,) = rows(store, query)
    assert (row["who"].value, row["factor"].value) == ("PlumServe", "2")


@pytest.mark.parametrize(
    ("evidence", "value"),
    [
        ("larger models were better on plums (PlumLM: 66.4% vs. PearLM: 65%)", 66.4),
        ("with a success rate exceeding 30% in models", 30),
    ],
)
def test_a_level_is_no_change(evidence: str, value: float) -> None:
    told = compare(result(evidence, value, "%"), HIGHER)
    assert told is not None
    assert not told.relative
    assert told.factor is None
