"""``kg build`` killed at random moments beside clients that read: each answer is of one whole generation.

Two builds are killed; ``KG_KILLS=20`` kills as many as it says, over the whole time that a build takes.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.store import GraphDirectory
from kg.store.doctor import examine
from tests.conftest import INPUTS
from tests.servers import Server, serving

KILLS = int(os.environ.get("KG_KILLS", "2"))
CLIENTS = 8
SIZE = """PREFIX kg: <https://w3id.org/paper-kg/ontology#> SELECT ?papers ?quads {
  { SELECT (COUNT(DISTINCT ?paper) AS ?papers) { ?paper a kg:Paper } }
  { SELECT (COUNT(*) AS ?quads) { GRAPH ?g { ?s ?p ?o } } }
} #"""
Size = tuple[int, int]
"""Papers and quads of a graph: no two generations of this test have the same, and no part of one has either."""


def build(graph: Path, number: int) -> subprocess.Popen[str]:
    """``kg build`` of the example papers and one more, begun."""
    more = graph.parent / f"more-{number}.jsonl"
    abstract = (
        f"We present OtterNet{number}, a model that was trained on {number + 2} A100 GPUs and evaluated on SQuAD."
    )
    more.write_text(json.dumps({"title": f"OtterNet{number}: otters in {number} steps", "abstract": abstract}))
    arguments = ["build", *map(str, INPUTS), str(more), "-g", str(graph)]
    return subprocess.Popen(
        [sys.executable, "-c", "from kg.cli import main; main()", *arguments], stderr=subprocess.DEVNULL, text=True
    )


def sizes(graph: Path) -> set[Size]:
    """The sizes that the generations that are there say they have."""
    seals = [json.loads(path.read_text()) for path in graph.glob("generations/*/build.json")]
    return {(seal["papers"], seal["quads"]) for seal in seals}


@contextmanager
def readers(server: Server) -> Iterator[list[Size]]:
    """Clients that ask for the size of the graph, never in the same words; what they saw. Raises what any met."""
    seen: list[Size] = []
    met: list[BaseException] = []
    over, number = threading.Event(), itertools.count()

    def read() -> None:
        try:
            while not over.wait(0.2):
                (row,) = server.ask(f"{SIZE} {next(number)}")["results"]["bindings"]
                seen.append((int(row["papers"]["value"]), int(row["quads"]["value"])))
        except BaseException as error:
            met.append(error)

    threads = [threading.Thread(target=read) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if met:
        raise met[0]


def test_a_build_killed_at_any_moment_leaves_readers_a_whole_graph(example_graph: Path, tmp_path: Path) -> None:
    graph, chance = tmp_path / "graph", random.Random(5)
    shutil.copytree(example_graph, graph, symlinks=True)
    whole, seconds = sizes(graph), 2 * GraphDirectory(graph).manifest()["seconds"] + 2
    with serving(graph) as server, readers(server) as seen:
        for number in range(KILLS):
            killed = build(graph, number)
            time.sleep((number + chance.random()) / KILLS * seconds)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            whole |= sizes(graph)
        assert build(graph, KILLS).wait() == 0
        (last,) = sizes(graph) - whole
        deadline = time.monotonic() + 20
        while last not in seen and time.monotonic() < deadline:
            time.sleep(0.1)
    print(f"{KILLS} builds killed within {seconds:.1f} s, {len(seen):,} answers of {len(set(seen))} generations")
    assert last in seen
    assert set(seen) <= whole | {last}
    assert examine(GraphDirectory(graph)) == []
