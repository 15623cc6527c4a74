"""The catalogue of known names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.app import app
from kg.console import results, say

catalog = typer.Typer(help="Look after the catalogue of known names.", no_args_is_help=True)
app.add_typer(catalog, name="catalog")


@catalog.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(help="The directory of its .ttl files; the one that ships unless given.")
    ] = None,
) -> None:
    """Check a catalogue for shared labels, dangling parents and figures without a source; exit code 1 if there are any.

    Examples:

      kg catalog check

      kg catalog check ontology/catalog
    """
    from kg.catalog_check import check as run
    from kg.resources import resource

    place = directory or resource("ontology") / "catalog"
    findings = run(place)
    for finding in findings:
        results.print(f"{finding.file}: <{finding.entry}>: {finding.problem}")
    say(f"{place}: {len(findings)} findings" if findings else f"{place}: nothing to correct")
    if findings:
        raise typer.Exit(1)
