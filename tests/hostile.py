"""Requests that nobody means well with, against ``kg serve``.

    python -m tests.hostile exports/graph --requests 10000

Every one must be answered with 4xx or 503, or have its connection closed where it is no HTTP at all; and the server
must then answer as before. It prints what came of each kind of request and exits with 1 when one got something else.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.servers import Server, serving

TIMEOUT = 1.0
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
Make = Callable[[random.Random], bytes]


def _get(target: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "host: x", *headers, "", ""]).encode("utf8", "surrogateescape")


def _ask(query: str) -> bytes:
    return _get(f"/sparql?query={quote(query)}")


def _post(body: bytes, kind: str, *headers: str) -> bytes:
    head = [
        "POST /sparql HTTP/1.1",
        "host: x",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


def bad_encoding(chance: random.Random) -> bytes:
    """Bytes that are no UTF-8, in the address, a form and a body."""
    junk = bytes(chance.randrange(0x80, 0x100) for _ in range(chance.randrange(1, 30))) + b"\xff"
    encoded = "".join(f"%{byte:02X}" for byte in junk)
    form = "application/x-www-form-urlencoded"
    return chance.choice(
        [
            _get(f"/sparql?query=ASK%7B%7D{encoded}"),
            _post(b"query=ASK{}" + encoded.encode(), form),
            _post(b"query=ASK{}" + junk, form),
            _post(b"ASK {} #" + junk, "application/sparql-query"),
            _post("ASK {}".encode("utf-16"), "application/sparql-query; charset=utf-16"),
        ]
    )


def giant_header(chance: random.Random) -> bytes:
    """More head than a request may have, in one header, in many or in the address."""
    size = chance.randrange(1_200_000, 1_500_000)
    return chance.choice(
        [
            _get("/healthz", f"x-a: {'a' * size}"),
            _get("/healthz", *(f"x-{n}: {'a' * 1000}" for n in range(size // 1000))),
            _get(f"/sparql?query={'a' * size}"),
        ]
    )


def traversal(chance: random.Random) -> bytes:
    """Paths that climb out of wherever they think they are."""
    up = chance.choice(["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f", "..;/"])
    start = chance.choice(["/", "/id/", "/graph/", "/style.css/", "/api/", "/.well-known/", "/templates/"])
    end = chance.choice(["etc/passwd", "etc/passwd%00.ttl", "records.db", "current", "build.json", "proc/self/environ"])
    return _get(start + up * chance.randrange(1, 12) + end)


def service(chance: random.Random) -> bytes:
    """Calls to servers that only this machine reaches."""
    host = chance.choice(["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0x7f000001", "2130706433", "10.0.0.1"])
    call = chance.choice(["SERVICE", "service", "SeRvIcE SILENT", "SERVICE#\n", "SERVIC\\u0045", "\\u0053ERVICE"])
    hidden = chance.choice(
        ["", "<http://x/\\u0061#> ?p ?o . ", "?s ?p '#' . ", '?s ?p """ # """ . ', "?s ?p 'it\\'s' . "]
    )
    where = chance.choice([f"<http://{host}:{chance.randrange(1, 65536)}/>", "?where", "<../x>", "e:x"])
    return _ask(f"PREFIX e: <http://{host}/> SELECT * {{ {hidden}{call} {where} {{ ?s ?p ?o }} }}")


def update(chance: random.Random) -> bytes:
    """Updates, in every place where one may be tried."""
    texts = [
        "LOAD <file:///etc/passwd>",
        "CLEAR ALL",
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "DROP ALL",
        "DELETE WHERE {?s ?p ?o}",
    ]
    text = chance.choice(["", "BASE <http://x/> ", "PREFIX e: <http://x/> ", "# SELECT\n"]) + chance.choice(texts)
    return chance.choice(
        [
            _ask(text),
            _get(f"/sparql?update={quote(text)}"),
            _post(f"update={quote(text)}".encode(), "application/x-www-form-urlencoded"),
            _post(text.encode(), "application/sparql-update"),
            _post(text.encode(), "application/sparql-query"),
        ]
    )


def files(chance: random.Random) -> bytes:
    """Graphs that are files."""
    name = chance.choice(["file:///etc/passwd", "FILE:/etc/shadow", "file:///proc/self/mem", "file:///dev/zero"])
    return chance.choice(
        [
            _ask(f"SELECT * FROM <{name}> {{ ?s ?p ?o }}"),
            _ask(f"SELECT * FROM NAMED <{name}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
            _ask(f"SELECT * {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"),
            _get(f"/sparql?query=ASK%7B%7D&default-graph-uri={quote(name)}"),
        ]
    )


def nesting(chance: random.Random) -> bytes:
    """Brackets and operators by the thousand."""
    depth = chance.randrange(5_000, 40_000)
    group = min(depth, 20_000)
    return _post(
        chance.choice(
            [
                f"ASK {'{' * group}{'}' * group}",
                f"ASK {{ FILTER({'(' * group}1{')' * group}) }}",
                f"ASK {{ FILTER({'!' * depth * 4}) }}",
                f"ASK {{ ?s {'^' * depth} ?o }}",
                f"ASK {{ ?s {'(' * group} ?o }}",
                f"ASK {{ ?s ?p {'[' * group} }}",
                f"ASK {{ FILTER({'-' * depth}) }}",
            ]
        ).encode(),
        "application/sparql-query",
    )


def monotony(chance: random.Random) -> bytes:
    """The same few characters again and again, against whatever reads a text more than once."""
    part = chance.choice(
        ["a.", "a-", "a:.", "<", "<a", "'\\\\", '"""a""', "@a-", "?", "_:.", "\\u0041", "#", "(*", "a:b*"]
    )
    return _post(
        f"ASK {{ {part * (chance.randrange(100_000, 900_000) // len(part))}".encode(), "application/sparql-query"
    )


def bomb(chance: random.Random) -> bytes:
    """Queries that take for ever, or all memory."""
    pattern = chance.choice(["(a*)*b{1000}{1000}", "(.*)(.*)(.*)(.*)(.*)[^a]{900}{900}", "(x+x+)+y"])
    join = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
    return _ask(
        chance.choice(
            [
                f"SELECT * {{ {join} FILTER REGEX(CONCAT(STR(?c), STR(?f), STR(?i)), '{pattern}') }} ORDER BY ?a",
                f"SELECT * {{ {join} }} ORDER BY ?a ?e ?i",
                f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {join} }}",
                f"SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?x) {{ {join} }}",
            ]
        )
    )


def broken_http(chance: random.Random) -> bytes:
    """What is hardly HTTP."""
    return chance.choice(
        [
            b"GET / HTTP/9.9\r\n\r\n",
            b"NONSENSE\r\n\r\n",
            b"GET\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(64),
            chance.randbytes(chance.randrange(40, 400)) + b"\r\n\r\n",
            b"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
            b"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nASK {}",
            b"POST /sparql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nASK\r\n",
            b"GET /sparql?query=\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nho st: x\r\n\r\n",
        ]
    )


def wrong_use(chance: random.Random) -> bytes:
    """Methods, types and parameters that there are none of."""
    method = chance.choice(["PUT", "DELETE", "PATCH", "TRACE"])
    return chance.choice(
        [
            f"{method} {chance.choice(['/sparql', '/', '/metrics', '/id/x'])} HTTP/1.1\r\nhost: x\r\n\r\n".encode(),
            _post(b"ASK {}", chance.choice(["text/plain", "application/json", "x", "multipart/form-data; boundary=x"])),
            _get(f"/sparql?{'&'.join(f'a{n}=1' for n in range(2000))}"),
            _get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D"),
            _get(f"/api/search?q=a&limit={chance.choice(['-1', '0', '1e9', '999999999999', 'x', '%00'])}"),
            _get(
                f"/api/entity?iri={quote(chance.choice(['', 'x', 'a b', '<script>', 'http://[', 'data:text/html,x']))}"
            ),
            _get("/id/system/vllm", "accept: image/png"),
            _ask("SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999999"),
            _ask("ASK {}\r\nSet-Cookie: a=b"),
            _post(b"a" * chance.randrange(1_100_000, 2_000_000), "application/sparql-query"),
        ]
    )


KINDS: dict[Make, float] = {
    bad_encoding: 1.5,
    giant_header: 0.1,
    traversal: 2,
    service: 2,
    update: 1.5,
    files: 1,
    nesting: 0.5,
    monotony: 0.1,
    bomb: 0.1,
    broken_http: 1,
    wrong_use: 1.5,
}


def requests(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many requests with the name of their kind."""
    chance = random.Random(seed)
    for _ in range(count):
        (make,) = chance.choices(list(KINDS), list(KINDS.values()))
        yield make.__name__, make(chance)


def send(address: str, request: bytes) -> tuple[int, bytes]:
    """The status of the answer, 0 for a connection closed without one, and the answer."""
    parts, answer = urlsplit(address), b""
    with contextlib.suppress(OSError), socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(request)
        while len(answer) < 1 << 16 and (part := connection.recv(1 << 16)):
            answer += part
            if b"\r\n\r\n" in answer:
                break
    status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/") else b"0"
    return int(status), answer


def attack(server: Server, count: int, seed: int = 0) -> dict[str, Counter[int]]:
    """What came of so many requests, by their kind. Raises AssertionError when the server then answers otherwise."""
    before = server.ask(COUNT)
    outcomes: dict[str, Counter[int]] = {make.__name__: Counter() for make in KINDS}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = pool.map(lambda pair: (pair[0], *send(server.address, pair[1])), requests(count, seed))
        for kind, status, answer in sent:
            outcomes[kind][status] += 1
            assert b"root:" not in answer, "a file was read"
    deadline = time.monotonic() + 20
    while server.post(COUNT)[0] == 503 and time.monotonic() < deadline:  # the last bombs are still being cleared away
        time.sleep(0.5)
    assert server.ask(COUNT) == before
    return outcomes


def unwanted(outcomes: dict[str, Counter[int]]) -> dict[str, Counter[int]]:
    """What came otherwise than as 4xx or 503; no answer at all is right only to what is no HTTP."""

    def fits(kind: str, status: int) -> bool:
        return 400 <= status < 500 or status == 503 or (status == 0 and kind in {"broken_http", "giant_header"})

    bad = {kind: Counter({s: n for s, n in seen.items() if not fits(kind, s)}) for kind, seen in outcomes.items()}
    return {kind: seen for kind, seen in bad.items() if seen}


def main() -> int:
    """Prints the outcomes; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with serving(options.graph, "--timeout", str(TIMEOUT), "--max-queries", "64") as server:
        outcomes = attack(server, options.requests, options.seed)
    for kind, seen in outcomes.items():
        told = (f"{status or 'closed'}: {n:,}" for status, n in sorted(seen.items()))
        print(f"{kind:14s} {', '.join(told)}")
    bad = unwanted(outcomes)
    print("otherwise than 4xx or 503:", bad or "none")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
