"""What a client of the server sees while the graph is built anew, rolled back, damaged or killed: one whole graph."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.records import KgError
from kg.store import GraphDirectory
from kg.store.doctor import examine
from tests.servers import Server, serving
from tests.test_cli import kg

ROWS = 400
GRAPH = (
    "SELECT (COUNT(*) AS ?rows) (COUNT(DISTINCT ?version) AS ?versions) (SAMPLE(?version) AS ?one) { ?s ?p ?version }"
)
PUBLISH = "import sys; from tests.test_generations import publish; publish(sys.argv[1], sys.argv[2])"


def publish(path: Path | str, version: str, rows: int = ROWS) -> int:
    """Publishes a graph each of whose triples says which version it is."""
    directory, predicate = GraphDirectory(path), NamedNode("http://x.example/version")
    quads = (Quad(NamedNode(f"http://x.example/{n}"), predicate, Literal(version)) for n in range(rows))
    with directory.building():
        return directory.publish(quads, lambda: {"quads": rows, "version": version})


def version(server: Server) -> str:
    """The version that the server answers from; fails if the graph is not whole."""
    (row,) = server.ask(GRAPH)["results"]["bindings"]
    assert (row["rows"]["value"], row["versions"]["value"]) == (str(ROWS), "1")
    return str(row["one"]["value"])


def wait_for(server: Server, expected: str) -> None:
    deadline = time.monotonic() + 20
    while version(server) != expected:
        assert time.monotonic() < deadline, f"version {expected} was never served"
        time.sleep(0.05)


@contextlib.contextmanager
def readers(server: Server, count: int) -> Iterator[list[str]]:
    """Clients that ask without pause; the versions that they saw, in order. Raises what any of them met."""
    seen: list[str] = []
    met: list[BaseException] = []
    over = threading.Event()

    def read() -> None:
        try:
            while not over.is_set():
                seen.append(version(server))
        except BaseException as error:
            met.append(error)

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield seen
    over.set()
    for thread in threads:
        thread.join()
    if met:
        raise met[0]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    publish(tmp_path / "graph", "a")
    return tmp_path / "graph"


def test_a_new_generation_is_gone_over_to_without_losing_a_request(graph: Path) -> None:
    with serving(graph) as server:
        etag = server.post(GRAPH)[1]["etag"]
        with readers(server, 4) as seen:
            for expected in "bcd":
                publish(graph, expected)
                wait_for(server, expected)
        assert list(dict.fromkeys(seen))[-1] == "d"
        assert server.post(GRAPH)[1]["etag"] != etag


def test_old_generations_are_removed_once_nobody_reads_them(graph: Path) -> None:
    with serving(graph) as server:
        for expected in "bc":
            publish(graph, expected)
            wait_for(server, expected)
        deadline = time.monotonic() + 10
        while GraphDirectory(graph).numbers() != [2, 3] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert GraphDirectory(graph).numbers() == [2, 3]


def test_a_generation_that_is_read_stays(graph: Path) -> None:
    reading = GraphDirectory(graph).reading()
    publish(graph, "b")
    publish(graph, "c")
    assert GraphDirectory(graph).numbers() == [1, 2, 3]
    reading.close()
    publish(graph, "d")
    assert GraphDirectory(graph).numbers() == [3, 4]


def test_a_rollback_is_followed_and_the_next_build_is_published(graph: Path) -> None:
    publish(graph, "b")
    with serving(graph) as server:
        assert version(server) == "b"
        done = kg("rollback", "-g", graph)
        assert (done.returncode, "generation 1" in done.stderr) == (0, True)
        wait_for(server, "a")
        publish(graph, "c")
        wait_for(server, "c")
    assert GraphDirectory(graph).manifest()["version"] == "c"


def test_a_build_waits_a_moment_for_another_change_to_end(graph: Path) -> None:
    started = threading.Event()

    def change() -> None:
        with GraphDirectory(graph).locked():
            started.set()
            time.sleep(0.4)

    other = threading.Thread(target=change)
    other.start()
    started.wait()
    with pytest.raises(KgError, match="another build"), GraphDirectory(graph).locked(patience=0):
        pass
    publish(graph, "b")
    other.join()
    assert GraphDirectory(graph).manifest()["version"] == "b"


def test_there_is_nothing_to_go_back_to_before_the_first_generation(graph: Path) -> None:
    with pytest.raises(KgError, match="no sound generation before"):
        GraphDirectory(graph).rollback()


def test_processes_killed_while_they_publish_leave_readers_a_whole_graph(graph: Path) -> None:
    chance = random.Random(7)
    command = [sys.executable, "-c", PUBLISH, str(graph)]
    with serving(graph) as server, readers(server, 8) as seen:
        for number in range(20):
            build = subprocess.Popen([*command, f"k{number}"], cwd=Path(__file__).parent.parent)
            time.sleep(0.15 + chance.random() * 0.6)
            build.send_signal(signal.SIGKILL)
            build.wait()
        publish(graph, "z")
        wait_for(server, "z")
    assert "z" in seen
    assert examine(GraphDirectory(graph)) == []


def test_a_server_that_was_killed_leaves_the_graph_and_no_engine(graph: Path) -> None:
    with serving(graph) as server:
        engines = server.health()["engines"]
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        deadline = time.monotonic() + 5
        while any(Path(f"/proc/{pid}").exists() for pid in engines) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{pid}").exists() for pid in engines)
    with serving(graph) as server:
        assert version(server) == "a"


def test_a_generation_that_cannot_be_opened_is_not_gone_over_to(graph: Path) -> None:
    with serving(graph) as server:
        directory = GraphDirectory(graph)
        (directory.generations / "2").mkdir()
        (directory.generations / "2" / "CURRENT").write_bytes(b"junk\n")
        directory.switch(2, {})
        time.sleep(1.5)
        assert version(server) == "a"
        publish(graph, "c")
        wait_for(server, "c")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
def test_a_full_disk_leaves_the_published_generation_and_says_so(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine lets no file system be mounted")
    try:
        publish(disk / "graph", "a")
        with serving(disk / "graph") as server:
            with pytest.raises(KgError, match=r"generations/2: the new generation could not be written"):
                publish(disk / "graph", "b" * 500, rows=200_000)
            assert version(server) == "a"
        assert examine(GraphDirectory(disk / "graph")) == []
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def damage(graph: Path, how: str) -> Path:
    """Truncates the largest file of the current generation, flips a bit in it, or removes it."""
    generation = GraphDirectory(graph).current()
    assert generation is not None
    path = max((p for p in generation.iterdir() if p.suffix == ".sst"), key=lambda p: p.stat().st_size)
    content = bytearray(path.read_bytes())
    if how == "truncated":
        path.write_bytes(content[:-1])
    elif how == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    return path


@pytest.mark.parametrize("how", ["truncated", "flipped", "removed"])
def test_doctor_finds_and_repairs_a_damaged_generation(graph: Path, how: str) -> None:
    publish(graph, "b")
    path = damage(graph, how)
    found = kg("doctor", "-g", graph)
    assert (found.returncode, str(path) in found.stdout) == (1, True)
    assert GraphDirectory(graph).current() == (graph / "generations" / "2").resolve()
    assert kg("doctor", "--repair", "-g", graph).returncode == 0
    assert kg("doctor", "-g", graph).returncode == 0
    assert {quad.object.value for quad in GraphDirectory(graph).store()} == {"a"}
    assert GraphDirectory(graph).manifest()["version"] == "a"


def test_doctor_says_when_nothing_can_be_gone_back_to(graph: Path) -> None:
    damage(graph, "flipped")
    done = kg("doctor", "--repair", "-g", graph)
    assert (done.returncode, "make one with kg build" in done.stdout) == (1, True)
    assert GraphDirectory(graph).numbers() == [1]


def test_doctor_mends_the_link_the_manifest_and_what_was_left(graph: Path) -> None:
    directory = GraphDirectory(graph)
    directory.link.unlink()
    directory.manifest_path.write_text("{}")
    (directory.generations / "9.tmp").mkdir()
    findings = examine(directory, repair=True)
    assert [finding.repaired for finding in findings] == [True] * 2
    assert examine(directory) == []
    assert directory.manifest()["version"] == "a"


def test_doctor_finds_damaged_records(graph: Path) -> None:
    path = graph / "records.db"
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    path.write_bytes(content)
    (finding,) = examine(GraphDirectory(graph))
    assert "damaged" in finding.text


def test_doctor_counts_the_triples(graph: Path) -> None:
    directory = GraphDirectory(graph)
    with directory.building():
        directory.publish(iter(()), lambda: {"quads": 5})
    assert any("0 triples instead of the 5" in finding.text for finding in examine(directory))
