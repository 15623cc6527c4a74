"""Real servers on loopback, each on a port of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Server:
    """A running ``kg serve``; ``log`` holds its access log, ``told`` what it said until it was ready."""

    address: str
    process: subprocess.Popen[str]
    log: Path
    told: str

    def ask(self, query: str, accept: str = "application/sparql-results+json") -> Any:
        """The answer to a query, as JSON or bytes; asked again while the server says that it has too many."""
        for _ in range(200):
            status, _, body = self.post(query, accept)
            if status != 429:
                break
            time.sleep(0.05)
        assert status == 200, body
        return json.loads(body) if "json" in accept else body

    def post(self, query: str, accept: str = "*/*") -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a query."""
        headers = {"content-type": "application/sparql-query", "accept": accept}
        return self.send("sparql", query.encode(), headers)

    def send(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, method: str | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (in lower case) and body of a request."""
        request = urllib.request.Request(self.address + path, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, {k.lower(): v for k, v in response.headers.items()}, response.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def health(self) -> dict[str, Any]:
        """What /healthz says."""
        return dict(json.loads(self.send("healthz")[2]))

    def records(self) -> list[dict[str, Any]]:
        """The access log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextlib.contextmanager
def serving(graph: Path, *options: str, under: Sequence[str] = ()) -> Iterator[Server]:
    """A server of a graph directory, from when it is ready until it has ended; ``under`` is a command that runs it."""
    command = [sys.executable, "-c", "from kg.cli import main; main()", "serve", "-g", str(graph), "--port", "0"]
    descriptor, name = tempfile.mkstemp(suffix=".log")
    with os.fdopen(descriptor, "w") as log:
        process = subprocess.Popen([*under, *command, *options], stdout=log, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        told, ready = [], None
        while not ready:
            told.append(process.stderr.readline())
            if not told[-1]:
                raise RuntimeError("".join(told))
            ready = re.search(r"http://\S+/", told[-1])
        yield Server(ready[0], process, Path(name), "".join(told))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(40)
        if process.stderr is not None:
            process.stderr.close()
        os.unlink(name)
