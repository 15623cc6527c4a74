"""Records written by hand, and the graph of them."""

from __future__ import annotations

from pyoxigraph import Store

from kg.catalog import known
from kg.corrections import Corrections, Corrector
from kg.graph import BASE, quads
from kg.link import Linker, shipped
from kg.records import Entity, EntityType, Extraction, Fact, Paper, Result, Role, RunsOn, Size, Source

PREFIXES = """
PREFIX kg: <https://w3id.org/paper-kg/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX itsrdf: <http://www.w3.org/2005/11/its/rdf#>
"""
ABSTRACT = "We present PlumServe. On 8 A100 GPUs, PlumServe is up to 2.5x faster than PearServe on FigQA."


def record(
    title: str = "PlumServe: Serving Plums",
    abstract: str = ABSTRACT,
    urls: tuple[str, ...] = (),
    arxiv_id: str | None = None,
    **found: object,
) -> Extraction:
    """What was found in one paper."""
    source = (Source(file="page.txt", position=3),)
    paper = Paper(id=1, title=title, abstract=abstract, urls=urls, arxiv_id=arxiv_id, source=source)
    return Extraction.model_validate({"id": 1, "pipeline": "test", "paper": paper, **found})


def entity(id: str, type: EntityType, name: str, score: float = 1.0) -> Entity:
    return Entity(id=id, type=type, name=name, mentions=(name,), spans=((25, 30),), score=score)


def plum() -> Extraction:
    """A paper with every kind of claim."""
    title = len("PlumServe: Serving Plums\n")
    presents, measures = (title, title + 21), (title + 22, title + len(ABSTRACT))
    return record(
        arxiv_id="2699.00001",
        urls=("https://github.com/plum/serve", "https://plum.example/"),
        entities=(
            entity("e1", EntityType.SYSTEM, "PlumServe", 0.9),
            entity("e2", EntityType.HARDWARE, "NVIDIA A100"),
            entity("e3", EntityType.SYSTEM, "PearServe"),
            entity("e4", EntityType.DATASET, "FigQA"),
            entity("e5", EntityType.MODEL, "Plum-7B"),
        ),
        facts=(
            Fact(role=Role.INTRODUCES, entity="e1", score=0.9, span=presents),
            Fact(role=Role.COMPARED_TO, entity="e3", span=measures),
            Fact(role=Role.EVALUATED_ON, entity="e4", span=measures),
        ),
        runs_on=(RunsOn(hardware="e2", count=8, score=0.8, span=measures),),
        sizes=(Size(entity="e5", parameters=7_000_000_000, span=presents),),
        results=(
            Result(
                subject="e1",
                metric="plum rate",
                value=2.5,
                unit="x",
                bound="<=",
                baseline="e3",
                dataset="e4",
                hardware="e2",
                evidence="up to 2.5x faster",
                span=measures,
            ),
        ),
    )


CORRECTIONS = """
- accept: introduces
  thing: PlumServe
  paper: 2699.00001
  because: it says so
  by: Ada Plum
  on: 2026-11-21
- alias: Serving Plums
  of: PlumServe
  type: System
  by: Ada Plum
  on: 2026-11-21
"""
"""Two corrections of ``plum``."""


def fig() -> Extraction:
    """A paper that builds on what ``plum`` presents, with results that tie."""
    tie = {"subject": "e1", "metric": "plum rate", "value": 3.0, "unit": "x", "evidence": "3x", "span": (0, 3)}
    return record(
        "FigServe",
        "We present FigServe on top of PlumServe.",
        entities=(
            entity("e1", EntityType.SYSTEM, "FigServe"),
            entity("e2", EntityType.SYSTEM, "PlumServe"),
            entity("e3", EntityType.HARDWARE, "NVIDIA H100"),
            entity("e4", EntityType.DATASET, "FigQA"),
        ),
        facts=(
            Fact(role=Role.INTRODUCES, entity="e1", span=(9, 29)),
            Fact(role=Role.BUILDS_ON, entity="e2", span=(9, 49)),
        ),
        runs_on=(RunsOn(hardware="e3", span=(9, 20)),),
        results=(
            Result.model_validate({**tie, "hardware": "e3", "dataset": "e4"}),
            Result.model_validate({**tie, "bound": ">=", "dataset": "e4"}),
            Result.model_validate({**tie, "baseline": "e2"}),
        ),
    )


def graph_of(*records: Extraction, base: str = BASE, corrections: str = "") -> Store:
    """The graph of records in memory, loaded in the order given, as a file of corrections wants it."""
    told = Corrections.read(corrections.encode(), "corrections.yaml")
    linker = Linker(known(), told.rules(shipped()))
    corrector = Corrector(told, linker, records)
    store = Store()
    store.extend(quads(lambda: map(corrector.correct, records), linker, base, corrector.matched))
    return store
