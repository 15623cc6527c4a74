"""The commands: they parse arguments, call the library and print. Results go to standard output, all else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kg.records import KgError

app = typer.Typer(
    name="kg",
    help="The knowledge graph of machine-learning papers: saved abstracts in, a graph that answers questions out.",
    epilog="Begin with: kg build my-page.txt && kg queries",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
messages = Console(stderr=True, highlight=False, markup=False)

GraphOption = Annotated[Path, typer.Option("-g", "--graph", help="The graph directory.", metavar="DIR")]
DEFAULT_GRAPH = Path("exports/graph")
Report = Callable[[str, int, int | None], None]


def main() -> None:
    """Runs a command; turns its failures into one line on standard error and an exit code."""
    try:
        app()
    except KgError as error:
        messages.print(f"kg: {error}", soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        messages.print("kg: stopped; what was finished is kept")
        sys.exit(130)


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


def warn(message: object) -> None:
    """Tells of something skipped, without stopping."""
    messages.print(f"skipped: {message}", soft_wrap=True)


