"""The commands: they parse arguments, call the library and print.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from kg.cli.asking import export, queries, query, show, stats, validate, view
from kg.cli.making import build, extract, review
from kg.cli.quality import check, evaluate, train
from kg.cli.serving import doctor, publish, rollback, serve
from kg.console import messages
from kg.records import KgError, UsageError

app = typer.Typer(
    name="kg",
    help="The knowledge graph of machine-learning papers: saved abstracts in, a graph that answers questions out.",
    epilog="Begin with: kg build my-page.txt && kg queries",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS = (
    *(build, extract, review),
    *(query, queries, show, view, export, stats, validate),
    *(serve, publish, rollback, doctor),
    *(evaluate, train),
)
for command in COMMANDS:
    app.command()(command)
catalog = typer.Typer(help="Look after the catalogue of known names.", no_args_is_help=True)
catalog.command()(check)
app.add_typer(catalog, name="catalog")


def _version(asked: bool) -> None:
    if asked:
        import importlib.metadata  # takes a while, and no other command asks

        typer.echo(f"kg {importlib.metadata.version('paper-kg')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None: ...


_COLLECTED = 100_000
"""New objects from which on the collector looks for garbage: nearly all that a command loads stays."""


def main() -> None:
    """Runs a command; turns its failures into one line on standard error and an exit code."""
    gc.set_threshold(_COLLECTED)
    try:
        app()
    except KgError as error:
        messages.print(f"kg: {error}", soft_wrap=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        messages.print("kg: stopped; what was finished is kept")
        sys.exit(130)
    finally:
        gc.freeze()  # else the last thing a command does is to look all of it through, for up to a fifth of its time
