"""The commands: they parse arguments, call the library and print.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kg.console import messages, print_report, print_table, progress_bars, results, say, warn
from kg.records import MIN_SCORE, Extraction, KgError

app = typer.Typer(
    name="kg",
    help="The knowledge graph of machine-learning papers: saved abstracts in, a graph that answers questions out.",
    epilog="Begin with: kg build my-page.txt && kg queries",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
catalog = typer.Typer(help="Look after the catalogue of known names.", no_args_is_help=True)
app.add_typer(catalog, name="catalog")

GraphOption = Annotated[Path, typer.Option("-g", "--graph", help="The graph directory.", metavar="DIR")]
DEFAULT_GRAPH = Path("exports/graph")
TrainingOption = Annotated[Path, typer.Option(help="Invented papers: a directory with corpus.jsonl and gold.jsonl.")]
TRAINING = Path("training")
ExternalOption = Annotated[
    Path | None,
    typer.Option(help="Texts of other annotation schemes: a directory with scirex/ and tdmsci/ as published."),
]
MinScoreOption = Annotated[
    float, typer.Option(help="The probability from which on a fact counts.", min=0.0, max=1.0, show_default=True)
]


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


@app.command()
def query(
    name: Annotated[str, typer.Argument(help="A named query, a .rq file, or - for standard input.")],
    parameters: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="name=value", metavar="NAME=VALUE")
    ] = None,
    format: Annotated[str, typer.Option(help="table, csv, tsv, json, xml; ttl or nt for triples.")] = "table",
    timeout: Annotated[float | None, typer.Option(help="Seconds after which to give up.", min=0.001)] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="Ask this SPARQL endpoint instead of a graph directory.", metavar="URL")
    ] = None,
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Ask the graph a question, by name or in SPARQL.

    Examples:

      kg query hardware-papers -p hardware=A100

      kg query best-results -p metric=throughput --format csv

      echo 'SELECT * { ?s ?p ?o } LIMIT 5' | kg query -

      kg query hardware-usage --endpoint http://127.0.0.1:7333/sparql
    """
    from kg.endpoint import Endpoint
    from kg.query import FORMATS, NamedQuery, Table, answer, find_query
    from kg.store import GraphDirectory

    if format not in FORMATS:
        raise typer.BadParameter(f"there is no format '{format}'; there are {', '.join(FORMATS)}")
    values = dict(_pairs(parameters or []))
    asked = NamedQuery("standard input", "", "", (), "", sys.stdin.read()) if name == "-" else find_query(name)
    source = Endpoint(endpoint, timeout) if endpoint else GraphDirectory(graph).store()
    result = answer(source, asked, values, format, timeout)
    if isinstance(result, Table):
        print_table(result.columns, result.rows, asked.title)
        say(f"{len(result.rows)} rows")
    else:
        sys.stdout.buffer.write(result)


@app.command()
def queries() -> None:
    """List the named queries with their parameters.

    Example:

      kg queries
    """
    from kg.query import named_queries

    rows = []
    for named in named_queries():
        parameters = ", ".join(
            f"{p.name} ({p.kind}{'' if p.default is None else f', {p.default} unless given'})" for p in named.parameters
        )
        rows.append((named.name, named.title, parameters, named.example))
    print_table(("name", "title", "parameters", "example"), tuple(rows), "Named queries")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The name or IRI of a thing, or a paper's title.")],
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Show a thing or a paper: its facts, each with its sentence.

    Examples:

      kg show vLLM

      kg show https://w3id.org/paper-kg/id/hardware/nvidia-a100
    """
    from kg.show import show as run
    from kg.store import GraphDirectory

    shown = run(GraphDirectory(graph).store(), name)
    results.print(f"<{shown.iri}>")
    for key, value in shown.particulars:
        results.print(f"  {key}: {value}")
    for heading, claims in (("facts", shown.facts), ("results", shown.results)):
        if claims:
            results.print(f"\n{heading}")
        for what, title, evidence in claims:
            results.print(f"  {what}\n      {title}\n      “{evidence}”" if evidence else f"  {what}\n      {title}")


@app.command()
def view(
    focus: Annotated[str | None, typer.Option(help="Draw what stands around this name.", metavar="NAME")] = None,
    depth: Annotated[int, typer.Option(help="How many steps around the focus.", min=1)] = 2,
    output: Annotated[Path, typer.Option("-o", "--output", help="The page to write.", metavar="FILE")] = Path(
        "exports/graph.html"
    ),
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Draw the graph as one page that works without a network.

    Examples:

      kg view

      kg view --focus A100 --depth 2 -o a100.html
    """
    from kg.export import write_whole
    from kg.store import GraphDirectory
    from kg.view import write_page

    store = GraphDirectory(graph).store()
    write_whole(output, lambda path: write_page(store, path, focus, depth))
    say(f"{output}: open it in a browser")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at; 0 for any that is free.", min=0, max=65535)] = 7333,
    timeout: Annotated[float, typer.Option(help="Seconds that a query may take.", min=0.001)] = 30.0,
    max_rows: Annotated[int, typer.Option(help="Rows of a result; it is cut there.", min=1)] = 100_000,
    max_bytes: Annotated[int, typer.Option(help="Bytes of a result; it is cut there.", min=1)] = 64 << 20,
    max_request: Annotated[int, typer.Option(help="Bytes of a request.", min=1)] = 1 << 20,
    max_queries: Annotated[
        int | None, typer.Option(help="Queries that run or wait at once; six a core by default.", min=1)
    ] = None,
    memory: Annotated[int, typer.Option(help="Megabytes that one query may take.", min=16)] = 1024,
    allow_service: Annotated[
        list[str] | None, typer.Option(help="A host that queries may call by SERVICE.", metavar="HOST")
    ] = None,
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Serve the graph: SPARQL 1.1 at /sparql, a page and data for every IRI, search. Logs go to standard output.

    A new build, or kg rollback, is gone over to without losing a request.

    Examples:

      kg serve

      kg serve --port 8080 --timeout 10 -g my-graph > access.log
    """
    from kg.serve.limits import Limits
    from kg.serve.server import serve as run

    limits = Limits(
        seconds=timeout,
        rows=max_rows,
        bytes=max_bytes,
        request_bytes=max_request,
        **({} if max_queries is None else {"concurrent": max_queries}),
        memory_mb=memory,
        services=frozenset(host.lower() for host in allow_service or ()),
    )
    run(graph, host, port, limits, lambda address: say(f"{graph}: {address} (SPARQL at {address}sparql)"))


@app.command()
def publish(
    endpoint: Annotated[
        str, typer.Option(help="The address of a store that speaks the Graph Store Protocol.", metavar="URL")
    ],
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait for each answer.", min=0.001)] = None,
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Send the graph to another triple store, each named graph in chunks, and compare the counts.

    A run that broke off goes on with the graphs that are missing.

    Example:

      kg publish --endpoint http://localhost:7878/store
    """
    from kg.endpoint import publish as run
    from kg.store import GraphDirectory

    directory = GraphDirectory(graph)
    store, current = directory.store(), directory.current()
    state = directory.path / "publish.json"
    number = current.name if current else ""
    with progress_bars() as progress:
        total, triples, graphs = len(list(store.named_graphs())), 0, 0
        for graphs, (_, size) in enumerate(run(store, endpoint, state, number, timeout), start=1):
            triples += size
            progress("publishing", graphs, total)
    say(f"{endpoint}: {triples:,} triples in {graphs} named graphs; the counts there agree")


@app.command()
def rollback(graph: GraphOption = DEFAULT_GRAPH) -> None:
    """Publish the generation before the current one again.

    The next build publishes all that was ever built, as always.

    Example:

      kg rollback -g my-graph
    """
    from kg.store import GraphDirectory

    say(f"{graph}: generation {GraphDirectory(graph).rollback()} is published again")


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Check a graph directory: records, generations (SHA-256, counts), link; exit code 1 if something stays wrong.

    Examples:

      kg doctor

      kg doctor --repair -g my-graph
    """
    from kg.store import GraphDirectory
    from kg.store.doctor import examine

    findings = examine(GraphDirectory(graph), repair)
    for finding in findings:
        results.print(f"{finding.text}\n  {finding.remedy}")
    wrong = sum(not finding.repaired for finding in findings)
    say(f"{graph}: {len(findings)} findings, {len(findings) - wrong} repaired" if findings else f"{graph}: sound")
    if wrong:
        raise typer.Exit(1)


@app.command()
def export(
    formats: Annotated[list[str], typer.Argument(help="ttl, trig, nt, nq, jsonld, rdfxml, graphml, html")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The directory to write into.", metavar="DIR")] = Path(
        "exports"
    ),
    graph: GraphOption = DEFAULT_GRAPH,
) -> None:
    """Write the graph as files for other tools.

    Examples:

      kg export ttl

      kg export nq jsonld graphml -o out
    """
    from kg.export import export as run
    from kg.store import GraphDirectory

    for path in run(GraphDirectory(graph).store(), formats, output):
        say(f"{path}: {path.stat().st_size:,} bytes")


@app.command()
def stats(graph: GraphOption = DEFAULT_GRAPH) -> None:
    """Count what the graph holds.

    Example:

      kg stats
    """
    from kg.stats import stats as run
    from kg.store import GraphDirectory

    for heading, counts in run(GraphDirectory(graph).store()).items():
        print_table((heading, "count"), tuple((what, f"{n:,}") for what, n in counts), None)


@app.command()
def validate(graph: GraphOption = DEFAULT_GRAPH) -> None:
    """Check the graph against its SHACL shapes; exit code 1 if it breaks one.

    Example:

      kg validate
    """
    from kg.store import GraphDirectory
    from kg.validate import validate as run

    violations = run(GraphDirectory(graph).store())
    for violation in violations:
        results.print(f"<{violation.node}> {violation.path}: {violation.message}")
    say(f"{graph}: {len(violations)} violations" if violations else f"{graph}: no violation")
    if violations:
        raise typer.Exit(1)


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


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Argument(help="Annotated records, JSON Lines.")],
    corpus: Annotated[Path, typer.Option(help="The papers of the annotations, JSON Lines.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
    worst: Annotated[int, typer.Option(help="How many of the worst papers to show, their errors marked.", min=0)] = 3,
    folds: Annotated[
        int | None,
        typer.Option(
            "--cross-validate",
            help="Train anew on all but one of so many folds, and score the fold left out; takes minutes a fold.",
            min=2,
        ),
    ] = None,
    training: TrainingOption = TRAINING,
    external: ExternalOption = None,
) -> None:
    """Score extraction against annotated papers, with confusions, the worst papers and the reliability of scores.

    Cross-validation needs pip install 'paper-kg[train]'.

    Examples:

      kg evaluate examples/expected.jsonl --corpus examples/corpus.jsonl

      kg evaluate gold.jsonl --corpus papers.jsonl --cross-validate 5
    """
    import json
    from dataclasses import asdict

    from kg.evaluate import predictions, score

    if folds is None:
        pairs = list(predictions(gold, corpus))
    else:
        with progress_bars() as progress:
            from kg.train import cross_validate

            pairs = cross_validate(gold, corpus, training, external, folds, progress)
    scores = score(pairs)
    if as_json:
        sys.stdout.write(json.dumps({what: asdict(score) for what, score in scores.items()}) + "\n")
        return
    rows = tuple(
        (what, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", str(s.gold), str(s.predicted))
        for what, s in scores.items()
    )
    print_table(("", "precision", "recall", "F1", "gold", "predicted"), rows, None)
    print_report(pairs, worst)


@app.command()
def train(
    gold: Annotated[Path, typer.Argument(help="Annotated records, JSON Lines.")],
    corpus: Annotated[Path, typer.Option(help="The papers of the annotations, JSON Lines.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The directory for the weights.")],
    training: TrainingOption = TRAINING,
    external: ExternalOption = None,
    folds: Annotated[int, typer.Option(help="Folds held out in turn, to calibrate scores.", min=2)] = 5,
) -> None:
    """Train the recogniser; needs pip install 'paper-kg[train]', and an hour or so on a laptop.

    It learns from other annotation schemes, then from invented papers, then from the annotated ones. The weights are
    used when they stand in the package's own directory, kg/extract/weights.

    Example:

      kg train gold.jsonl --corpus papers.jsonl -o kg/extract/weights
    """
    from kg.evaluate import score
    from kg.train import train as run

    with progress_bars() as progress:
        pairs = run(gold, corpus, training, external, folds, output, progress)
    rows = tuple((what, f"{s.f1:.3f}", str(s.gold)) for what, s in score(pairs).items())
    print_table(("", "F1", "gold"), rows, f"Scores on {folds} folds that were held out")
    say(f"{output}: weights written")


def _pairs(parameters: list[str]) -> Iterator[tuple[str, str]]:
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise typer.BadParameter(f"'{parameter}' is not of the form name=value")
        yield name, value
