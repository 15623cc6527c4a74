"""Papers in: a graph or records out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.app import DEFAULT_GRAPH, GraphOption, MinScoreOption, app
from kg.console import progress_bars, say, warn
from kg.records import MIN_SCORE, Extraction, KgError


@app.command()
def build(
    inputs: Annotated[list[Path], typer.Argument(help="Saved pages or JSON Lines; a directory stands for its files.")],
    graph: GraphOption = DEFAULT_GRAPH,
    records: Annotated[
        Path | None, typer.Option(help="Also write the records here as JSON Lines.", metavar="FILE|DIR")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes that extract.", min=1)] = 1,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first bad record instead of skipping it.")
    ] = False,
    base: Annotated[str, typer.Option(help="The base of all IRIs.")] = "https://w3id.org/paper-kg/",
    min_score: MinScoreOption = MIN_SCORE,
) -> None:
    """Read papers, extract, link and publish the graph.

    The graph holds all that was ever built into its directory; only new or changed papers are extracted.

    Examples:

      kg build page.txt

      kg build pages/ more.jsonl -g my-graph --jobs 4
    """
    from kg.build import build as run

    with progress_bars() as progress:
        report = run(
            inputs,
            graph,
            records=records,
            jobs=jobs,
            strict=strict,
            base=base,
            min_score=min_score,
            progress=progress,
            warn=warn,
        )
    skipped = f", {report.skipped} bad records skipped" if report.skipped else ""
    if report.unchanged:
        say(f"{graph}: nothing new in {report.files} files; {report.papers} papers, nothing extracted{skipped}")
        return
    say(
        f"{graph}: {report.papers} papers from {report.files} files, {report.extracted} extracted, "
        f"{report.quads:,} triples in generation {report.generation}, {report.seconds:.1f} s{skipped}"
    )


@app.command()
def extract(
    inputs: Annotated[list[Path], typer.Argument(help="Saved pages or JSON Lines; a directory stands for its files.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write.", metavar="FILE")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first bad record instead of skipping it.")
    ] = False,
    min_score: MinScoreOption = MIN_SCORE,
) -> None:
    """Write the records of papers as JSON Lines, on standard output by default.

    Examples:

      kg extract page.txt -o records.jsonl

      kg extract papers.jsonl | jq .introduces
    """
    import kg.read
    from kg.build import input_files, write_records
    from kg.extract import extract as run
    from kg.records import Paper

    def fail(error: KgError) -> None:
        raise error

    with progress_bars() as progress:

        def papers() -> Iterator[Paper]:
            files = list(input_files(inputs))
            for number, path in enumerate(files, start=1):
                yield from kg.read.open(path, fail if strict else warn)
                progress("reading", number, len(files))

        def counted(records: Iterator[Extraction]) -> Iterator[Extraction]:
            for number, record in enumerate(records, start=1):
                yield record.above(min_score)
                progress("extracting", number, None)

        records = counted(run(papers()))
        if output is None:
            for record in records:
                sys.stdout.write(record.model_dump_json() + "\n")
        else:
            count = write_records(records, output)
            say(f"{output}: {count} records")
