"""Annotated papers as the network sees them: words, features, and what it is to answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg.evaluate import mention_places
from kg.extract.answers import RELATIONS
from kg.extract.candidates import Finder, Found, Notes, notes
from kg.extract.features import FEATURES, features
from kg.extract.heads import Floats, Mentions, mentions_of
from kg.extract.measures import LONGEST_MEASURE, WORDED
from kg.extract.network import windows
from kg.extract.pipeline import rules
from kg.extract.questions import Questions, questions
from kg.extract.role_head import ROLES
from kg.extract.tags import KINDS, tags_of
from kg.extract.words import Words
from kg.records import Extraction, Paper, Role

_PROPOSED_BY_WORDING = [n for n, name in enumerate(FEATURES) if Finder.PRESENTED.name in name.split()]


class Window(NamedTuple):
    """Word pieces that the encoder sees at once, and the word that each is of."""

    ids: NDArray[np.int64]
    owners: NDArray[np.int64]


class Answer(NamedTuple):
    """What completes a claim: for each relation an entity's number, or None; and what is measured.

    ``measures`` are all places in reach that name it, as words (first, last); ``worded`` its place in ``WORDED``.
    """

    entities: dict[str, int | None]
    measures: list[tuple[int, int]]
    worded: int | None


@dataclass(slots=True)
class Example:
    """An annotated paper: the network's input, and the tags, roles and answers that it is to give."""

    windows: list[Window]
    features: Floats
    tags: NDArray[np.int64]
    mentions: Mentions
    roles: Floats
    """(entities, roles): 1 where the entity has the role."""
    asked: Questions
    answers: list[Answer | None]
    """One a quantity; None where it is no claim."""


def example(paper: Paper, record: Extraction, tokenizer: Tokenizer) -> Example:
    """One paper as an example."""
    text = paper.text
    words, found = _analysed(text)
    places = sorted(mention_places(record, text))
    owner = {form: n for n, entity in enumerate(record.entities) for form in entity.mentions}
    entities = [Found(e.type, e.name, [], Finder.LEARNED) for e in record.entities]
    spans = []
    for start, end, kind in places:
        first, behind = words.cover(start, end)
        if first < behind:
            spans.append((first, behind, KINDS.index(kind)))
        if text[start:end] in owner:
            entities[owner[text[start:end]]].spans.append((start, end))
    mentions = mentions_of(words, entities)
    asked = questions(words, found.quantities, found.proposed_claims.results, found.proposed, mentions, (0, len(words)))
    return Example(
        windows=[Window(*window) for window in windows(tokenizer, words)],
        features=features(text, words, found),
        tags=tags_of(list(_apart(spans)), len(words)),
        mentions=mentions,
        roles=_roles(record),
        asked=asked,
        answers=_answers(text, words, record, asked),
    )


def shown_as_known(made: Example, share: float, chance: random.Random) -> Example:
    """The example, where a share of what the paper introduces is now shown as if the catalogue knew it already.

    Papers introduce things that become known: to a catalogue of today, those of last year's papers are. The newest
    papers and invented ones introduce what no catalogue has. A known name is not proposed by its wording.
    """
    mentions = made.mentions
    for entity in np.flatnonzero(made.roles[:, ROLES.index("introduces")]).tolist():
        if chance.random() >= share:
            continue
        for row in np.flatnonzero(mentions.entity == entity):
            first, last = int(mentions.first[row]), int(mentions.last[row])
            kind = KINDS[int(mentions.kind[row])].value
            made.features[first : last + 1, _PROPOSED_BY_WORDING] = 0
            made.features[first : last + 1, _column(f"candidate {Finder.KNOWN.name} {kind}")] = 1
            made.features[first, _column(f"starts {Finder.KNOWN.name}")] = 1
            made.features[last, _column(f"ends {Finder.KNOWN.name}")] = 1
    return made


def tagged_example(text: str, spans: Iterable[tuple[int, int, int]], tokenizer: Tokenizer) -> Example:
    """A text of another scheme of annotation: spans (start, end, number of the type) and nothing else."""
    words, found = _analysed(text)
    covered = ((*words.cover(start, end), kind) for start, end, kind in spans)
    mentions = mentions_of(words, [])
    return Example(
        windows=[Window(*window) for window in windows(tokenizer, words)],
        features=features(text, words, found),
        tags=tags_of([s for s in _apart(sorted(covered)) if s[0] < s[1]], len(words)),
        mentions=mentions,
        roles=np.zeros((0, len(ROLES)), np.float32),
        asked=questions(words, [], [], found.proposed, mentions, (0, len(words))),
        answers=[],
    )


def _column(name: str) -> int:
    return FEATURES.index(name)


def _analysed(text: str) -> tuple[Words, Notes]:
    doc = rules()(text)
    found = notes(doc)
    return found.words, found


def _apart(spans: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The spans that do not overlap an earlier one."""
    behind = 0
    for first, last, kind in spans:
        if first >= behind:
            yield first, last, kind
            behind = last


def _roles(record: Extraction) -> Floats:
    number = {entity.id: n for n, entity in enumerate(record.entities)}
    roles = np.zeros((len(number), len(ROLES)), np.float32)
    for role in Role:
        for id in record.having(role):
            roles[number[id], ROLES.index(role.value)] = 1
    for use in record.runs_on:
        roles[number[use.hardware], ROLES.index("runs_on")] = 1
    return roles


def _answers(text: str, words: Words, record: Extraction, asked: Questions) -> list[Answer | None]:
    """The annotated claim of each quantity: the one of its value and unit, in the evidence where there is one."""
    number = {entity.id: n for n, entity in enumerate(record.entities)}
    quantities = asked.quantities
    answers: list[Answer | None] = [None] * len(quantities)
    for result in record.results:
        at = text.find(result.evidence)
        fitting = [
            i
            for i, q in enumerate(quantities)
            if answers[i] is None and q.unit == result.unit and abs(q.value - result.value) <= 0.01 * abs(result.value)
        ]
        inside = [i for i in fitting if at <= quantities[i].start < at + len(result.evidence)]
        if fitting:
            chosen = (inside or fitting)[0]
            forms = {result.metric}
            if result.metric in number:
                entity = record.entities[number[result.metric]]
                forms = {entity.name, *entity.mentions}
            measures = list(_named(words, asked.reach[chosen], {_key(form) for form in forms}))
            worded = next((WORDED.index(form) for form in sorted(forms) if form in WORDED), None)
            if worded is None and not measures:
                worded = len(WORDED)
            entities = {relation: number.get(getattr(result, relation) or "") for relation in RELATIONS}
            answers[chosen] = Answer(entities, measures, worded)
    return answers


def _named(words: Words, reach: NDArray[np.int64], keys: set[str]) -> Iterator[tuple[int, int]]:
    """The spans of words in reach that are one of the names."""
    start, behind = reach.tolist()
    for first in range(start, behind):
        for last in range(first, min(first + LONGEST_MEASURE, behind)):
            if _key("".join(words.texts[first : last + 1])) in keys:
                yield first, last


def _key(string: str) -> str:
    return re.sub(r"[^a-z0-9.+]+", "", string.lower())
