"""The program ``kg``, and the options that several of its commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="kg",
    help="The knowledge graph of machine-learning papers: saved abstracts in, a graph that answers questions out.",
    epilog="Begin with: kg build my-page.txt && kg queries",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

GraphOption = Annotated[Path, typer.Option("-g", "--graph", help="The graph directory.", metavar="DIR")]
DEFAULT_GRAPH = Path("exports/graph")
MinScoreOption = Annotated[
    float, typer.Option(help="The probability from which on a fact counts.", min=0.0, max=1.0, show_default=True)
]
