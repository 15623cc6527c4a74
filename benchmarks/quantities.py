"""Quantities on two public test sets, next to quantulum3 and a plain regular expression.

    python benchmarks/quantities.py ../shared/external

The folder holds ``measeval/eval/{text,tsv}`` (MeasEval, SemEval-2021 task 8, general science) and
``quantities/quantities.json`` (the test cases of quantulum3). Neither is about machine learning, for which our grammar
is written. quantulum3 is optional: ``pip install quantulum3``, without its ``[classifier]`` extra, as scored here.

How to read the tables: every gold and every found quantity counts once. MeasEval's spans take in words like *about*,
which we keep apart as the bound, so *core* compares the spans without them. MeasEval leaves out years, citations and
numbers of sections, which costs every finder precision. The test cases are quantulum3's own regression suite, so its
100 % there is by construction; the regex baseline was written with MeasEval's units in view.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import json
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from kg.evaluate import Score
from kg.extract.quantities import find_quantities
from kg.records import KgError

OURS, REGEX, QUANTULUM = "kg", "regex", "quantulum3"

# Our unit names and those of quantulum3; our tokens/s, points and the like have no name there.
_QUANTULUM_NAMES = {
    "": "dimensionless", "x": "dimensionless", "%": "percentage", "USD": "dollar",
    "ns": "nanosecond", "us": "microsecond", "ms": "millisecond", "s": "second",
    "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week",
    "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "GB/s": "gigabyte per second", "TB/s": "terabyte per second", "mm": "millimetre", "mm^2": "square millimetre",
    "mW": "milliwatt", "W": "watt", "kW": "kilowatt", "MW": "megawatt", "kWh": "kilowatt hour",
    "pJ": "picojoule", "nJ": "nanojoule", "uJ": "microjoule", "mJ": "millijoule", "J": "joule",
    "MHz": "megahertz", "GHz": "gigahertz", "dB": "decibel",
}  # fmt: skip

# The regex baseline: digits, then at most one unit with an SI prefix or a common word.
_PLAIN = re.compile(
    r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?"
    r"(?:[\s-]?(?:%|‰|°[CFNSEW]?|Å|"
    r"(?:[fpnuμµmckMGT]?(?:eV|Pa|Hz|bar|mol|[mgsVWJAKNLlB])|min|h|hours?|days?|weeks?|months?|years?)(?![A-Za-z])))?"
)
# What MeasEval's spans take in before the number and we keep apart as the bound.
_MODIFIERS = re.compile(
    r"(?:(?:about|approximately|approx|around|nearly|almost|roughly|near|circa|ca|up to|at least|at most|over|"
    r"above|below|under|less than|more than|greater than|fewer than|lower than|higher than|between|from|only|"
    r"average|the|an?|of)\b\.?|[~∼≈±<>≤≥⩽⩾=])\s*",
    re.I,
)

_KINDS = (
    "all", "unit we read", "unit we do not read", "digits without unit", "no digit (two, a few)",
    "range", "list", "approximate", "begins with a modifier",
)  # fmt: skip

T = TypeVar("T")
G = TypeVar("G")


class Found(NamedTuple):
    """A quantity that a finder gives: its place, its value (a range's middle) and its unit as quantulum3 names it.

    The unit is None where the finder gives none that quantulum3 has a name for.
    """

    start: int
    end: int
    value: float
    unit: str | None


class Span(NamedTuple):
    """A gold quantity of MeasEval: its place, its unit as written (``""`` for none) and its modifiers."""

    start: int
    end: int
    unit: str
    modifiers: frozenset[str]


class Expectation(NamedTuple):
    """A quantity that a test case of quantulum3 expects."""

    start: int
    end: int
    value: float
    unit: str


Finder = Callable[[str], list[Found]]


def find_ours(text: str) -> list[Found]:
    """What `kg` finds.

    >>> find_ours("takes 2-4 days")
    [Found(start=6, end=14, value=3.0, unit='day')]
    """
    return [
        Found(q.start, q.end, q.value if q.low is None else (q.low + q.value) / 2, _QUANTULUM_NAMES.get(q.unit))
        for q in find_quantities(text)
    ]


def find_ours_with_units(text: str) -> list[Found]:
    """What `kg` finds, without the bare numbers (years, counts, numbers of sections)."""
    with_units = {(q.start, q.end) for q in find_quantities(text) if q.unit}
    return [found for found in find_ours(text) if (found.start, found.end) in with_units]


def find_plain(text: str) -> list[Found]:
    """What the regular expression finds.

    >>> find_plain("at 1,050 K")
    [Found(start=3, end=10, value=1050.0, unit=None)]
    """
    found = []
    for match in _PLAIN.finditer(text):
        digits = re.sub(r"[^\d.]", "", re.split(r"(?<=\d)(?![\d.,])", match.group())[0])
        value = float(digits) * (-1 if match.group()[0] in "-−" else 1)
        found.append(Found(match.start(), match.start() + len(match.group().rstrip(",")), value, None))
    return found


def finders() -> dict[str, Finder]:
    """Every finder that can run here by name; quantulum3 only where it is installed."""
    found: dict[str, Finder] = {OURS: find_ours, f"{OURS}, with a unit": find_ours_with_units, REGEX: find_plain}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that the classifier is not installed
            from quantulum3 import parser
    except ImportError:
        return found

    def find_quantulum(text: str) -> list[Found]:
        return [Found(q.span[0], q.span[1], q.value, q.unit.name) for q in parser.parse(text)]

    return found | {QUANTULUM: find_quantulum}


def read_measeval(folder: Path) -> Iterator[tuple[str, list[Span]]]:
    """The annotated texts of a MeasEval set with their gold quantities; texts without a file of annotations are out."""
    for path in sorted((folder / "tsv").glob("*.tsv")):
        text = (folder / "text" / f"{path.stem}.txt").read_bytes().decode()
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        spans = []
        for row in rows:
            if row["annotType"] == "Quantity":
                other = json.loads(row["other"] or "{}")
                place = int(row["startOffset"]), int(row["endOffset"])
                spans.append(Span(*place, other.get("unit", ""), frozenset(other.get("mods", ()))))
        yield text, sorted(spans)


def read_cases(path: Path) -> Iterator[tuple[str, list[Expectation]]]:
    """The sentences of quantulum3's test cases with what each expects, in order."""
    for case in json.loads(path.read_text(encoding="utf-8")):
        text, at, expected = case["req"], 0, []
        for result in case["res"]:
            start = text.find(result["surface"], at)
            if start < 0:
                raise KgError(f"{path}: {result['surface']!r} does not stand in {text!r}")
            at = start + len(result["surface"])
            expected.append(Expectation(start, at, result["value"], result["unit"]))
        yield text, expected


def pair(gold: Sequence[G], found: Sequence[T], agree: Callable[[G, T], bool]) -> list[tuple[G, T]]:
    """Gold and found items that agree, each used once, from left to right.

    >>> pair([1, 2], [2, 2, 3], lambda a, b: a == b)
    [(2, 2)]
    """
    left, pairs = list(found), []
    for item in gold:
        match = next((i for i, other in enumerate(left) if agree(item, other)), None)
        if match is not None:
            pairs.append((item, left.pop(match)))
    return pairs


def overlap(a: Span | Expectation, b: Found) -> bool:
    """Whether two spans share a character."""
    return a.start < b.end and b.start < a.end


def core(text: str, span: Span | Found) -> tuple[int, int]:
    """The place of a span without the modifiers and spaces before its number and the punctuation behind it.

    >>> core("at about 5 m.", Span(3, 13, "m", frozenset()))
    (9, 12)
    """
    start, end = span.start, span.end
    while (match := _MODIFIERS.match(text, start, end)) and match.end() < end:
        start = match.end()
    return start, start + len(text[start:end].rstrip(" .,;)"))


def same_value(expected: Expectation, found: Found) -> bool:
    """Whether a finder gives the value, within 1 %, on the surface that is expected."""
    return overlap(expected, found) and abs(found.value - expected.value) <= 0.01 * abs(expected.value)


def same_quantity(expected: Expectation, found: Found) -> bool:
    """Whether also the unit agrees."""
    return same_value(expected, found) and found.unit == expected.unit


def has_unit(unit: str) -> bool:
    """Whether our grammar reads a unit whole.

    >>> has_unit("ms"), has_unit("keV"), has_unit("m s−1")
    (True, False, False)
    """
    return any(
        quantity.unit and (quantity.start, quantity.end) == (0, len(text))
        for text in (f"1 {unit}", f"1{unit}")
        for quantity in find_quantities(text)
    )


def kinds(text: str, span: Span) -> Iterator[str]:
    """Those of the kinds of gold quantity (``_KINDS``) that a span is of."""
    yield "all"
    written = text[span.start : span.end]
    if not re.search(r"\d", written):
        yield "no digit (two, a few)"
    elif not span.unit:
        yield "digits without unit"
    else:
        yield "unit we read" if has_unit(span.unit) else "unit we do not read"
    for modifier, name in {"IsRange": "range", "IsList": "list", "IsApproximate": "approximate"}.items():
        if modifier in span.modifiers:
            yield name
    if span.start != core(text, span)[0]:
        yield "begins with a modifier"


def score_spans(texts: Sequence[tuple[str, list[Span]]], find: Finder) -> dict[str, Score]:
    """Scores of spans: exact, exact without modifiers (`core`) and overlapping, one to one."""
    hits, gold, predicted = {"exact": 0, "exact core": 0, "overlap": 0}, 0, 0
    for text, spans in texts:
        found = sorted(find(text))
        gold, predicted = gold + len(spans), predicted + len(found)
        hits["exact"] += len(pair(spans, found, lambda a, b: a[:2] == b[:2]))
        hits["exact core"] += len(pair([core(text, s) for s in spans], [core(text, f) for f in found], tuple.__eq__))
        hits["overlap"] += len(pair(spans, found, overlap))
    return {name: Score.of(count, gold, predicted) for name, count in hits.items()}


def recall_by_kind(texts: Sequence[tuple[str, list[Span]]], find: Finder) -> dict[str, tuple[int, int, int]]:
    """For each kind of gold quantity: how many there are, are found with their exact core, and are overlapped."""
    counts: dict[str, tuple[int, int, int]] = {}
    for text, spans in texts:
        found = find(text)
        cores = {core(text, f) for f in found}
        for span in spans:
            exact, touched = core(text, span) in cores, any(overlap(span, f) for f in found)
            for kind in kinds(text, span):
                n, e, t = counts.get(kind, (0, 0, 0))
                counts[kind] = n + 1, e + exact, t + touched
    return counts


def score_cases(
    cases: Sequence[tuple[str, list[Expectation]]], find: Finder, agree: Callable[[Expectation, Found], bool]
) -> tuple[Score, Score]:
    """Scores against expectations, all of them and those whose unit has a name with us."""
    named = set(_QUANTULUM_NAMES.values())
    hits = gold = predicted = named_hits = named_gold = 0
    for text, expected in cases:
        found = find(text)
        pairs = pair(expected, found, agree)
        hits, gold, predicted = hits + len(pairs), gold + len(expected), predicted + len(found)
        named_hits += sum(e.unit in named for e, _ in pairs)
        named_gold += sum(e.unit in named for e in expected)
    return Score.of(hits, gold, predicted), Score.of(named_hits, named_gold, predicted)


def ratio(ours: float, baseline: float) -> str:
    """Ours over the baseline's, as tables print it."""
    return f"{ours / baseline:.2f}" if baseline else "-"


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a Markdown table."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    print(f"\n{title}\n")
    for i, line in enumerate(lines):
        cells = [cell.rjust(w) if j else cell.ljust(w) for j, (cell, w) in enumerate(zip(line, widths, strict=True))]
        print("| " + " | ".join(cells) + " |")
        if not i:
            print("|" + "|".join("-" * (w + 1) + (":" if j else "-") for j, w in enumerate(widths)) + "|")


def print_comparison(title: str, header: Sequence[str], figures: dict[str, list[float | None]]) -> None:
    """Prints the figures of every finder, then the ratios of ours over each baseline; None prints as a dash."""
    rows = [[name, *("-" if v is None else f"{100 * v:.1f}" for v in values)] for name, values in figures.items()]
    for name, values in figures.items():
        if not name.startswith(OURS):
            pairs = zip(figures[OURS], values, strict=True)
            rows.append([f"{OURS} / {name}", *("-" if a is None or not b else ratio(a, b) for a, b in pairs)])
    print_table(title, ["", *header], rows)


def main() -> None:
    """Prints every table."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("external", type=Path, help="the folder of measeval/ and quantities/")
    external = arguments.parse_args().external
    for needed in ("measeval/eval/tsv", "quantities/quantities.json"):
        if not (external / needed).exists():
            arguments.error(f"{external} holds no {needed}")
    available = finders()
    if QUANTULUM in available:
        print(f"quantulum3 {importlib.metadata.version(QUANTULUM)}, without its classifier")
    else:
        print("quantulum3 is not installed (pip install quantulum3): its rows are left out")

    texts = list(read_measeval(external / "measeval" / "eval"))
    spans: dict[str, list[float | None]] = {}
    for name, find in available.items():
        scores = score_spans(texts, find).values()
        spans[name] = [value for s in scores for value in (s.precision, s.recall, s.f1)]
    header = [f"{match} {what}" for match in ("exact", "core", "overlap") for what in ("P", "R", "F1")]
    total = sum(len(gold) for _, gold in texts)
    print_comparison(f"MeasEval eval: {total} gold spans in {len(texts)} annotated texts, %", header, spans)

    lost = {name: recall_by_kind(texts, find) for name, find in available.items() if name in {OURS, REGEX, QUANTULUM}}
    rows = [
        [kind, str(n), *(f"{100 * counts[kind][i] / n:.0f}" for i in (1, 2) for counts in lost.values())]
        for kind in _KINDS
        if (n := lost[OURS].get(kind, (0, 0, 0))[0])
    ]
    header = ["kind", "gold", *(f"{match} {name}" for match in ("core", "overlap") for name in lost)]
    print_table("MeasEval eval: recall by kind of gold quantity, %", header, rows)

    cases = list(read_cases(external / "quantities" / "quantities.json"))
    expected = [e for _, case in cases for e in case]
    named = sum(e.unit in set(_QUANTULUM_NAMES.values()) for e in expected)
    figures: dict[str, list[float | None]] = {}
    for name, find in available.items():
        value, value_named = score_cases(cases, find, same_value)
        both, both_named = score_cases(cases, find, same_quantity)
        units: list[float | None] = [None] * 3 if name == REGEX else [both.recall, both.precision, both_named.recall]
        figures[name] = [value.recall, value.precision, value_named.recall, *units]
    print_comparison(
        f"quantulum3's test cases: {len(expected)} expected in {len(cases)} sentences, {named} of a unit we name, %",
        ["value R", "value P", "value R named", "+unit R", "+unit P", "+unit R named"],
        figures,
    )


if __name__ == "__main__":
    main()
