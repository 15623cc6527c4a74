"""``kg serve`` under load, against the bare engine in the same run.

    python benchmarks/serve.py exports/graph --seconds 60

One client, then 32, ask the named queries in turn: first the engine alone (``oxigraph serve-read-only`` on the same
store), then ``kg serve``, which keeps answers that took it long; so it is asked once more with questions that
are never the same. Then the named queries again while a query runs that joins everything with everything and
sorts it, as long as its time limit lets it. Figures are requests a second, and milliseconds of latency. It exits with
1 when a bar is missed: an error other than 429, p99 under 20 times the median of one client, 0.7 times the
throughput of the bare engine, 3 times the latency beside the exploding query.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import re
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.query import bind, named_queries
from kg.records import KgError
from kg.sparql import substitute
from kg.store import GraphDirectory

EXPLODING = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?e ?i"


@dataclass
class Load:
    """What a run of clients saw."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, part: float) -> float:
        """Milliseconds within which a part of the answers came."""
        ranked = sorted(self.latencies)
        return 1000 * ranked[min(int(part * len(ranked)), len(ranked) - 1)]

    def row(self, name: str) -> str:
        """A line of the table."""
        statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(self.statuses.items()))
        figures = f"{self.throughput:8.1f}/s  p50 {self.quantile(0.5):7.2f}  p99 {self.quantile(0.99):7.2f}"
        return f"{name:34s} {figures}  {statuses}"


def questions(graph: Path) -> list[str]:
    """The named queries, their parameters bound as their examples say."""
    store, texts = GraphDirectory(graph).store(), []
    for query in named_queries():
        words = shlex.split(query.example)
        values = dict(word.split("=", 1) for flag, word in itertools.pairwise(words) if flag == "-p")
        if values.get("paper") == "…":
            (title,) = itertools.islice(_titles(graph), 1)
            values["paper"] = title
        try:
            terms = {variable.value: str(term) for variable, term in bind(store, query, values).items()}
        except KgError:
            continue
        texts.append(substitute(re.sub(r"^#.*\n", "", query.text, flags=re.M), terms))
    return texts


def _titles(graph: Path) -> Iterator[str]:
    title = "SELECT ?t { ?p <http://purl.org/dc/terms/title> ?t }"
    for row in GraphDirectory(graph).store().query(title, use_default_graph_as_union=True):
        yield row["t"].value


async def load(port: int, path: str, texts: list[str], clients: int, seconds: float, distinct: bool = False) -> Load:
    """What so many clients see that ask one question after the other over connections that stay open.

    With ``distinct``, no question is asked twice in the same words.
    """
    requests, number = [_request(path, text) for text in texts], itertools.count()
    seen, end = Load(seconds), time.perf_counter() + seconds

    async def client(turn: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in itertools.islice(itertools.cycle(requests), turn, None):
            if time.perf_counter() >= end:
                break
            if distinct:
                request = request.replace(b" HTTP/1.1", b"%%0A%%23%d HTTP/1.1" % next(number), 1)
            began = time.perf_counter()
            writer.write(request)
            status, retry = await _response(reader)
            seen.statuses[status] += 1
            if status == 200:
                seen.latencies.append(time.perf_counter() - began)
            elif retry:
                await asyncio.sleep(retry)
        writer.close()

    await asyncio.gather(*(client(turn) for turn in range(clients)))
    return seen


def _request(path: str, text: str) -> bytes:
    target = f"{path}?query={urllib.parse.quote(text)}"
    accept = "application/sparql-results+json"
    return f"GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: {accept}\r\n\r\n".encode()


async def _response(reader: asyncio.StreamReader) -> tuple[int, float]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").lower()
    length = re.search(r"\r\ncontent-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    else:
        while (size := int(await reader.readuntil(b"\r\n"), 16)) or await reader.readexactly(2) != b"\r\n":
            await reader.readexactly(size + 2)
    retry = re.search(r"\r\nretry-after: (\d+)", head)
    return int(head.split(" ", 2)[1]), float(retry[1]) if retry else 0.0


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A server, from when it listens until it has ended."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        time.sleep(1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def exploding(port: int, seconds: float) -> None:
    """Asks the exploding query again and again."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request("/sparql", EXPLODING))
        await _response(reader)
        writer.close()


async def beside_explosion(port: int, texts: list[str], seconds: float) -> tuple[Load, Load]:
    """One client's figures alone, and beside one exploding query after the other."""
    alone = await load(port, "/sparql", texts, 1, seconds)
    bomb = asyncio.create_task(exploding(port, seconds))
    beside = await load(port, "/sparql", texts, 1, seconds)
    await bomb
    return alone, beside


def main() -> int:
    """Prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the run with 32 clients")
    parser.add_argument("--clients", type=int, default=32)
    options = parser.parse_args()
    generation, texts, short = GraphDirectory(options.graph).current(), questions(options.graph), options.seconds / 6
    engine = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if generation is None or engine is None:
        print("needs a graph directory and: pip install oxigraph", file=sys.stderr)
        return 2
    port = free_port()
    bare = [engine, "serve-read-only", "--location", str(generation), "--bind", f"127.0.0.1:{port}"]
    ours = [sys.executable, "-c", "from kg.cli import main; main()", "serve", "-g", str(options.graph)]
    print(f"{len(texts)} named queries")
    with running([*bare, "--union-default-graph"], port):
        asyncio.run(load(port, "/query", texts, 1, 1))
        engine_one = asyncio.run(load(port, "/query", texts, 1, short))
        engine_many = asyncio.run(load(port, "/query", texts, options.clients, options.seconds))
    with running([*ours, "--port", str(port)], port):
        asyncio.run(load(port, "/sparql", texts, 1, 1))
        one = asyncio.run(load(port, "/sparql", texts, 1, short))
        many = asyncio.run(load(port, "/sparql", texts, options.clients, options.seconds))
        anew = asyncio.run(load(port, "/sparql", texts, options.clients, short, distinct=True))
    with running([*ours, "--port", str(port), "--timeout", "5"], port):
        alone, beside = asyncio.run(beside_explosion(port, texts, short))
    print(engine_one.row("oxigraph, 1 client"))
    print(engine_many.row(f"oxigraph, {options.clients} clients"))
    print(one.row("kg serve, 1 client"))
    print(many.row(f"kg serve, {options.clients} clients"))
    print(anew.row("the same, never in the same words"))
    print(alone.row("kg serve, before the explosion"))
    print(beside.row("kg serve, beside the explosion"))
    bars = {
        "errors other than 429": (sum(n for status, n in many.statuses.items() if status not in {200, 429}), "<=", 0.0),
        "throughput / oxigraph's": (many.throughput / engine_many.throughput, ">=", 0.7),
        "p99 / median of one client": (many.quantile(0.99) / one.quantile(0.5), "<=", 20.0),
        "mean latency beside the explosion": (
            statistics.mean(beside.latencies) / statistics.mean(alone.latencies),
            "<=",
            3.0,
        ),
    }
    met = True
    for name, (figure, sign, bar) in bars.items():
        holds = figure <= bar if sign == "<=" else figure >= bar
        met = met and holds
        print(f"{name:34s} {figure:8.2f} {sign} {bar:g}  {'yes' if holds else 'NO'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
