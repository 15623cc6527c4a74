"""Extraction on abstracts of arXiv that no weights learned from, beside other weights on the same abstracts.

    python benchmarks/abstracts.py ARXIV.jsonl [--beside WEIGHTS]

ARXIV.jsonl is arXiv's metadata (id, title, abstract). ``abstracts.jsonl`` beside this file annotates 234 of them by the
annotation guidelines, of the same months as those of ``training/arxiv.jsonl``. Figures: ``extraction.md``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

import kg.read
from kg.evaluate import Score, score
from kg.extract import extract
from kg.extract.recognizer import WEIGHTS
from kg.records import MIN_SCORE, Extraction, Paper
from kg.train.abstracts import placed_records

ANNOTATIONS = Path(__file__).with_suffix(".jsonl")


def scores(pairs: list[tuple[Paper, Extraction]], weights: Path) -> dict[str, Score]:
    """The scores of what is extracted with a network's weights."""
    found = extract((paper for paper, _ in pairs), weights=weights)
    return score((record, prediction.above(MIN_SCORE)) for (_, record), prediction in zip(pairs, found, strict=True))


def main() -> None:
    """Prints precision, recall and F1 of each kind, and the F1 of the other weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arxiv", type=Path)
    parser.add_argument("--beside", type=Path, help="a directory with other weights")
    args = parser.parse_args()
    pairs = list(placed_records(ANNOTATIONS, kg.read.open(args.arxiv)))
    ours = scores(pairs, WEIGHTS)
    beside = scores(pairs, args.beside) if args.beside else {}
    table = Table("", "precision", "recall", "F1", *(["F1 beside", "ratio"] if beside else []))
    for what, own in ours.items():
        other = [f"{beside[what].f1:.3f}", f"{own.f1 / max(beside[what].f1, 1e-9):.2f}"] if beside else []
        table.add_row(what, f"{own.precision:.3f}", f"{own.recall:.3f}", f"{own.f1:.3f}", *other)
    console = Console()
    console.print(f"{len(pairs)} abstracts")
    console.print(table)


if __name__ == "__main__":
    main()
