"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

GraphOption = Annotated[Path, typer.Option("-g", "--graph", help="The graph directory.", metavar="DIR")]
DEFAULT_GRAPH = Path("exports/graph")
INPUTS = typer.Argument(
    help="Saved pages or JSON Lines; a directory stands for its files of these formats, less hidden ones."
)
InputsArgument = Annotated[list[Path], INPUTS]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Stop at the first bad record or file instead of skipping it.")
]
MinScoreOption = Annotated[
    float, typer.Option(help="The probability from which on a fact counts.", min=0.0, max=1.0, show_default=True)
]
