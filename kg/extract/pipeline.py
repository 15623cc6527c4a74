"""The pipeline: our components in their order, and the record that their notes become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from kg.catalog import known as catalog
from kg.extract import abbreviations, hardware, known, mentions, phrases, tokens, wording
from kg.extract.candidates import Finder, notes
from kg.extract.mentions import occurrences
from kg.extract.results import Claimed, find_results
from kg.extract.roles import find_roles, find_uses, sentence_spans
from kg.extract.sizes import find_sizes
from kg.extract.urls import find_urls
from kg.records import Entity, Extraction, Fact, Paper, Result, RunsOn, Size

_RULES = "rules-1"
_COMPONENTS = [module.PIPE for module in (abbreviations, known, hardware, phrases, wording, mentions)]
# How often an entity of each finder was right on the annotated development papers.
_PRECISION = {
    Finder.CLASS_WORD: 0.97,
    Finder.PHRASE: 0.37,
    Finder.SHAPE: 0.25,
    Finder.ABBREVIATION: 0.38,
    Finder.CONTEXT: 0.62,
    Finder.KNOWN: 0.76,
    Finder.TITLE: 0.63,
    Finder.PRESENTED: 0.73,
    Finder.HARDWARE: 0.94,
}


@cache
def pipeline_version() -> str:
    """What records are extracted by: the rules' version and a hash of the catalogue that they look names up in."""
    return f"{_RULES}.{catalog().digest[:8]}"


@cache
def pipeline() -> Language:
    """The spaCy pipeline, made once a process."""
    nlp = tokens.blank_language()
    for component in _COMPONENTS:
        nlp.add_pipe(component)
    return nlp


def extract(papers: Iterable[Paper], batch_size: int = 32) -> Iterator[Extraction]:
    """One record a paper, in order; each carries its paper.

    The batch size changes speed, never the records.
    """
    pairs = ((paper.text, paper) for paper in papers)
    for doc, paper in pipeline().pipe(pairs, as_tuples=True, batch_size=batch_size):
        yield to_record(doc, paper)


def to_record(doc: Doc, paper: Paper) -> Extraction:
    """The record of an analysed document."""
    text = doc.text
    found = sorted(notes(doc).entities, key=lambda e: (e.start, e.type))
    sentences = sentence_spans(doc)
    ids = [f"e{i}" for i in range(1, len(found) + 1)]
    return Extraction(
        id=paper.id,
        entities=tuple(
            Entity(
                id=ids[i],
                type=e.type,
                name=e.name,
                mentions=occurrences(e, text),
                spans=tuple(e.spans),
                score=_PRECISION[e.finder],
            )
            for i, e in enumerate(found)
        ),
        facts=tuple(
            Fact(role=c.role, entity=ids[c.entity], score=c.score, span=c.span)
            for c in find_roles(text, sentences, found)
        ),
        runs_on=tuple(
            RunsOn(hardware=ids[u.entity], count=u.devices, score=u.score, span=u.span)
            for u in find_uses(text, sentences, found)
        ),
        sizes=tuple(
            Size(entity=ids[s.entity], parameters=s.parameters, score=s.score, span=s.span)
            for s in find_sizes(text, found)
        ),
        results=tuple(_result(claim, ids, text) for claim in find_results(text, sentences, found)),
        urls=tuple(find_urls(text)),
        pipeline=pipeline_version(),
        paper=paper,
    )


def _result(claim: Claimed, ids: list[str], text: str) -> Result:
    def ref(i: int | None) -> str | None:
        return None if i is None else ids[i]

    return Result(
        subject=ref(claim.subject),
        metric=claim.metric if isinstance(claim.metric, str) else ids[claim.metric],
        value=claim.quantity.value,
        unit=claim.quantity.unit,
        bound=claim.quantity.bound,
        baseline=ref(claim.baseline),
        dataset=ref(claim.dataset),
        hardware=ref(claim.hardware),
        evidence=text[slice(*claim.span)],
        score=claim.score,
        span=claim.span,
    )
