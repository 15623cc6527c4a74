"""What the server says of itself: SPARQL 1.1 Service Description and VoID."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, serialize
from starlette.requests import Request
from starlette.responses import Response

from kg.graph import BASE, PREFIXES
from kg.graph.vocabulary import DCTERMS, FABIO, KG, OA, PRISM, PROV, RDF, SCHEMA, SKOS, XSD
from kg.serve.generations import Generation
from kg.serve.limits import Limits
from kg.serve.negotiate import GRAPHS, choose, content_type
from kg.serve.protocol import RefusedError, address
from kg.serve.results import RDF_FORMATS

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD"),
)
_VOCABULARIES = (KG, SKOS, DCTERMS, FABIO, PRISM, PROV, OA, SCHEMA)


async def service_description(request: Request, generation: Generation, limits: Limits) -> Response:
    """The description of the endpoint. Raises RefusedError for a form that there is none of."""
    return _response(request, generation, list(_service(request, generation, limits)))


async def void(request: Request, generation: Generation) -> Response:
    """The description of the data set, https://www.w3.org/TR/void/. Raises RefusedError as ``service_description``."""
    return _response(request, generation, list(_dataset(request, generation)))


def _service(request: Request, generation: Generation, limits: Limits) -> Iterator[Triple]:
    endpoint = NamedNode(address(request, "sparql"))
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("graph")
    yield Triple(service, _rdf("type"), _sd("Service"))
    yield Triple(service, _sd("endpoint"), endpoint)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    yield Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    if limits.services:
        yield Triple(service, _sd("feature"), _sd("BasicFederatedQuery"))
    for name in _FORMATS:
        yield Triple(service, _sd("resultFormat"), NamedNode(f"http://www.w3.org/ns/formats/{name}"))
    yield Triple(service, _sd("defaultDataset"), dataset)
    yield Triple(dataset, _rdf("type"), _sd("Dataset"))
    yield Triple(dataset, _sd("defaultGraph"), graph)
    yield Triple(graph, _rdf("type"), _sd("Graph"))
    yield Triple(graph, NamedNode(VOID + "triples"), _number(generation.manifest.get("quads", 0)))


def _dataset(request: Request, generation: Generation) -> Iterator[Triple]:
    manifest, base = generation.manifest, generation.manifest.get("base", BASE)
    document, dataset = NamedNode(address(request, ".well-known/void")), NamedNode(f"{base}graph/all")

    def say(name: str, object: NamedNode | Literal) -> Triple:
        return Triple(dataset, NamedNode(VOID + name), object)

    yield Triple(document, _rdf("type"), NamedNode(VOID + "DatasetDescription"))
    yield Triple(document, NamedNode("http://xmlns.com/foaf/0.1/primaryTopic"), dataset)
    yield Triple(dataset, _rdf("type"), NamedNode(VOID + "Dataset"))
    yield Triple(dataset, NamedNode(DCTERMS + "title"), Literal("The knowledge graph of machine-learning papers"))
    yield Triple(dataset, NamedNode(SCHEMA + "softwareVersion"), Literal(str(manifest.get("version", "unknown"))))
    yield say("sparqlEndpoint", NamedNode(address(request, "sparql")))
    yield say("uriLookupEndpoint", NamedNode(address(request, "api/search?q=")))
    yield say("uriSpace", Literal(base))
    yield say("triples", _number(manifest.get("quads", 0)))
    yield say("entities", _number(manifest.get("entities", 0)))
    yield say("documents", _number(manifest.get("papers", 0)))
    for vocabulary in _VOCABULARIES:
        yield say("vocabulary", NamedNode(vocabulary))


def _response(request: Request, generation: Generation, triples: list[Triple]) -> Response:
    offer = choose(request.headers.get("accept", ""), GRAPHS)
    if offer is None:
        raise RefusedError(406, f"there are {', '.join(media for media, _ in GRAPHS)}")
    prefixes = {**PREFIXES, "sd": SD, "void": VOID}
    body = serialize(triples, format=RDF_FORMATS[offer[1]], prefixes=prefixes) or b""
    headers = {"vary": "Accept, Accept-Encoding", "content-type": content_type(offer[0])}
    return Response(body, 200, headers)


def _rdf(name: str) -> NamedNode:
    return NamedNode(RDF + name)


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))
