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
        ("2400 H100 GPU hours", [(2400.0, "hours", "=")]),
        ("78.3% to **85.67**%", [(78.3, "%", "="), (85.67, "%", "=")]),
        ("over 3 hours", [(3.0, "hours", ">=")]),
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
        ("within five points", [(5.0, "points", "<=")]),
        ("sub-50ms latency, near-100% recall", [(50.0, "ms", "<="), (100.0, "%", "~")]),
        ("sub-10B models", []),
        ("on GSM8K (+6.18)", [(6.18, "points", "=")]),
    ],
)
def test_quantities_are_read_as_papers_write_them(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(q.value, q.unit, q.bound) for q in find_quantities(text)] == expected


@given(st.decimals(min_value=0, max_value=9999, places=2), st.sampled_from(["%", "x", " ms", " GB", " points"]))
def test_any_number_with_a_unit_is_that_quantity(number: object, unit: str) -> None:
    (quantity,) = find_quantities(f"by {number}{unit} in all")
    assert quantity.value == float(str(number))
    assert quantity.unit == unit.strip()
