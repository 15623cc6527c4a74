"""The server against those who mean no good, and against its own description."""

from __future__ import annotations

import ctypes
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.hostile import TIMEOUT, attack, unwanted
from tests.servers import serving

FIGURES = re.compile(r"/proc/\d+/schedstat$|/sys/devices/system/cpu/")
"""How many processors there are, and how much of one an engine has had."""
LANDLOCK = sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, 0, 1) >= 4
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance"


def test_the_server_keeps_to_its_openapi_document(example_graph: Path, tmp_path: Path) -> None:
    run = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", "--seed", "1"]
    with serving(example_graph) as server:
        address = f"{server.address}openapi.json"
        options = ["--checks", CHECKS, "--max-examples", "8", "--phases", "examples,coverage,fuzzing", "--no-color"]
        done = subprocess.run([*run, address, *options], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stdout
        assert not [record for record in server.records() if record["status"] >= 500]


def test_hostile_requests_get_refusals_and_nothing_else(example_graph: Path) -> None:
    with serving(example_graph, "--timeout", str(TIMEOUT), "--max-queries", "64") as server:
        outcomes = attack(server, 300, seed=1)
    assert sum(seen.total() for seen in outcomes.values()) == 300
    assert unwanted(outcomes) == {}


@dataclass(frozen=True)
class Opened:
    """A file that a process opened, and whether it had confined itself before."""

    pid: int
    path: str
    confined: bool


def opened(trace: str) -> Iterator[Opened]:
    """The files that were opened, as strace tells."""
    confined: set[str] = set()
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        pid, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[pid] = call.removesuffix("<unfinished ...>")
            continue
        if call.startswith("<... "):
            call = begun.pop(pid, "") + call.partition(" resumed>")[2]
        if call.startswith("landlock_restrict_self") and call.endswith("= 0"):
            confined.add(pid)
        elif made := re.match(r'(?:open\w*|creat)\(.*?"(.*?)".*\) += \d+$', call):
            yield Opened(int(pid), made[1], pid in confined)


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
def test_no_file_outside_the_graph_directory_is_opened(example_graph: Path, tmp_path: Path) -> None:
    trace, graph = tmp_path / "trace", str(example_graph.resolve())
    calls = "trace=open,openat,openat2,creat,landlock_restrict_self"
    strace = ("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-o", str(trace), "-e", calls)
    with serving(example_graph, "--timeout", str(TIMEOUT), "--max-queries", "64", under=strace) as server:
        started = len(list(opened(trace.read_text(errors="replace"))))
        for path in ("", "style.css", "openapi.json", "search?q=a", "metrics", "id/hardware/nvidia-a100"):
            assert server.send(path)[0] == 200
        assert unwanted(attack(server, 150, seed=2)) == {}
    files = list(opened(trace.read_text(errors="replace")))
    by_engines = {file.path for file in files if file.confined}
    by_server = {file.path for file in files[started:] if file.pid == server.process.pid}
    own = (graph, str(ROOT), sys.prefix, sys.base_prefix)
    assert by_engines
    assert {path for path in by_engines if not path.startswith(graph)} == set()
    assert {path for path in by_server if not path.startswith(own) and not FIGURES.match(path)} == set()


QUERY = "ASK {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"
ASKING = """
import sys
from pathlib import Path
from pyoxigraph import Store
from kg.serve.confine import confine
print(confine(Path(sys.argv[1]), network=len(sys.argv) > 3))
try:
    print(bool(Store().query(sys.argv[2])))
except OSError:
    print("refused")
"""


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock that knows the network")
def test_an_engine_connects_to_nothing_whatever_its_query_says(example_graph: Path) -> None:
    """Asked past the reading of queries, which refuses SERVICE before an engine sees it."""
    with serving(example_graph) as server:
        command = [sys.executable, "-c", ASKING, str(example_graph), QUERY.format(address=f"{server.address}sparql")]
        walled = subprocess.run(command, capture_output=True, text=True, check=True)
        allowed = subprocess.run([*command, "network"], capture_output=True, text=True, check=True)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
        assert [record["status"] for record in server.records()] == [200]
    assert walled.stdout.split() == ["None", "refused"]
    assert allowed.stdout.split() == ["None", "True"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_a_server_whose_kernel_cannot_confine_its_engines_says_so(example_graph: Path) -> None:
    refusing = "inject=landlock_create_ruleset:error=EOPNOTSUPP"
    with serving(example_graph, under=("strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", refusing)) as server:
        assert "cannot keep an engine from files and the network (Landlock: Operation not supported)" in server.told
        assert server.ask("ASK { ?s ?p ?o }")["boolean"] is True
