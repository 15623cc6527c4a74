"""The console: tables and reports on standard output; messages and progress bars on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from kg.records import Extraction

messages = Console(stderr=True, highlight=False, markup=False)
results = Console(highlight=False, markup=False, soft_wrap=True)
PIPE_WIDTH = 120
Report = Callable[[str, int, int | None], None]


@contextmanager
def progress_bars() -> Iterator[Report]:
    """A callback that draws one bar a stage, on a terminal only."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages, disable=not messages.is_terminal, transient=True) as bars:
        stages: dict[str, int] = {}

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(bars.task_ids[list(stages).index(stage)], completed=done, total=total)

        yield report


def say(message: str) -> None:
    """Prints a line on standard error, unbroken."""
    messages.print(message, soft_wrap=True)


def warn(message: object) -> None:
    """Tells of something skipped, without stopping."""
    say(f"skipped: {message}")


def print_table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], title: str | None) -> None:
    """Prints rows on standard output, as wide as the terminal, or ``PIPE_WIDTH`` characters into a pipe."""
    out = Console(highlight=False, markup=False)
    if not out.is_terminal:
        out = Console(highlight=False, markup=False, width=PIPE_WIDTH)
    if title:
        out.print(title)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        numeric = bool(rows) and all(
            row[number].replace(",", "").replace(".", "", 1).isdigit() or not row[number] for row in rows
        )
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    out.print(table)


def print_report(pairs: list[tuple[Extraction, Extraction]], worst: int) -> None:
    """Prints where extraction goes wrong."""
    from kg import report

    counts = report.confusion(pairs)
    rows = tuple((kind, *(str(counts.get((kind, other), "")) for other in report.TYPES)) for kind in report.TYPES)
    print_table(("annotated", *report.TYPES), rows, "Spans of each annotated type, by the type predicted (– is none)")
    bins = report.reliability(pairs)
    print_table(
        ("score", "entities", "mean score", "right"),
        tuple((f"{b.low:.1f}–{b.high:.1f}", str(b.size), f"{b.score:.3f}", f"{b.right:.3f}") for b in bins),
        f"Reliability of entity scores; expected calibration error {report.calibration_error(bins):.3f}",
    )
    for paper in report.worst(pairs, worst):
        sys.stdout.write(f"Paper {paper.id}, mention F1 {paper.f1:.2f}: [-missed|Type-] {{+spurious|Type+}}\n")
        sys.stdout.write(f"{paper.marked}\n\n")
