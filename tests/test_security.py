"""The server against those who mean no good, and against its own description."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.hostile import TIMEOUT, attack, unwanted
from tests.servers import serving

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


def test_engines_open_no_file_outside_the_graph_directory(example_graph: Path) -> None:
    place = example_graph.resolve()
    with serving(example_graph) as server:
        server.send("sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D")
        for pid in server.health()["engines"]:
            listed = subprocess.run(["ls", "-l", f"/proc/{pid}/fd"], capture_output=True, text=True, check=False)
            for line in listed.stdout.splitlines()[1:]:
                target = line.rpartition(" -> ")[2]
                if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
                    assert Path(target).is_relative_to(place)
