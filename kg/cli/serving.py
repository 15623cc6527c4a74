"""The graph for other programs, and the care of a graph directory."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.options import DEFAULT_GRAPH, GraphOption
from kg.console import progress_bars, results, say


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at; 0 for any that is free.", min=0, max=65535)] = 7333,
    timeout: Annotated[float, typer.Option(help="Seconds that a query may take.", min=0.001)] = 30.0,
    max_rows: Annotated[int, typer.Option(help="Rows of a result; it is cut there.", min=1)] = 100_000,
    max_bytes: Annotated[int, typer.Option(help="Bytes of a result; it is cut there.", min=1)] = 64 << 20,
    max_request: Annotated[int, typer.Option(help="Bytes of a request.", min=1)] = 1 << 20,
    max_queries: Annotated[
        int | None, typer.Option(help="Queries that run or wait at once; three a core by default.", min=1)
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


def rollback(graph: GraphOption = DEFAULT_GRAPH) -> None:
    """Publish the generation before the current one again.

    The next build publishes all that was ever built, as always.

    Example:

      kg rollback -g my-graph
    """
    from kg.store import GraphDirectory

    say(f"{graph}: generation {GraphDirectory(graph).rollback()} is published again")


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
