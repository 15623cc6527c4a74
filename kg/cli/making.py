"""Commands that make a graph, and that help to correct it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import DEFAULT_GRAPH, INPUTS, GraphOption, InputsArgument, MinScoreOption, StrictOption
from kg.console import print_table, progress_bars, say, warn
from kg.records import MIN_SCORE, Extraction, KgError


def build(
    inputs: Annotated[list[Path] | None, INPUTS] = None,
    graph: GraphOption = DEFAULT_GRAPH,
    records: Annotated[
        Path | None,
        typer.Option(
            help="Records that exist already, annotated or written by kg extract: extract nothing. "
            "Papers that they do not hold are found in the inputs by their ids.",
            metavar="FILE",
        ),
    ] = None,
    save_records: Annotated[
        Path | None, typer.Option(help="Also write the records here as JSON Lines.", metavar="FILE|DIR")
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(help="Corrections for this and all later builds, in place of those before.", metavar="FILE"),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes that extract.", min=1)] = 1,
    strict: StrictOption = False,
    base: Annotated[
        str, typer.Option(help="The base of all IRIs, which ends in / or #.")
    ] = "https://w3id.org/paper-kg/",
    min_score: MinScoreOption = MIN_SCORE,
) -> None:
    """Read papers, extract, link and publish the graph.

    The graph holds all that was ever built into its directory; only new or changed papers are extracted.

    Examples:

      kg build page.txt

      kg build pages/ more.jsonl -g my-graph --jobs 4

      kg build page.txt --corrections corrections.yaml

      kg build papers.jsonl --records annotated.jsonl
    """
    from kg.build import build as run

    if not inputs and records is None:
        raise typer.BadParameter("papers to read are missing: give saved pages or JSON Lines, or --records FILE")
    with progress_bars() as progress:
        report = run(
            inputs or [],
            graph,
            records=records,
            save_records=save_records,
            corrections=corrections,
            jobs=jobs,
            strict=strict,
            base=base,
            min_score=min_score,
            progress=progress,
            warn=warn,
        )
    skipped = f", {report.skipped} bad records skipped" if report.skipped else ""
    joined = f" ({report.joined} records joined with others of the same paper)" if report.joined else ""
    for told in report.unmatched:
        say(f"matches nothing: {told}")
    if report.corrections or report.undecided:
        say(
            f"{graph}: {report.corrections} corrections, {len(report.unmatched)} of which match nothing, "
            f"and {report.undecided} facts undecided"
        )
    if records is not None:
        left = f"; {report.without_record} papers of the input have none and stay out" if report.without_record else ""
        lost = f"; {report.outdone} do not count, as the graph has a longer text of the paper" if report.outdone else ""
        say(f"{records}: {report.given} records{lost}{left}")
    if report.unchanged:
        say(f"{graph}: nothing new in {report.files} files; {report.papers} papers{joined}, nothing extracted{skipped}")
        return
    say(
        f"{graph}: {report.papers} papers{joined} from {report.files} files, {report.extracted} extracted, "
        f"{report.quads:,} triples in generation {report.generation}, {report.seconds:.1f} s{skipped}"
    )


def extract(
    inputs: InputsArgument,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write.", metavar="FILE")] = None,
    strict: StrictOption = False,
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
            files = list(input_files(inputs, fail if strict else warn))
            none = True
            for number, path in enumerate(files, start=1):
                for paper in kg.read.open(path, fail if strict else warn):
                    none = False
                    yield paper
                progress("reading", number, len(files))
            if none:
                raise KgError(f"{files[0]}: no paper was found in the input; nothing was extracted")

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


def review(
    graph: GraphOption = DEFAULT_GRAPH,
    below: Annotated[float, typer.Option(help="The confidence below which facts are shown.", min=0.0)] = 0.5,
    limit: Annotated[int, typer.Option(help="How many to show, the least sure first.", min=1)] = 50,
    format: Annotated[str, typer.Option(help="table, or yaml: corrections to decide on and build with.")] = "table",
) -> None:
    """List the facts of which extraction is least sure, with their sentences.

    Examples:

      kg review --below 0.4

      kg review --format yaml > corrections.yaml
    """
    from kg.review import as_corrections, doubts
    from kg.store import GraphDirectory

    if format not in {"table", "yaml"}:
        raise typer.BadParameter(f"there is no format '{format}'; there are table, yaml")
    directory = GraphDirectory(graph)
    found = doubts(directory.store(), below)
    if format == "yaml":
        sys.stdout.write(as_corrections(found, directory.corrections, limit))
        return
    shown = found[:limit]
    print_table(
        ("confidence", "fact", "thing", "metric", "value", "paper", "evidence"),
        tuple((d.confidence, d.role, d.thing or "", d.metric or "", d.value or "", d.title, d.evidence) for d in shown),
        "Facts to review",
    )
    say(f"{len(shown)} of {len(found)} facts below {below:g}")
