"""Records and links to RDF: a named graph a paper, one each for entities, catalogue, ontology and provenance."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.catalog import Catalog, known
from kg.comparison import Comparison, compare, direction_of
from kg.corrections import Correction, Names
from kg.graph.provenance import INFLUENCED, activity_iri, build_quads, correction_iri, correction_quads
from kg.graph.vocabulary import (
    BASE,
    DCTERMS,
    FABIO,
    ITSRDF,
    OA,
    PRISM,
    PROV,
    RDF,
    ROLE_PROPERTIES,
    SKOS,
    UNIT,
    XSD,
    entity_iri,
    graph_iri,
    paper_iri,
    term,
)
from kg.link import Canonical, Linker, Relation, shipped
from kg.records import Claim, Entity, EntityType, Extraction, Fact, KgError, Paper, Result, RunsOn, Size, Span
from kg.resources import resource
from kg.units import QUDT, normalized

_TYPE = NamedNode(RDF + "type")
_SUBJECT, _PREDICATE, _OBJECT = (NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
_CONFIDENCE = NamedNode(ITSRDF + "taConfidence")
_GENERATED = NamedNode(PROV + "wasGeneratedBy")
_PREF, _ALT = NamedNode(SKOS + "prefLabel"), NamedNode(SKOS + "altLabel")
_CODE = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|gitee\.com|huggingface\.co)/", re.I
)
_SAFE_IRI = re.compile(r"""[\x00-\x20<>"{}|\\^`\x7f-\x9f]""")

# Raised when the same records come to be written as other quads, so that unchanged inputs are built again.
_LAYOUT = 3

Records = Callable[[], Iterable[Extraction]]
_Scored = TypeVar("_Scored", Entity, Fact, RunsOn, Size, Result)


def quads(
    records: Records, linker: Linker, base: str = BASE, corrections: Collection[Correction] = ()
) -> Iterator[Quad]:
    """Every quad of the graph of some records; ``records`` is asked twice, so it must give them anew: once to link.

    ``corrections`` are those that were made in the records and the rules of linking; they are asked last.
    No triple stands in two graphs and there are no blank nodes, so the same records give the same quads.
    """
    linker = linker.over(records())
    activities: set[NamedNode] = set()
    things: dict[Canonical, set[int]] = {}
    for record in records():
        writer = PaperWriter(record, linker, base)
        yield from writer.quads()
        activities.add(writer.activity)
        for thing, sizes in writer.things.items():
            things.setdefault(thing, set()).update(sizes)
    yield from _entities(things, linker, base)
    placed = list(_placed(things, linker))
    for thing, relation, parent in placed:
        yield Quad(_thing(base, thing), term(relation), _thing(base, parent), graph_iri(base, "entities"))
    numbered = list(_numbered(things, linker, base))
    yield from numbered
    named = {*things, *(parent for _, _, parent in placed)}
    reached = {_thing(base, thing) for thing in named if linker.entry(thing)}
    reached |= {quad.object for quad in numbered if isinstance(quad.object, NamedNode)}
    yield from catalog_quads(known(), reached, base)
    yield from _ontology(base)
    yield from build_quads(activities, base)
    for correction in sorted(corrections, key=lambda made: made.key):
        made = correction_iri(base, correction.key)
        yield from correction_quads(correction, base)
        for thing in _corrected(correction, linker) & things.keys():
            yield Quad(_thing(base, thing), INFLUENCED, made, graph_iri(base, "entities"))


def graph_version() -> str:
    """What a graph is written by, besides its records: this module's layout, the ontology, catalogue and rules."""
    ontology = hashlib.sha256((resource("ontology") / "kg.ttl").read_bytes()).hexdigest()
    return f"{_LAYOUT} {ontology} {known().digest} {shipped().digest}"


class PaperWriter:
    """The quads of one paper's graph, and what they refer to."""

    def __init__(self, record: Extraction, linker: Linker, base: str) -> None:
        if record.paper is None:
            raise ValueError("a record is written with its paper")
        self._record = record
        self._paper: Paper = record.paper
        self._base = base
        self._iri = paper_iri(base, record.paper.key)
        self._entities = {entity.id: entity for entity in record.entities}
        self._linker = linker
        self.things: dict[Canonical, set[int]] = {linker.canonical(entity): set() for entity in record.entities}
        self.activity = activity_iri(base, record.pipeline)
        self._claimed: set[NamedNode] = set()

    def quads(self) -> Iterator[Quad]:
        """Every quad once, in no particular order."""
        yield from dict.fromkeys(Quad(s, p, o, self._iri) for s, p, o in self._triples())

    def _triples(self) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        self._claimed.clear()
        yield from self._bibliography()
        for entity in _surest_first(self._record.entities):
            span = self._sentence(entity.spans[0]) if entity.spans else None
            yield from self._fact(term("mentions"), self._node(entity.id), entity, span)
        for fact in _surest_first(self._record.facts):
            yield from self._fact(ROLE_PROPERTIES[fact.role], self._node(fact.entity), fact, fact.span)
        for use in _surest_first(self._record.runs_on):
            yield from self._fact(term("runsOn"), self._node(use.hardware), use, use.span, use.count)
        for size in _surest_first(self._record.sizes):
            self.things[self._thing(size.entity)].add(size.parameters)
            yield from self._statement(
                self._node(size.entity), term("parameters"), _integer(size.parameters), size, size.span
            )
        for result in _surest_first(self._record.results):
            yield from self._result(result)

    def _bibliography(self) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        paper, iri = self._paper, self._iri
        yield iri, _TYPE, term("Paper")
        yield iri, NamedNode(DCTERMS + "title"), Literal(paper.title)
        yield iri, NamedNode(DCTERMS + "abstract"), Literal(paper.abstract)
        for author in paper.authors:
            yield iri, NamedNode(DCTERMS + "creator"), Literal(author)
        if paper.date:
            yield iri, NamedNode(DCTERMS + "date"), Literal(paper.date)
        if paper.arxiv_id:
            yield iri, NamedNode(FABIO + "hasArXivId"), Literal(paper.arxiv_id)
        if paper.doi:
            yield iri, NamedNode(PRISM + "doi"), Literal(paper.doi)
        for source in paper.source:
            yield iri, term("source"), Literal(f"{source.file}:{source.position}")
        for url in (*self._record.urls, *paper.urls):
            address = _address(url)
            if address is None:
                continue
            yield iri, term("url"), address
            if _CODE.match(address.value):
                yield iri, term("code"), address

    def _fact(
        self, predicate: NamedNode, thing: NamedNode, claim: Claim, span: Span | None, count: int | None = None
    ) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        yield self._iri, predicate, thing
        yield from self._statement(self._iri, predicate, thing, claim, span, count)

    def _statement(
        self,
        subject: NamedNode,
        predicate: NamedNode,
        object: NamedNode | Literal,
        claim: Claim,
        span: Span | None,
        count: int | None = None,
    ) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        role = predicate.value.rpartition("#")[2]
        node = self._named(role, subject, predicate, object, count)
        yield node, _TYPE, term("Statement")
        yield node, _SUBJECT, subject
        yield node, _PREDICATE, predicate
        yield node, _OBJECT, object
        if count is not None:
            yield node, term("count"), _integer(count)
        yield from self._support(node, claim, span)

    def _support(
        self, node: NamedNode, claim: Claim, span: Span | None
    ) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        if node not in self._claimed:  # two names of one thing make one claim, as sure as the surer
            self._claimed.add(node)
            yield node, term("paper"), self._iri
            yield node, _CONFIDENCE, _decimal(claim.score)
            yield node, _GENERATED, self.activity
        for correction in claim.corrections:
            yield node, INFLUENCED, correction_iri(self._base, correction)
        if span is None:
            return
        start, end = span
        evidence = NamedNode(f"{self._iri.value}#char={start},{end}")
        yield node, term("evidence"), evidence
        yield evidence, _TYPE, term("Evidence")
        yield evidence, _TYPE, NamedNode(OA + "TextPositionSelector")  # said for readers that do not reason
        yield evidence, _TYPE, NamedNode(OA + "TextQuoteSelector")
        yield evidence, NamedNode(OA + "start"), _integer(start)
        yield evidence, NamedNode(OA + "end"), _integer(end)
        yield evidence, NamedNode(OA + "exact"), Literal(self._paper.text[start:end])

    def _result(self, result: Result) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        metric = self._metric(result.metric)
        references = {
            name: self._node(reference)
            for name in ("subject", "baseline", "dataset", "hardware")
            if (reference := getattr(result, name)) in self._entities
        }
        parts = (*references.items(), result.bound, result.value, result.unit, result.span)
        node = self._named("result", metric, *parts)
        yield node, _TYPE, term("Result")
        yield node, term("metric"), metric
        yield node, term("value"), _decimal(result.value)
        yield node, term("unit"), Literal(result.unit)
        if result.unit in QUDT:
            yield node, term("quantityUnit"), NamedNode(UNIT + QUDT[result.unit])
        measured = self._entities[result.metric].name if result.metric in self._entities else result.metric
        entry = known().find(EntityType.METRIC, measured)
        in_unit = known().unit(entry) if entry else ""
        comparable = normalized(round(result.value, 9), result.unit, in_unit)
        yield node, term("normalizedValue"), _decimal(comparable.value)
        yield node, term("normalizedUnit"), Literal(comparable.unit)
        yield from _compared(node, compare(result, direction_of(known(), measured), in_unit == "%"))
        yield node, term("bound"), Literal(result.bound)
        for name, reference in references.items():
            yield node, term(name), reference
        yield from self._support(node, result, result.span)

    def _metric(self, metric: str) -> NamedNode:
        """The metric's node; words that are no entity of the record become a metric by their slug."""
        if metric in self._entities:
            return self._node(metric)
        thing = self._linker.thing(EntityType.METRIC, metric)
        self.things.setdefault(thing, set())
        return entity_iri(self._base, thing.type, thing.slug)

    def _thing(self, id: str) -> Canonical:
        entity = self._entities.get(id)
        if entity is None:
            raise KgError(f"paper '{self._paper.title}': its record refers to '{id}', which is no entity of it")
        return self._linker.canonical(entity)

    def _node(self, id: str) -> NamedNode:
        thing = self._thing(id)
        return entity_iri(self._base, thing.type, thing.slug)

    def _named(self, role: str, *parts: object) -> NamedNode:
        digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf8")).hexdigest()[:12]
        return NamedNode(f"{self._iri.value}#{role}-{digest}")

    def _sentence(self, span: Span) -> Span:
        """The line of the paper, or the sentence in it, around a mention."""
        text, (start, end) = self._paper.text, span
        line, sentence = text.rfind("\n", 0, start) + 1, text.rfind(". ", 0, start)
        begin = max(line, sentence + 2 if sentence >= 0 else 0)
        stops = [stop for stop in (text.find(". ", end), text.find("\n", end)) if stop >= 0]
        stop = min(stops, default=len(text))
        return begin, stop + (text[stop : stop + 1] == ".")


def _entities(things: dict[Canonical, set[int]], linker: Linker, base: str) -> Iterator[Quad]:
    """The graph of the things that papers name, less what the catalogue says of them."""
    graph = graph_iri(base, "entities")
    for thing, told in linker.describe():
        node = _thing(base, thing)
        entry = linker.entry(thing)
        if entry is None:
            yield Quad(node, _TYPE, term(thing.type.value), graph)
            yield Quad(node, _PREF, Literal(told.label), graph)
        labels = set(entry.labels) if entry else {told.label}
        for alias in told.aliases:
            if alias.name not in labels:
                yield Quad(node, _ALT, Literal(alias.name), graph)
            yield Quad(node, term("mergedBecause"), Literal(f"“{alias.name}”: {alias.because}"), graph)
        for size in sorted(things[thing]):
            yield Quad(node, term("parameters"), _integer(size), graph)


def _numbered(things: Iterable[Canonical], linker: Linker, base: str) -> Iterator[Quad]:
    """The product lines of devices that the catalogue lacks, and what those have of them: vendor and kind."""
    graph = graph_iri(base, "entities")
    inherited = [quad for quad in known().quads if quad.predicate in {term("vendor"), term("kind")}]
    for thing in sorted(things):
        unknown = thing.type is EntityType.HARDWARE and linker.entry(thing) is None
        numbered = known().line(thing.slug) if unknown else None
        if numbered:
            line, node = NamedNode(numbered[0].iri), _thing(base, thing)
            yield Quad(node, term("partOf"), _rebased(line, base), graph)
            for quad in inherited:
                if quad.subject == line and isinstance(quad.object, NamedNode):
                    yield Quad(node, quad.predicate, _rebased(quad.object, base), graph)


def _placed(things: Iterable[Canonical], linker: Linker) -> Iterator[tuple[Canonical, Relation, Canonical]]:
    """What things are variants or parts of, and what those are, up to the most general."""
    pending, seen = sorted(things), set(things)
    while pending:
        thing = pending.pop()
        placed = linker.above(thing)
        if placed is not None:
            relation, parent = placed
            yield thing, relation, parent
            if parent not in seen:
                seen.add(parent)
                pending.append(parent)


def _thing(base: str, thing: Canonical) -> NamedNode:
    return entity_iri(base, thing.type, thing.slug)


def _corrected(correction: Correction, linker: Linker) -> set[Canonical]:
    """The things whose names a correction joins or parts."""
    pairs = correction.pairs if isinstance(correction, Names) else ()
    return {linker.thing(type, name) for type, *names in pairs for name in names}


def catalog_quads(catalog: Catalog, reached: set[NamedNode], base: str = BASE) -> Iterator[Quad]:
    """What the catalogue says of the reached things and of those they refer to: lines, vendors, wider tasks, suites."""
    graph = graph_iri(base, "catalog")
    facts: dict[NamedNode, list[Quad]] = {}
    for quad in catalog.quads:
        if isinstance(quad.subject, NamedNode):
            facts.setdefault(_rebased(quad.subject, base), []).append(quad)
    pending, seen = sorted(reached, key=str), set(reached)
    while pending:
        node = pending.pop()
        for quad in facts.get(node, ()):
            object = _rebased(quad.object, base) if isinstance(quad.object, NamedNode) else quad.object
            yield Quad(node, quad.predicate, object, graph)
            if isinstance(object, NamedNode) and object in facts and object not in seen:
                seen.add(object)
                pending.append(object)


def _rebased(node: NamedNode, base: str) -> NamedNode:
    """A thing's IRI under another base; ontology terms stay."""
    things = BASE + "id/"
    return NamedNode(base + node.value[len(BASE) :]) if base != BASE and node.value.startswith(things) else node


def _ontology(base: str) -> Iterator[Quad]:
    graph = graph_iri(base, "ontology")
    for quad in parse(path=str(resource("ontology") / "kg.ttl"), format=RdfFormat.TURTLE):
        yield Quad(quad.subject, quad.predicate, quad.object, graph)


def _compared(node: NamedNode, told: Comparison | None) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    if told is None:
        return
    yield node, term("comparison"), term("relative" if told.relative else "absolute")
    if told.outcome is not None:
        yield node, term("outcome"), term(told.outcome)
    if told.factor is not None:
        yield node, term("factor"), _decimal(told.factor)
    if told.hedged:
        yield node, term("hedged"), Literal("true", datatype=NamedNode(XSD + "boolean"))


def _surest_first(claims: Iterable[_Scored]) -> list[_Scored]:
    return sorted(claims, key=lambda claim: -claim.score)


def _address(url: str) -> NamedNode | None:
    """A web address as an IRI, or None where the text is none: another scheme, a port that is no number."""
    text = _SAFE_IRI.sub(lambda m: f"%{ord(m.group()):02X}", url if "://" in url else f"https://{url}")
    if not re.match(r"(?:https?|ftp)://[^/]", text, re.I):
        return None
    try:
        return NamedNode(text)
    except ValueError:
        return None


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def _decimal(value: float | Decimal) -> Literal:
    """A decimal in plain notation: 2.88, 0.0001, 1000000."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(round(value, 9)))
    return Literal(format(exact.normalize(), "f"), datatype=NamedNode(XSD + "decimal"))
