"""Quantities of one kind come out in one unit, whatever they were written in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kg.units import normalized

UNITS = [
    "ns",
    "us",
    "ms",
    "s",
    "minutes",
    "hours",
    "GPU hours",
    "MB",
    "GiB",
    "TB",
    "GFLOPS",
    "TOPS",
    "pJ",
    "%",
    "x",
    "",
]
numbers = some.decimals(min_value=-(10**9), max_value=10**9, places=4).map(float)


@pytest.mark.parametrize(
    ("value", "unit", "number", "normal"),
    [
        (350, "ms", "0.35", "s"),
        (3, "minutes", "180", "s"),
        (1.5, "hours", "5400", "s"),
        (12, "µs", "0.000012", "s"),
        (2, "GPU days", "48", "GPU hours"),
        (512, "MB", "0.512", "GB"),
        (2, "GiB", "2.147483648", "GB"),
        (3.35, "TB/s", "3350", "GB/s"),
        (2.4, "PFLOPS", "2400", "TFLOPS"),
        (512, "GOPS", "0.512", "TOPS"),
        (1.7, "pJ", "0.0000000000017", "J"),
        (1, "kWh", "3600000", "J"),
        (940, "MHz", "940000000", "Hz"),
        (58.3, "mm", "0.0583", "m"),
        (7, "B parameters", "7000000000", "parameters"),
        (2.5, "×", "2.5", "x"),
        (2.5, "-fold", "2.5", "x"),
        (93.1, "tok/s", "93.1", "tokens/s"),
        (93.1, "tokens per second", "93.1", "tokens/s"),
        (30, "fps", "30", "FPS"),
    ],
)
def test_a_quantity_is_told_in_the_unit_of_its_kind(value: float, unit: str, number: str, normal: str) -> None:
    assert normalized(value, unit) == (Decimal(number), normal)


@pytest.mark.parametrize(
    ("one", "other"),
    [("%", "points"), ("TFLOPS", "TOPS"), ("hours", "GPU hours"), ("s", "s/token"), ("FPS", "images/s")],
)
def test_kinds_that_look_alike_stay_apart(one: str, other: str) -> None:
    assert normalized(1, one).unit != normalized(1, other).unit


def test_hours_of_a_metric_of_gpu_hours_are_gpu_hours() -> None:
    assert normalized(2400, "hours", "GPU hours") == (2400, "GPU hours")
    assert normalized(9, "days", "GPU hours") == (216, "GPU hours")
    assert normalized(9, "hours", "s") == (32400, "s")
    assert normalized(30, "%", "GPU hours") == (30, "%")


def test_a_unit_that_is_not_known_stays() -> None:
    assert normalized(4.5, "base pairs") == (Decimal("4.5"), "base pairs")
    assert normalized(0.93, "") == (Decimal("0.93"), "")


@given(some.text())
def test_a_unit_of_comparison_is_compared_in_itself(unit: str) -> None:
    normal = normalized(1, unit).unit
    assert normalized(1, normal) == (1, normal)


@given(numbers, some.sampled_from(UNITS))
def test_a_normalized_value_is_its_own_normal_form(value: float, unit: str) -> None:
    once = normalized(value, unit)
    assert normalized(float(once.value), once.unit) == once


@given(numbers, numbers, some.sampled_from(UNITS))
def test_normalizing_keeps_the_order_of_values(one: float, other: float, unit: str) -> None:
    low, high = sorted((one, other))
    assert normalized(low, unit).value <= normalized(high, unit).value
    assert (normalized(low, unit).value == normalized(high, unit).value) == (low == high)


@given(numbers)
def test_a_thousand_of_a_unit_are_one_of_the_next(value: float) -> None:
    for small, large in (("ns", "us"), ("us", "ms"), ("ms", "s"), ("MB", "GB"), ("GFLOPS", "TFLOPS"), ("mJ", "J")):
        assert normalized(value, large).value == normalized(value, small).value * 1000
