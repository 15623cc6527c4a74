"""The W3C SPARQL test suites against ``kg serve``, over HTTP.

    python -m tests.conformance.w3c ../shared/external/rdf-tests

All data files of the suites go into one graph directory, each as a named graph, and every test asks one server, with
its data set given by the protocol's ``default-graph-uri`` and ``named-graph-uri``. It prints a table of what passed,
every failure with its cause, and what a read-only endpoint is not asked: updates, the graph store protocol, entailment
regimes, and SERVICE, which needs other servers. Those are counted apart. Numbers and booleans in tables are compared by
value, since the engine stores values and not how they were written. It exits with 1 when less than 99 % of the SPARQL
1.1 tests pass, of all or of those that the working group approved, or a protocol test fails. SPARQL 1.0 is for
information.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import re
import sys
import tempfile
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rdflib
from pyoxigraph import NamedNode, Quad, QueryResultsFormat, RdfFormat, parse

from kg.store import GraphDirectory
from tests.conformance import compare
from tests.conformance.suite import BASE, Request, Test, file_of, tests
from tests.servers import serving

OUTSIDE = {
    "UpdateEvaluationTest": "update",
    "PositiveUpdateSyntaxTest11": "update",
    "NegativeUpdateSyntaxTest11": "update",
    "GraphStoreProtocolTest": "graph store protocol",
}
CAUSES = {
    r"bnode01": "Oxigraph's BNODE(text) gives one blank node a query, not one a solution.",
    r"tsv03|distinct|dawg-str|sameTerm|eq-graph|open-eq|date-": "Oxigraph stores values: 1.0E6 comes back as "
    "1000000, xsd:negativeInteger as xsd:integer, so that terms differ, or are equal, that the test holds apart.",
    r"case-insensitive-booleans|syn-bad-26": "Oxigraph follows the grammar of SPARQL 1.1 and later.",
    r"graph-variable-scope|graph-optional": "Oxigraph does not evaluate the pattern in GRAPH ?g graph by graph.",
}
_RDF = {".ttl": RdfFormat.TURTLE, ".rdf": RdfFormat.RDF_XML, ".nt": RdfFormat.N_TRIPLES, ".n3": RdfFormat.TURTLE}
_DATA = "http://kasei.us/2009/09/sparql/data/"
_EVERYTHING = "*/*"


@dataclass(frozen=True)
class Outcome:
    """What became of a test: its group, and why it failed or None."""

    test: Test
    group: str
    failure: str | None = None


def outside(test: Test) -> str | None:
    """Why a test does not concern a read-only endpoint, or None."""
    if test.kind in OUTSIDE:
        return OUTSIDE[test.kind]
    if test.kind == "ProtocolTest" and "update" in test.iri.rpartition("#")[2]:
        return "update"
    if test.suite.endswith("/delete-insert"):
        return "update"
    if test.entailed or test.suite.endswith("/entailment"):
        return "entailment regime"
    if test.services or test.suite.endswith(("/service", "/syntax-fed")):
        return "federation"
    return None


def load(root: Path, suite: list[Test], directory: Path) -> None:
    """Publishes every data file that a test names as a named graph."""
    names = {name for test in suite for name in (*test.data, *test.graphs)}
    for test in suite:
        if test.kind == "QueryEvaluationTest" and test.query and not test.data:
            names |= {urllib.parse.urljoin(test.query, name) for name in _named_in(file_of(root, test.query))}

    def quads() -> Iterator[Quad]:
        for name in sorted(names):
            path = file_of(root, name)
            if path.is_file():
                yield from _quads(path, name, name)
        for path in sorted((root / "sparql/sparql11/protocol").glob("data*.nt")):
            yield from _quads(path, f"{_DATA}{path.stem}.rdf", f"{_DATA}{path.stem}.rdf")

    graph = GraphDirectory(directory)
    with graph.building():
        graph.publish(quads(), dict)


def _quads(path: Path, base: str, graph: str) -> Iterator[Quad]:
    for quad in parse(path=str(path), format=_RDF[path.suffix], base_iri=base, rename_blank_nodes=True):
        yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph))


def _named_in(path: Path) -> list[str]:
    return re.findall(r"FROM\s+(?:NAMED\s+)?<([^>]+)>", path.read_text(encoding="utf8"), re.IGNORECASE)


def run(test: Test, root: Path, endpoint: str) -> str | None:
    """Asks the server what a test asks; returns why it fails, or None."""
    empty = f"{endpoint}?{urllib.parse.urlencode({'default-graph-uri': BASE + 'nothing'})}"
    match test.kind:
        case "ProtocolTest":
            return next((why for request in test.requests if (why := _protocol(request, endpoint))), None)
        case "ServiceDescriptionTest":
            return _service_description(endpoint)
        case "PositiveSyntaxTest11" | "PositiveSyntaxTest":
            status, _, body = _post(empty, _query(test, root), _EVERYTHING)
            return None if status == 200 else f"refused with {status}: {_line(body)}"
        case "NegativeSyntaxTest11" | "NegativeSyntaxTest":
            status, _, _ = _post(empty, _query(test, root), _EVERYTHING)
            return None if status == 400 else f"answered with {status} instead of 400"
        case "QueryEvaluationTest" | "CSVResultFormatTest":
            return _evaluation(test, root, endpoint)
    return f"unknown kind of test {test.kind}"


def _evaluation(test: Test, root: Path, endpoint: str) -> str | None:
    assert test.query is not None
    assert test.result is not None
    text = _query(test, root)
    path = file_of(root, test.result)
    format, media = compare.FORMATS.get(path.suffix[1:], (None, f"{_EVERYTHING};q=0.1, text/turtle"))
    own = _named_in(file_of(root, test.query))
    dataset = [("default-graph-uri", name) for name in (test.data if not own else ())]
    dataset += [("named-graph-uri", name) for name in (test.graphs if not own else ())]
    if not dataset and not own:
        dataset = [("default-graph-uri", f"{BASE}nothing")]
    address = f"{endpoint}?{urllib.parse.urlencode(dataset)}" if dataset else endpoint
    status, kind, body = _post(address, f"BASE <{test.query}>\n{text}", media)
    if status != 200:
        return f"refused with {status}: {_line(body)}"
    if path.suffix == ".csv":
        expected, found = compare.csv_rows(path.read_bytes()), compare.csv_rows(body)
        return compare.same_solutions(expected, found, test.lax, ordered=False)
    if format is not None:
        return _same(compare.solutions(path.read_bytes(), format), compare.solutions(body, format), test.lax, False)
    graph = rdflib.Graph().parse(path, publicID=test.result, format="xml" if path.suffix == ".rdf" else "turtle")
    table = compare.result_set(graph)
    if table is None:
        return compare.same_graphs(graph, body, test.query)
    if "json" not in kind:
        return f"came as {kind}, which is no table"
    return _same(table, compare.solutions(body, QueryResultsFormat.JSON), test.lax, compare.is_ordered(graph))


def _same(expected: object, found: object, lax: bool, ordered: bool) -> str | None:
    if isinstance(expected, bool) or isinstance(found, bool):
        return None if expected == found else f"{found} instead of {expected}"
    return compare.same_solutions(expected, found, lax, ordered)


def _protocol(request: Request, endpoint: str) -> str | None:
    address = endpoint + request.path.removeprefix("/sparql/").removeprefix("/sparql")
    headers = {"accept": _EVERYTHING, **request.headers}
    status, kind, body = _send(request.method, address, headers, request.body)
    if f"{status // 100}xx" not in request.statuses:
        return f"{status} instead of {' or '.join(request.statuses)}"
    if request.boolean is not None:
        return _same(request.boolean, compare.solutions(body, QueryResultsFormat.JSON), False, False)
    expected = {"boolean": "sparql-results", "tabular": "sparql-results", "RDF": "text/turtle"}.get(
        request.format or ""
    )
    return None if expected is None or expected in kind else f"{kind} instead of {request.format}"


def _service_description(endpoint: str) -> str | None:
    """Whether the endpoint describes itself as RDF, with its own address, in the terms of the vocabulary."""
    sd = "http://www.w3.org/ns/sparql-service-description#"
    status, kind, body = _send("GET", endpoint, {"accept": "text/turtle"})
    if status != 200 or "text/turtle" not in kind:
        return f"{status} as {kind}"
    triples = {(str(q.subject), q.predicate.value, q.object) for q in parse(body, format=RdfFormat.TURTLE)}
    services = {s for s, p, o in triples if p.endswith("#type") and o == NamedNode(sd + "Service")}
    if not any((service, sd + "endpoint", NamedNode(endpoint)) in triples for service in services):
        return "no sd:Service with this sd:endpoint"
    return None


def _query(test: Test, root: Path) -> bytes | str:
    assert test.query
    return file_of(root, test.query).read_text(encoding="utf8")


def _post(address: str, query: str | bytes, accept: str) -> tuple[int, str, bytes]:
    body = query.encode() if isinstance(query, str) else query
    headers = {"content-type": "application/sparql-query", "accept": accept}
    return _send("POST", address, headers, body)


def _send(method: str, address: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, str, bytes]:
    """Status, type and body; nothing is sent that the caller did not ask for, unlike with urllib.request."""
    parts = urllib.parse.urlsplit(address)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
        response = connection.getresponse()
        return response.status, response.headers.get("content-type", ""), response.read()


def _line(body: bytes) -> str:
    return " ".join(body.decode("utf8", "replace").split())[:200]


def conform(root: Path, versions: list[str]) -> list[Outcome]:
    """The outcome of every test."""
    suite = [test for version in versions for test in tests(root, version)]
    outcomes = []
    with tempfile.TemporaryDirectory() as place:
        load(root, suite, Path(place) / "graph")
        with serving(Path(place) / "graph") as server:
            for test in suite:
                why = outside(test)
                if why:
                    outcomes.append(Outcome(test, f"outside: {why}"))
                    continue
                try:
                    failure = run(test, root, f"{server.address}sparql")
                except Exception as error:
                    failure = f"{type(error).__name__}: {error}"
                outcomes.append(Outcome(test, f"{test.suite.partition('/')[0]} {test.kind}", failure))
    return outcomes


def main() -> int:
    """Prints the tables; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the suites, as w3c/rdf-tests has them")
    outcomes = conform(parser.parse_args().root, ["sparql11", "sparql10"])
    counted = [outcome for outcome in outcomes if not outcome.group.startswith("outside")]
    print(f"{'SPARQL version, kind of test':56s} passed     of")
    for group in dict.fromkeys(outcome.group for outcome in counted):
        print(_row(group, [outcome for outcome in counted if outcome.group == group]))
    recommended = [outcome for outcome in counted if outcome.test.suite.startswith("sparql11/")]
    approved = [outcome for outcome in recommended if outcome.test.approved]
    print(_row("SPARQL 1.1 together", recommended))
    print(_row("SPARQL 1.1, approved by the working group", approved))
    print("\nfailed, and why")
    for outcome in counted:
        if outcome.failure:
            added = "" if outcome.test.approved else " (added since by the community group)"
            print(f"  {outcome.test.name}{added}: {outcome.failure}{_cause(outcome.test)}")
    print("\nnot asked of a read-only endpoint, and not counted")
    for group, total in Counter(o.group for o in outcomes if o.group.startswith("outside")).items():
        print(f"  {group.removeprefix('outside: '):54s} {total:6d}")
    protocol = [outcome for outcome in counted if outcome.test.kind == "ProtocolTest"]
    met = _rate(recommended) >= 0.99 and _rate(approved) >= 0.99 and _rate(protocol) == 1
    print("\nthe bar, 99 % of all tests and of the approved ones, and every protocol test:", "met" if met else "MISSED")
    return 0 if met else 1


def _row(name: str, outcomes: list[Outcome]) -> str:
    passed = sum(outcome.failure is None for outcome in outcomes)
    return f"{name:56s} {passed:6d} {len(outcomes):6d}  {_rate(outcomes):7.2%}"


def _rate(outcomes: list[Outcome]) -> float:
    return sum(outcome.failure is None for outcome in outcomes) / len(outcomes)


def _cause(test: Test) -> str:
    for pattern, cause in CAUSES.items():
        if re.search(pattern, test.name):
            return f"\n      {cause}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
