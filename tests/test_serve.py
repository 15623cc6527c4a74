"""What a client of the endpoint may rely on: the protocol, the forms of answers, the limits."""

from __future__ import annotations

import concurrent.futures
import contextlib
import csv
import gzip
import io
import json
import os
import signal
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from kg.sparql import outline, substitute
from tests.servers import Server, serving

TITLES = "SELECT ?title { ?p <http://purl.org/dc/terms/title> ?title } ORDER BY ?title LIMIT 3"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EXPLODING = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?e ?i"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def server(example_graph: Path) -> Iterator[Server]:
    with serving(example_graph) as running:
        yield running


@pytest.fixture(scope="module")
def strict(example_graph: Path) -> Iterator[Server]:
    """A server with narrow limits."""
    options = ("--timeout", "1.5", "--max-rows", "100", "--max-queries", "6", "--max-request", "5000")
    with serving(example_graph, *options) as running:
        yield running


def form(**fields: str | list[str]) -> bytes:
    return urllib.parse.urlencode(fields, doseq=True).encode()


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_query_may_come_by_get_by_form_and_as_the_body(server: Server) -> None:
    by_get = server.send(f"sparql?{form(query=TITLES).decode()}")
    by_form = server.send("sparql", form(query=TITLES), FORM)
    as_body = server.post(TITLES)
    assert by_get[0] == 200
    assert by_get[2] == by_form[2] == as_body[2]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=0.1, application/sparql-results+xml", "application/sparql-results+xml"),
        ("*/*", "application/sparql-results+json"),
    ],
)
def test_solutions_come_in_the_form_that_the_client_prefers(server: Server, accept: str, media: str) -> None:
    status, headers, body = server.post(TITLES, accept)
    assert (status, headers["content-type"]) == (200, media)
    if "json" in media:
        titles = [row["title"]["value"] for row in json.loads(body)["results"]["bindings"]]
    elif "xml" in media:
        titles = [
            e.text or "" for e in ElementTree.fromstring(body).iter("{http://www.w3.org/2005/sparql-results#}literal")
        ]
    elif "csv" in media:
        titles = [row[0] for row in csv.reader(io.StringIO(body.decode()))][1:]
    else:
        titles = [json.loads(line) for line in body.decode().splitlines()[1:]]
    assert titles == [row["title"]["value"] for row in server.ask(TITLES)["results"]["bindings"]]


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json", RdfFormat.JSON_LD),
    ],
)
def test_graphs_come_in_the_form_that_the_client_prefers(server: Server, accept: str, format: RdfFormat) -> None:
    status, headers, body = server.post("CONSTRUCT WHERE { ?s a ?type } LIMIT 7", accept)
    assert (status, headers["content-type"].partition(";")[0]) == (200, accept)
    assert len(list(parse(body, format=format))) == 7


def test_a_form_that_there_is_none_of_is_refused(server: Server) -> None:
    assert server.post(TITLES, "image/png")[0] == 406


def test_the_default_graph_is_the_union_and_a_request_may_name_others(server: Server) -> None:
    def count(path: str) -> int:
        body = server.send(path, COUNT.encode(), {"content-type": "application/sparql-query"})[2]
        return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])

    graph = "https://w3id.org/paper-kg/graph/ontology"
    assert 0 < count(f"sparql?{form(**{'default-graph-uri': graph}).decode()}") < count("sparql")
    assert count(f"sparql?{form(**{'named-graph-uri': graph}).decode()}") == 0
    assert count(f"sparql?{form(**{'default-graph-uri': 'http://nowhere.example/'}).decode()}") == 0


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("sparql?query=ASK%20%7B", None, {}, 400),
        ("sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D", None, {}, 400),
        ("sparql?query=%FF", None, {}, 400),
        ("sparql", b"ASK {}", {"content-type": "text/plain"}, 415),
        ("sparql", b"ASK {}", {"content-type": "application/sparql-query; charset=utf-16"}, 415),
        ("sparql", b"\xff\xfe", {"content-type": "application/sparql-query"}, 400),
        ("sparql", b"nothing=1", FORM, 400),
        ("sparql", b"update=CLEAR+ALL", FORM, 403),
        ("sparql", b"CLEAR ALL", {"content-type": "application/sparql-update"}, 403),
        ("sparql", b"INSERT DATA { <a:a> <a:a> <a:a> }", {"content-type": "application/sparql-query"}, 403),
        ("sparql", b"LOAD <file:///etc/passwd>", {"content-type": "application/sparql-query"}, 403),
        (
            "sparql",
            b"SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
            {"content-type": "application/sparql-query"},
            400,
        ),
        ("sparql?default-graph-uri=file:///etc/passwd", b"ASK {}", {"content-type": "application/sparql-query"}, 400),
        ("sparql?default-graph-uri=no+iri", b"ASK {}", {"content-type": "application/sparql-query"}, 400),
    ],
)
def test_what_is_wrong_with_a_request_is_said_in_a_line(
    server: Server, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    answered, _, text = server.send(path, body, headers)
    assert answered == status
    assert len(text.decode().splitlines()) == 1


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "ASK { service silent ?where { ?s ?p ?o } }",
        "PREFIX e: <http://127.0.0.1/> ASK { SERVICE e:x { ?s ?p ?o } }",
        r"ASK { <http://x/\u0061#> ?p ?o . SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        r"ASK { SERVIC\u0045 <http://127.0.0.1/> { ?s ?p ?o } }",
        "ASK { ?s ?p 'a' #'\n SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    ],
)
def test_a_query_that_calls_elsewhere_is_refused(server: Server, query: str) -> None:
    assert server.post(query)[0] == 403


def test_the_word_service_is_no_call_in_a_string_a_name_or_a_comment() -> None:
    text = "PREFIX x: <http://SERVICE/> ASK { ?SERVICE x:SERVICE 'SERVICE', '''SERVICE' ''' , _:SERVICE } # SERVICE"
    assert not outline(text).services


def test_a_bound_variable_keeps_its_column() -> None:
    query = "SELECT ?x (COUNT(?y) AS ?n) WHERE { ?x ?p ?y . { SELECT ?x { ?x a ?t } } } GROUP BY ?x"
    bound = substitute(query, {"x": "<http://a>"})
    assert bound == (
        "SELECT (<http://a> AS ?x) (COUNT(?y) AS ?n) WHERE "
        "{ <http://a> ?p ?y . { SELECT (<http://a> AS ?x) { <http://a> a ?t } } } GROUP BY (<http://a>)"
    )


def test_a_function_that_nobody_knows_is_an_error_of_its_expression_only(server: Server) -> None:
    found = server.ask("SELECT ?x ?y { BIND(<http://f.example/f>(1) AS ?x) BIND(2 AS ?y) }")
    assert [sorted(row) for row in found["results"]["bindings"]] == [["y"]]


def test_an_answer_is_not_sent_again_to_who_holds_it(server: Server) -> None:
    path = f"sparql?{form(query=TITLES).decode()}"
    etag = server.send(path)[1]["etag"]
    assert server.send(path, headers={"if-none-match": etag})[::2] == (304, b"")
    assert "etag" not in server.send(f"sparql?{form(query='SELECT (RAND() AS ?r) {}').decode()}")[1]


def test_an_answer_may_be_compressed_and_read_from_any_page(server: Server) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500"
    headers = {"content-type": "application/sparql-query", "accept-encoding": "gzip", "origin": "http://x.example"}
    _, told, body = server.send("sparql", query.encode(), headers)
    assert (told["content-encoding"], told["access-control-allow-origin"]) == ("gzip", "*")
    assert gzip.decompress(body) == server.post(query)[2]
    asked = {"origin": "http://x.example", "access-control-request-method": "POST"}
    assert server.send("sparql", headers=asked, method="OPTIONS")[0] == 200


def test_the_service_and_the_data_set_describe_themselves(server: Server) -> None:
    for path, said in (("sparql", "Service"), (".well-known/void", "Dataset")):
        body = server.send(path, headers={"accept": "text/turtle"})[2]
        types = {str(quad.object) for quad in parse(body, format=RdfFormat.TURTLE) if "type" in str(quad.predicate)}
        assert any(said in type for type in types)


@pytest.mark.parametrize("host", ["[", "<script>", "a b", "x:y", ""])
@pytest.mark.parametrize("path", ["sparql", ".well-known/void", "sparql?query=ASK%20%7B%7D"])
def test_a_host_that_is_none_does_no_harm(server: Server, host: str, path: str) -> None:
    status, _, body = server.send(path, headers={"host": host})
    assert status == 200
    assert b"<script>" not in body


def test_a_query_out_of_time_is_stopped_with_the_reason(strict: Server) -> None:
    began = time.monotonic()
    status, _, text = strict.post(ENDLESS)
    assert (status, b"1.5 seconds" in text) == (503, True)
    assert time.monotonic() - began < 5


def test_a_query_out_of_memory_is_stopped_with_the_reason(example_graph: Path) -> None:
    with serving(example_graph, "--memory", "160") as server:
        status, _, text = server.post(EXPLODING)
    assert (status, text) == (503, b"the query took more than 160 MB and was stopped\n")


def test_the_engines_of_stopped_queries_are_gone(strict: Server) -> None:
    before = set(strict.health()["engines"])
    assert strict.post(ENDLESS)[0] == 503
    deadline = time.monotonic() + 5
    while set(strict.health()["engines"]) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    (ended, *_) = before - set(strict.health()["engines"])
    with pytest.raises(ProcessLookupError):
        os.kill(ended, 0)


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv"])
def test_a_result_that_is_too_long_is_cut_whole_rows_and_told(strict: Server, accept: str) -> None:
    _, headers, body = strict.post("SELECT * { ?s ?p ?o }", accept)
    assert headers["x-result-cut"] == "after 100 rows, the most that this server gives"
    if "json" in accept:
        assert len(json.loads(body)["results"]["bindings"]) == 100
    else:
        assert len(list(csv.reader(io.StringIO(body.decode())))) == 101


def test_a_long_result_that_is_cut_ends_as_a_broken_answer(example_graph: Path) -> None:
    with serving(example_graph, "--max-bytes", "900000") as server, pytest.raises(Exception, match="IncompleteRead"):
        server.post("SELECT * { ?s ?p ?o }")


def test_a_request_that_is_too_long_is_refused(strict: Server) -> None:
    assert strict.post(f"ASK {{ ?s ?p '{'x' * 6000}' }}")[0] == 413
    assert strict.send(f"sparql?query={'x' * 6000}")[0] == 414
    assert strict.send("healthz", headers={"x-long": "x" * 200_000})[0] == 431


def test_one_query_too_many_is_told_to_come_again(strict: Server) -> None:
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: strict.post(ENDLESS), range(16)))
    refused = [headers for status, headers, _ in answers if status == 429]
    assert refused
    assert all(headers["retry-after"] == "1" for headers in refused)
    assert strict.ask("ASK {}")["boolean"] is True


def test_quick_queries_are_answered_beside_endless_ones(strict: Server) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        endless = [pool.submit(strict.post, ENDLESS) for _ in range(4)]
        time.sleep(0.7)
        for _ in range(10):
            assert strict.ask("ASK { ?s ?p ?o }")["boolean"] is True
        assert all(future.result()[0] == 503 for future in endless)


@pytest.mark.parametrize(
    "query",
    [
        "ASK " + "{" * 5000 + "}" * 5000,
        "ASK { FILTER(" + "!" * 50_000 + "true) }",
        "ASK { FILTER(" + "1+" * 50_000 + "1) }",
        "ASK { ?s " + "<a:a>/" * 20_000 + "<a:a> ?o }",
        "ASK { FILTER(true" + "||true" * 50_000 + ") }",
    ],
    ids=["brackets", "negations", "sums", "path", "or"],
)
def test_a_query_nested_too_deeply_is_refused_and_hurts_nobody(server: Server, query: str) -> None:
    assert server.post(query)[0] in {200, 400}
    assert server.ask("ASK {}")["boolean"] is True


def test_an_engine_that_is_killed_is_replaced_and_no_answer_is_wrong(server: Server) -> None:
    expected = server.ask(COUNT)

    def ask(_: int) -> object:
        return server.ask(COUNT)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, n) for n in range(200)]
        for _ in range(5):
            time.sleep(0.1)
            with contextlib.suppress(ProcessLookupError, IndexError):
                os.kill(server.health()["engines"][0], signal.SIGKILL)
        assert all(future.result() == expected for future in answers)


def test_every_request_is_a_line_of_the_log_without_its_text(example_graph: Path) -> None:
    with serving(example_graph) as server:
        server.post(TITLES)
        server.post("ASK {")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
        good, bad = server.records()
    assert (good["status"], good["rows"], good["outcome"], good["method"]) == (200, 3, "ok", "POST")
    assert (bad["status"], bad["outcome"]) == (400, "syntax")
    assert good["query"] != bad["query"]
    assert "title" not in json.dumps(good)


def test_a_dear_answer_is_kept_and_stays_right(example_graph: Path) -> None:
    dear = "SELECT ?o (COUNT(?s) AS ?n) { ?s a ?o . ?s ?p ?x . ?s ?q ?y } GROUP BY ?o ORDER BY ?o"
    with serving(example_graph) as server:
        assert server.ask(dear) == server.ask(dear)
        assert server.post(dear, "text/csv")[2].startswith(b"o,n\r\n")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
        first, again, other = server.records()
    assert (first["cpu"] > 0.01, "cpu" in again, "cpu" in other) == (True, False, True)


def test_metrics_count_requests_by_outcome(server: Server) -> None:
    server.post("ASK {")
    status, headers, body = server.send("metrics")
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/plain")
    assert 'kg_queries_total{outcome="syntax"}' in body.decode()
    assert 'kg_request_seconds_bucket{le="0.1",route="/sparql"}' in body.decode()


def test_a_stop_lets_the_requests_under_way_end(example_graph: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d a <https://w3id.org/paper-kg/ontology#Dataset> }"
    with serving(example_graph) as server, concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.ask, slow)
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        assert int(answer.result()["results"]["bindings"][0]["n"]["value"]) > 0
        assert server.process.wait(10) == 0
