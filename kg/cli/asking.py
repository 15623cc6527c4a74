"""Commands that ask a graph, draw it, check it and take it away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import DEFAULT_GRAPH, GraphOption
from kg.console import print_table, results, say


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
        say("1 row" if len(result.rows) == 1 else f"{len(result.rows)} rows")
    else:
        sys.stdout.buffer.write(result)


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
    say("The examples ask the graph that make demo builds of examples/; name things of your own graph in their place.")


def show(
    name: Annotated[str, typer.Argument(help="The name or IRI of a thing, or a paper's title or arXiv identifier.")],
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


def stats(graph: GraphOption = DEFAULT_GRAPH) -> None:
    """Count what the graph holds.

    Example:

      kg stats
    """
    from kg.stats import stats as run
    from kg.store import GraphDirectory

    for heading, counts in run(GraphDirectory(graph).store()).items():
        print_table((heading, "count"), tuple((what, f"{n:,}") for what, n in counts), None)


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


def _pairs(parameters: list[str]) -> Iterator[tuple[str, str]]:
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise typer.BadParameter(f"'{parameter}' is not of the form name=value")
        yield name, value
