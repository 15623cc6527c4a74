"""The pipeline: our components in their order, and the record that their notes become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from kg.catalog import known as catalog
from kg.extract import abbreviations, claims, hardware, known, mentions, phrases, recognizer, tokens, wording
from kg.extract.candidates import Claimed, notes
from kg.extract.mentions import occurrences
from kg.extract.network import weights_digest
from kg.extract.recognizer import WEIGHTS
from kg.extract.roles import sentence_of
from kg.extract.sizes import find_sizes
from kg.extract.urls import find_urls
from kg.records import Entity, Extraction, Fact, Paper, Result, RunsOn, Size

_VERSION = "24"
_RULES = (abbreviations, known, hardware, phrases, wording, mentions, claims)


@cache
def pipeline_version(weights: Path = WEIGHTS) -> str:
    """What records are extracted by: the code's version, and hashes of the catalogue and of the network's weights."""
    return f"{_VERSION}.{catalog().digest[:8]}.{weights_digest(weights)[:8]}"


@cache
def rules() -> Language:
    """The part of the pipeline that needs no weights: what the rules propose, made once a process."""
    nlp = tokens.blank_language()
    for module in _RULES:
        nlp.add_pipe(module.PIPE)
    return nlp


@cache
def pipeline(weights: Path = WEIGHTS) -> Language:
    """The whole spaCy pipeline with a network's weights, made once a process."""
    nlp = tokens.blank_language()
    for module in _RULES:
        nlp.add_pipe(module.PIPE)
    nlp.add_pipe(recognizer.PIPE, config={"weights": str(weights)})
    return nlp


def extract(papers: Iterable[Paper], batch_size: int = 32, weights: Path = WEIGHTS) -> Iterator[Extraction]:
    """One record a paper, in order; each carries its paper.

    The batch size changes speed, never the records.
    """
    pairs = ((paper.text, paper) for paper in papers)
    for doc, paper in pipeline(weights).pipe(pairs, as_tuples=True, batch_size=batch_size):
        yield to_record(doc, paper, pipeline_version(weights))


def to_record(doc: Doc, paper: Paper, version: str) -> Extraction:
    """The record of an analysed document."""
    found = notes(doc)
    text = found.text
    ids = [f"e{i}" for i in range(1, len(found.entities) + 1)]
    return Extraction(
        id=paper.id,
        entities=tuple(
            Entity(
                id=id,
                type=e.type,
                name=e.name,
                mentions=occurrences(e, text),
                spans=tuple(e.spans),
                score=round(e.score, 4),
            )
            for id, e in zip(ids, found.entities, strict=True)
        ),
        facts=tuple(
            Fact(role=c.role, entity=ids[c.entity], score=round(c.score, 4), span=c.span) for c in found.claims.roles
        ),
        runs_on=tuple(
            RunsOn(hardware=ids[u.entity], count=u.devices, score=round(u.score, 4), span=u.span)
            for u in found.claims.uses
        ),
        sizes=tuple(
            Size(
                entity=ids[s.entity],
                parameters=s.parameters,
                score=s.score,
                span=sentence_of(found.sentences, s.span[0]),
            )
            for s in find_sizes(text, found.entities)
        ),
        results=tuple(_result(claim, ids, text) for claim in found.claims.results),
        urls=tuple(find_urls(text)),
        pipeline=version,
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
        score=round(claim.score, 4),
        span=claim.span,
    )
