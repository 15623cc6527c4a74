"""Clients that nobody here wrote, unchanged, against a real server; and this project's own against other servers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Store
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from kg.endpoint import publish
from kg.records import KgError
from tests.servers import Server, serving
from tests.test_cli import kg

OXIGRAPH = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
TITLES = "SELECT ?title { ?p <http://purl.org/dc/terms/title> ?title } ORDER BY ?title"
A100 = "https://w3id.org/paper-kg/id/hardware/nvidia-a100"


@pytest.fixture(scope="module")
def server(example_graph: Path) -> Iterator[Server]:
    with serving(example_graph) as running:
        yield running


@pytest.fixture(scope="module")
def titles(server: Server) -> list[str]:
    return [row["title"]["value"] for row in server.ask(TITLES)["results"]["bindings"]]


@contextlib.contextmanager
def oxigraph(place: Path) -> Iterator[str]:
    """The address of an empty Oxigraph server."""
    if OXIGRAPH is None:
        pytest.skip("needs the oxigraph server: pip install oxigraph")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    command = [OXIGRAPH, "serve", "--location", str(place), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_reads_every_form(server: Server, titles: list[str], method: str) -> None:
    client = SPARQLWrapper(f"{server.address}sparql")
    client.setMethod(method)
    client.setQuery(TITLES)
    client.setReturnFormat(JSON)
    assert [row["title"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == titles
    client.setReturnFormat(XML)
    texts = client.queryAndConvert().getElementsByTagName("literal")
    assert [text.firstChild.nodeValue for text in texts] == titles
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().splitlines()[0] == "title"
    client.setQuery(f"DESCRIBE <{A100}>")
    client.setReturnFormat(TURTLE)
    assert rdflib.URIRef(A100) in set(rdflib.Graph().parse(data=client.queryAndConvert(), format="turtle").subjects())


def test_rdflib_asks_through_its_sparql_store(server: Server, titles: list[str]) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{server.address}sparql"))
    assert [str(row.title) for row in graph.query(TITLES)] == titles
    title = rdflib.URIRef("http://purl.org/dc/terms/title")
    assert sorted(str(text) for text in graph.objects(None, title)) == sorted(titles)


def test_rdflib_federates_into_the_endpoint(server: Server, titles: list[str]) -> None:
    inner = TITLES.removesuffix(" ORDER BY ?title")
    found = rdflib.Graph().query(f"SELECT ?title {{ SERVICE <{server.address}sparql> {{ {inner} }} }}")
    assert sorted(str(row.title) for row in found) == sorted(titles)


def test_another_engine_federates_into_the_endpoint(server: Server, titles: list[str], tmp_path: Path) -> None:
    inner = "?p <http://purl.org/dc/terms/title> ?title"
    text = f"SELECT ?title {{ SERVICE <{server.address}sparql> {{ {inner} }} }} ORDER BY ?title"
    assert [row["title"].value for row in Store().query(text)] == titles
    with oxigraph(tmp_path) as other:
        done = kg("query", "-", "--endpoint", f"{other}/query", "--format", "csv", stdin=text)
    assert len(done.stdout.splitlines()) == len(titles) + 1


def test_a_service_is_called_where_it_is_allowed(example_graph: Path, tmp_path: Path, server: Server) -> None:
    text = f"SELECT * {{ SERVICE <{server.address}sparql> {{ SELECT ?p {{ ?p a ?type }} LIMIT 1 }} }}"
    with serving(example_graph, "--allow-service", "127.0.0.1") as open_server:
        assert len(open_server.ask(text)["results"]["bindings"]) == 1
    assert server.post(text)[0] == 403


COMUNICA = """
const { QueryEngine } = require("@comunica/query-sparql");
(async () => {
  const stream = await new QueryEngine().queryBindings(process.argv[3], { sources: [process.argv[2]] });
  console.log(JSON.stringify((await stream.toArray()).map((row) => row.get("title").value)));
})();
"""


@pytest.fixture(scope="module")
def comunica() -> Path:
    """A directory with Comunica 5 and the Node that it needs, installed there by npm if it is empty."""
    place = os.environ.get("COMUNICA")
    if place is None or shutil.which("npm") is None:
        pytest.skip(
            "needs npm, and COMUNICA to name a directory for @comunica/query-sparql (npm installs 300 MB there)"
        )
    if not (Path(place) / "node_modules").is_dir():
        install = [
            "npm",
            "install",
            "--prefix",
            place,
            "--no-audit",
            "--no-fund",
            "node@22",
            "@comunica/query-sparql@5",
        ]
        subprocess.run(install, capture_output=True, timeout=600, check=True)
    return Path(place)


def test_comunica_asks_the_endpoint(server: Server, titles: list[str], comunica: Path) -> None:
    node = shutil.which("node", path=f"{comunica / 'node_modules' / '.bin'}:{os.environ.get('PATH', '')}")
    command = [str(node), "-e", COMUNICA, "--", "", f"{server.address}sparql", TITLES]
    done = subprocess.run(command, capture_output=True, text=True, cwd=comunica, timeout=120, check=False)
    assert json.loads(done.stdout or "[]") == titles, done.stderr


def test_curl_asks_as_the_readme_says(server: Server, titles: list[str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    command = [
        "curl",
        "-sG",
        f"{server.address}sparql",
        "--data-urlencode",
        f"query={TITLES}",
        "-H",
        "Accept: text/csv",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert len(done.stdout.splitlines()) == len(titles) + 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("hardware-usage",),
        ("hardware-papers", "-p", "hardware=A100"),
        ("devices-more-than", "-p", "hardware=TPU", "-p", "count=1000"),
        ("builds-on", "-p", "thing=TideServe"),
    ],
)
def test_a_named_query_answers_the_same_at_an_endpoint(
    server: Server, example_graph: Path, arguments: tuple[str]
) -> None:
    here = kg("query", *arguments, "--format", "csv", "-g", example_graph)
    there = kg("query", *arguments, "--format", "csv", "--endpoint", f"{server.address}sparql")
    assert (there.returncode, there.stderr) == (0, "")
    assert sorted(there.stdout.splitlines()) == sorted(here.stdout.splitlines())


def test_a_construct_at_an_endpoint_is_a_graph(server: Server) -> None:
    text = "CONSTRUCT WHERE { ?s a ?type } LIMIT 3"
    done = kg("query", "-", "--format", "nt", "--endpoint", f"{server.address}sparql", stdin=text)
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://x.example/", "no http or https address"),
        ("http://127.0.0.1:9/", "cannot be reached"),
        ("{server}healthz", "405"),
        ("{server}sparql", "not valid SPARQL, line 1"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_said_in_a_line(server: Server, address: str, message: str) -> None:
    done = kg("query", "-", "--endpoint", address.format(server=server.address), stdin="ASK {")
    assert (done.returncode, message in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_graph_is_published_to_another_store_and_counted(example_graph: Path, tmp_path: Path) -> None:
    store = Store.read_only(str(example_graph / "current"))
    with oxigraph(tmp_path) as other:
        done = kg("publish", "--endpoint", f"{other}/store", "-g", example_graph)
        assert (done.returncode, f"{len(store):,} triples" in done.stderr) == (0, True)
        text = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        count = kg("query", "-", "--endpoint", f"{other}/query", "--format", "csv", stdin=text)
    assert count.stdout.split() == ["n", str(len(store))]


def test_publishing_goes_on_where_it_broke_off(example_graph: Path, tmp_path: Path) -> None:
    store, state = Store.read_only(str(example_graph / "current")), tmp_path / "state.json"
    with oxigraph(tmp_path / "other") as other:
        first = publish(store, f"{other}/store", state, "1")
        begun = [next(first)[0], next(first)[0]]
        first.close()
        rest = [name for name, _ in publish(store, f"{other}/store", state, "1")]
    assert set(begun).isdisjoint(rest)
    assert len(begun) + len(rest) == len(list(store.named_graphs()))
    assert not state.exists()


def test_a_store_that_refuses_is_named(server: Server, example_graph: Path, tmp_path: Path) -> None:
    store = Store.read_only(str(example_graph / "current"))
    with pytest.raises(KgError, match="refused with 4"):
        list(publish(store, f"{server.address}sparql", tmp_path / "state.json", "1"))
