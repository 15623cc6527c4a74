"""What a user may rely on of quantities: numbers with units, bounds and ranges are read as papers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.quantities import find_quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a speedup of 2.88times over", [(2.88, "x", "=")]),
        ("up to 4.7x", [(4.7, "x", "<=")]),
        ("55.2% and 74.4\\%", [(55.2, "%", "="), (74.4, "%", "=")]),
        ("1.24-2.01x", [(2.01, "x", "<=")]),
        ("from 54.2% to 61.0%", [(54.2, "%", "="), (61.0, "%", "=")]),
        ("speedups ranging from 2x to 3x", [(3.0, "x", "<=")]),
        ("improves by 3.5 BLEU", [(3.5, "points", "=")]),
        ("ahead by 2.4 COMET and 3.8 BLEURT", [(2.4, "points", "="), (3.8, "points", "=")]),
        ("by an average of 6 COMET points", [(6.0, "points", "=")]),
        ("a gain of +0.3 mAP", [(0.3, "points", "=")]),
        ("increases it by 0.152", [(0.152, "", "=")]),
        ("2400 H100 GPU hours", [(2400.0, "hours", "=")]),
        ("78.3% to **85.67**%", [(78.3, "%", "="), (85.67, "%", "=")]),
        ("over 3 hours", [(3.0, "hours", ">=")]),
        ("up to a 2x and over a 3%", [(2.0, "x", "<="), (3.0, "%", ">=")]),
        ("up to about 62%, up to +5%", [(62.0, "%", "<="), (5.0, "%", "<=")]),
        (r"by ${\sim}8\times$, an estimated 40%", [(8.0, "x", "~"), (40.0, "%", "~")]),
        ("a maximum speedup of 4.5x, below the 82%", [(4.5, "x", "<="), (82.0, "%", "=")]),
        ("up to 2.1x (in training) and 1.4x", [(2.1, "x", "<="), (1.4, "x", "<=")]),
        ("over 5% and 7%", [(5.0, "%", ">="), (7.0, "%", ">=")]),
        ("3.30 -> 3.03, 2.57 ->2.44", [(3.3, "", "="), (3.03, "", "="), (2.57, "", "="), (2.44, "", "=")]),
        (
            "from 40% to 60% in one and 30% to 50%",
            [(40.0, "%", "="), (60.0, "%", "="), (30.0, "%", "="), (50.0, "%", "=")],
        ),
        ("improving Recall@50 to 67.6%", [(67.6, "%", "=")]),
        ("gains of +2.4 to +18.9 points", [(18.9, "points", "<=")]),
        ("62.9%p and a 5 percentage-point gain", [(62.9, "points", "="), (5.0, "points", "=")]),
        ("by a factor of 3.5", [(3.5, "x", "=")]),
        ("about 31 ms", [(31.0, "ms", "~")]),
        ("$100K", [(100_000.0, "USD", "=")]),
        ("an order of magnitude", [(10.0, "x", "=")]),
        ("200-fold", [(200.0, "x", "=")]),
        ("in Llama-3.1-8B", []),
        ("3times, 2.4times and 1.6times", [(3.0, "x", "="), (2.4, "x", "="), (1.6, "x", "=")]),
        (r"a 1.49$\times$ speedup, $2{\times}$ less", [(1.49, "x", "="), (2.0, "x", "=")]),
        (r"by 57$\%$ and $\textbf{1.7}\%$", [(57.0, "%", "="), (1.7, "%", "=")]),
        (r"gains of $18.4$ and $4.1$ points", [(18.4, "points", "="), (4.1, "points", "=")]),
        (r"$\sim$40\% of $\sim25\%$", [(40.0, "%", "~"), (25.0, "%", "~")]),
        (r"$92.2 \pm 2.4\%$, 3.5 ± 0.2 ms", [(92.2, "%", "="), (3.5, "ms", "=")]),
        (r"$2$-$3\times$ and 55--70\%", [(3.0, "x", "<="), (70.0, "%", "<=")]),
        ("costs $5, $10", [(5.0, "USD", "="), (10.0, "USD", "=")]),
        (r"images of 256$\times$256", [(256.0, "", "="), (256.0, "", "=")]),
        (r"perplexity of $10^4$", []),
        ("48.7%/51.1%/52.3% mIoU", [(48.7, "%", "="), (51.1, "%", "="), (52.3, "%", "=")]),
        ("34, 44, and 53 FPS", [(34.0, "FPS", "="), (44.0, "FPS", "="), (53.0, "FPS", "=")]),
        ("on an RTX 4090 and 1.6x", [(4090.0, "", "="), (1.6, "x", "=")]),
        ("an F1 of 0.71, 83% recall", [(0.71, "", "="), (83.0, "%", "=")]),
        ("11% for 2B and 17% for 7B", [(11.0, "%", "="), (2e9, "", "="), (17.0, "%", "="), (7e9, "", "=")]),
        ("improves (60.6% to 64.2%)", [(60.6, "%", "="), (64.2, "%", "=")]),
        ("errors fall 35% to 7%", [(35.0, "%", "="), (7.0, "%", "=")]),
        ("models (2B to 80B)", [(80e9, "", "<=")]),
        ("eight-fold fewer, fivefold", [(8.0, "x", "="), (5.0, "x", "=")]),
        ("our contribution is threefold", []),
        ("five-fold cross-validation", []),
        ("by five percentage points", [(5.0, "points", "=")]),
        ("they differ in three points", []),
        ("sub-50ms latency, near-100% recall", [(50.0, "ms", "<="), (100.0, "%", "~")]),
        ("sub-10B models", []),
        ("on GSM8K (+6.18), MMLU (+0.2)", [(6.18, "points", "="), (0.2, "", "=")]),
        ("weights of +1, (+7B parameters)", [(1.0, "", "="), (7e9, "", "=")]),
        ("an mAP of 45.3 and 60 FPS", [(45.3, "", "="), (60.0, "FPS", "=")]),
        ("a recall of 0.89 and 5.2 mm", [(0.89, "", "="), (5.2, "mm", "=")]),
        ("against 0.702 and 6.4%", [(0.702, "", "="), (6.4, "%", "=")]),
        ("between 0.02 and 1.7 seconds", [(0.02, "s", "="), (1.7, "s", "=")]),
        ("with batch size 32 and 2.5x", [(32.0, "", "="), (2.5, "x", "=")]),
        ("since 2024 and 5%", [(2024.0, "", "="), (5.0, "%", "=")]),
        ("for 2000 and 4000 tokens per second", [(2000.0, "tokens/s", "="), (4000.0, "tokens/s", "=")]),
        ("2 and 3 orders of magnitude", [(2.0, "", "="), (1000.0, "x", "=")]),
        ("Between 5 and 10%", [(5.0, "%", "="), (10.0, "%", "=")]),
        ("by 1.8 and 2.4 ms", [(1.8, "ms", "="), (2.4, "ms", "=")]),
        ("by 19.7 and 15.6, respectively", [(19.7, "points", "="), (15.6, "points", "=")]),
        ("4.2 vs. 5.1x, 2/up to 3 ms", [(4.2, "x", "="), (5.1, "x", "="), (2.0, "ms", "="), (3.0, "ms", "<=")]),
        (r"$10^{4}$ GPU hours, $x_{1} x_{2}$", []),
        (r"$1.2\times 10^{-3}$ s", [(1.2, "", "=")]),
        (r"5\,ms and 98.0+-0.7%", [(5.0, "ms", "="), (98.0, "%", "=")]),
        (r"$\approx$3 GB, $\approx3$ GB", [(3.0, "GB", "~"), (3.0, "GB", "~")]),
        (r"$91\%\rightarrow92\%$", [(91.0, "%", "="), (92.0, "%", "=")]),
        (
            r"1.10$\times$/4.86$\times$, 2x/3x, 4\%/5\%",
            [*((n, "x", "=") for n in (1.1, 4.86, 2, 3)), *((n, "%", "=") for n in (4, 5))],
        ),
        ("longer by times100 times", [(100.0, "x", "=")]),
        (r"\$100 ($\approx$ 90 EUR)", [(100.0, "USD", "="), (90.0, "", "~")]),
        ("on 4x NVIDIA A6000 or 8x RTX A5000 cards, 3x faster", [(3.0, "x", "=")]),
        ("where none of them reach 60% and no model exceeds 75%", [(60.0, "%", "<="), (75.0, "%", "<=")]),
        ("with no extra training it reaches 60%", [(60.0, "%", "=")]),
        ("2.5x 4-bit decoding on 8x 80GB", [(2.5, "x", "="), (4.0, "", "="), (8.0, "x", "="), (80.0, "GB", "=")]),
        ("an input of 1024 x 1024", [(1024.0, "", "="), (1024.0, "", "=")]),
        ("from 47% in 2021 to 19%", [(47.0, "%", "="), (19.0, "%", "=")]),
        ("contributions are four-fold", []),
        ("it is ten-fold faster", [(10.0, "x", "=")]),
        ("5 and 10 GB, 3 and 5 dB", [(5.0, "GB", "="), (10.0, "GB", "="), (3.0, "dB", "="), (5.0, "dB", "=")]),
        ("latency from 2000 to 500 ms", [(2000.0, "ms", "="), (500.0, "ms", "=")]),
        ("in 2023 and 4000 tokens/s", [(2023.0, "", "="), (4000.0, "tokens/s", "=")]),
        ("an accuracy of 91.2, 88.4 and 85.0%", [(91.2, "%", "="), (88.4, "%", "="), (85.0, "%", "=")]),
        ("a cut of 35 and 42%", [(35.0, "%", "="), (42.0, "%", "=")]),
        ("for 0.5, 1, and 2 hours", [(0.5, "hours", "="), (1.0, "hours", "="), (2.0, "hours", "=")]),
        ("on CoT (+12) and MATH (+9)", [(12.0, "points", "="), (9.0, "points", "=")]),
        ("by 2.5 and 1.1B", [(2.5, "points", "="), (1.1e9, "", "=")]),
        (r"$2\times/3\times$", [(2.0, "x", "="), (3.0, "x", "=")]),
        ("by five-fold patient-level cross-validation", []),
    ],
)
def test_quantities_are_read_as_papers_write_them(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(q.value, q.unit, q.bound) for q in find_quantities(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.24-2.01x", [(1.24, 2.01)]),
        (r"$2$-$3\times$, 55--70\%", [(2.0, 3.0), (55.0, 70.0)]),
        (r"4\%$\sim$10\% and 7x to 83x", [(4.0, 10.0), (7.0, 83.0)]),
        (r"92.5\% -- 3.1 points more", [(None, 92.5), (None, 3.1)]),
        ("85% --- 10 points higher", [(None, 85.0), (None, 10.0)]),
        ("500 to 2K QPS", [(500.0, 2000.0)]),
        ("sizes (8 to 64), a range (5% to 10%)", [(8.0, 64.0), (5.0, 10.0)]),
    ],
)
def test_a_range_has_both_its_ends(text: str, expected: list[tuple[float | None, float]]) -> None:
    assert [(q.low, q.value) for q in find_quantities(text)] == expected


@given(st.decimals(min_value=0, max_value=9999, places=2), st.sampled_from(["%", "x", " ms", " GB", " points"]))
def test_any_number_with_a_unit_is_that_quantity(number: object, unit: str) -> None:
    (quantity,) = find_quantities(f"by {number}{unit} in all")
    assert quantity.value == float(str(number))
    assert quantity.unit == unit.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from 74 s to 29 s", [(74.0, "s"), (29.0, "s")]),
        ("from 11 min to 95 s", [(11.0, "minutes"), (95.0, "s")]),
        ("took 3 h", [(3.0, "hours")]),
        ("consumes 380 $\\mu$W", [(380.0, "uW")]),
        ("0.91 \\mu J per inference", [(0.91, "uJ")]),
        ("in 12 \u00b5s", [(12.0, "us")]),
        ("runs at 62 Hz", [(62.0, "Hz")]),
        ("2 kJ", [(2.0, "kJ")]),
    ],
)
def test_units_of_one_letter_behind_a_space_count(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(q.value, q.unit) for q in find_quantities(text)] == expected
