"""The W3C test suites as records: manifests read, expected results parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

BASE = "http://w3c.example/"
"""Stands for the directory of the suites in every IRI."""
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")


@dataclass(frozen=True)
class Request:
    """A request of a protocol test, and the responses that it allows."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: tuple[str, ...]
    format: str | None
    boolean: bool | None


@dataclass(frozen=True)
class Test:
    """One test: IRIs of its files, all below ``BASE``; ``approved`` by the working group, not added after its time."""

    iri: str
    suite: str
    kind: str
    query: str | None = None
    data: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    services: bool = False
    entailed: bool = False
    lax: bool = False
    approved: bool = True
    result: str | None = None
    requests: tuple[Request, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The test's name within its directory."""
        return f"{self.suite}/{self.iri.rpartition('#')[2]}"


def tests(root: Path, version: str) -> Iterator[Test]:
    """Every test of ``sparql10`` or ``sparql11`` below the directory of the suites, in order of manifests."""
    for path in sorted((root / "sparql" / version).glob("*/manifest*.ttl")):
        address = BASE + path.relative_to(root).as_posix()
        manifest = Graph().parse(path, format="turtle", publicID=address)
        for entries in manifest.objects(None, MF.entries):
            for entry in Collection(manifest, entries):
                yield _test(manifest, entry, f"{version}/{path.parent.name}")


def file_of(root: Path, iri: str) -> Path:
    """The file of an IRI."""
    return root / iri.removeprefix(BASE).partition("#")[0]


def _test(manifest: Graph, entry: Node, suite: str) -> Test:
    def one(subject: Node | None, predicate: URIRef) -> Node | None:
        return manifest.value(subject, predicate) if subject is not None else None

    action = one(entry, MF.action)
    request = action if isinstance(action, URIRef) else one(action, QT.query)
    kind = next((str(type) for type in manifest.objects(entry, RDF.type)), "").rpartition("#")[2]
    regimes = [*manifest.objects(action, SD.entailmentRegime), *manifest.objects(entry, SD.entailmentRegime)]
    lists = one(action, HT.requests)
    return Test(
        iri=str(entry),
        suite=suite,
        kind=kind,
        query=str(request) if request is not None else None,
        data=tuple(str(data) for data in manifest.objects(action, QT.data)),
        graphs=tuple(str(graph) for graph in manifest.objects(action, QT.graphData)),
        services=(action, QT.serviceData, None) in manifest,
        entailed=bool(regimes),
        lax=(entry, MF.resultCardinality, MF.LaxCardinality) in manifest,
        approved=(entry, DAWGT.approval, DAWGT.Approved) in manifest,
        result=str(result) if isinstance(result := one(entry, MF.result), URIRef) else None,
        requests=tuple(_requests(manifest, lists)) if lists is not None else (),
    )


def _requests(manifest: Graph, lists: Node) -> Iterator[Request]:
    for node in Collection(manifest, lists):
        headers = {}
        listed = manifest.value(node, HT.headers)
        for header in Collection(manifest, listed) if listed is not None else ():
            headers[str(manifest.value(header, HT.fieldName))] = str(manifest.value(header, HT.fieldValue))
        body = manifest.value(node, HT.body)
        text = manifest.value(body, CNT.chars) if body is not None else None
        encoding = manifest.value(body, CNT.characterEncoding) if body is not None else None
        response = manifest.value(node, HT.resp)
        boolean, format = manifest.value(response, MF.expectedBoolean), manifest.value(response, MF.expectedFormat)
        yield Request(
            method=str(manifest.value(node, HT.methodName)),
            path=str(manifest.value(node, HT.absolutePath)),
            headers=headers,
            body=str(text).encode(str(encoding or "utf8")) if text is not None else None,
            statuses=tuple(str(status)[-3:] for status in manifest.objects(response, MF.expectedStatus)),
            format=str(format) if format is not None else None,
            boolean=None if boolean is None else str(boolean).lower() == "true",
        )
