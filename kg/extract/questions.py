"""The quantities of a text as questions: what each measures and what completes it, with what stands around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kg.extract.answers import ANSWERS, RELATIONS
from kg.extract.candidates import Claimed, Found
from kg.extract.heads import Floats, Indices, Mentions
from kg.extract.measures import WORDED
from kg.extract.quantities import Quantity
from kg.extract.tags import KINDS
from kg.extract.words import Words

_REACH = 60
"""Words to either side of a quantity in which its measure may stand, in its sentence or the one before."""
_STRETCH = 500
"""Words; longer than abstracts are. Each quantity is set beside each word and mention of its stretch."""
_DISTANCES = (1, 3, 6, 12, 25)
PAIR_FEATURES = 12


@dataclass(slots=True)
class Questions:
    """The quantities of a stretch of text and what might complete each.

    Arrays over quantities (Q), the stretch's words (N) and mentions (M); places of words count in the document.
    """

    quantities: Sequence[Quantity]
    start: int
    """The first word of the stretch."""
    first: Indices
    last: Indices
    mentions: Mentions
    reach: Indices
    """(Q, 2): the first word and the word behind the last in which the measure may stand."""
    pairs: Floats
    """(Q, M, ``PAIR_FEATURES``): how a mention stands to the quantity."""
    word_pairs: Floats
    """(Q, N, ``PAIR_FEATURES``): how a word does."""
    rule_answers: Floats
    """(Q, M, relations): 1 where the rules complete the claim by the mention's entity."""
    rule_nothing: Floats
    """(Q, relations): 1 where the rules leave the place empty."""
    rule_measure: Floats
    """(Q, N, 2): 1 at the first and at the last word of the rules' metric."""
    rule_worded: Floats
    """(Q, ``len(WORDED) + 1``): 1 at the rules' measure in words."""

    def fits(self) -> NDArray[np.bool_]:
        """(M, relations): whether a mention's type may complete a claim."""
        table = np.array([[kind in ANSWERS[relation] for relation in RELATIONS] for kind in KINDS])
        return np.asarray(table[self.mentions.kind], bool)


def questions(
    words: Words,
    quantities: Sequence[Quantity],
    claims: Sequence[Claimed],
    proposed: Sequence[Found],
    mentions: Mentions,
    stretch: tuple[int, int],
) -> Questions:
    """The questions about quantities in a stretch of words, from its first word to the one behind its last.

    ``claims`` are the rules' results about the entities ``proposed``.
    """
    start, behind = stretch

    @cache
    def places(entity: int) -> list[tuple[int, int]]:
        spans = proposed[entity].spans
        ends = words.ends[words.title - 1], words.starts[start], words.ends[behind - 1]
        title, first, last = (bisect_left(spans, (end, 0)) for end in ends)
        covered = (words.cover(*span) for span in (*spans[: min(title, first)], *spans[first:last]))
        return [(a, b) for a, b in covered if start <= a < b <= behind or a < words.title]

    covers = [words.cover(q.start, q.end) for q in quantities]
    first = np.array([a for a, _ in covers], np.int64)
    last = np.array([max(a, b - 1) for a, b in covers], np.int64)
    count, size = len(quantities), len(mentions.entity)
    answers = np.zeros((count, size, len(RELATIONS)), np.float32)
    nothing = np.zeros((count, len(RELATIONS)), np.float32)
    measure = np.zeros((count, behind - start, 2), np.float32)
    worded = np.zeros((count, len(WORDED) + 1), np.float32)
    said = {claim.quantity.start: claim for claim in claims}
    for row, quantity in enumerate(quantities):
        claim = said.get(quantity.start)
        if claim is None:
            continue
        if isinstance(claim.metric, str):
            worded[row, WORDED.index(claim.metric) if claim.metric in WORDED else len(WORDED)] = 1
        else:
            for a, b in places(claim.metric):
                if start <= a:
                    measure[row, a - start, 0] = measure[row, b - 1 - start, 1] = 1
        for column, relation in enumerate(RELATIONS):
            answer = getattr(claim, relation)
            if answer is None:
                nothing[row, column] = 1
                continue
            for a, b in places(answer):
                answers[row, (mentions.first < b) & (mentions.last >= a), column] = 1
    every = np.arange(start, behind)

    def sentences(places: Indices) -> Indices:
        return np.array([words.sentences[place] for place in places.tolist()], np.int64)

    asking, naming, standing = sentences(first), sentences(mentions.first), sentences(every)
    return Questions(
        quantities=quantities,
        start=start,
        first=first,
        last=last,
        mentions=mentions,
        reach=np.array([_reach(words, int(at), stretch) for at in first], np.int64).reshape(-1, 2),
        pairs=_pairs(first, last, asking, mentions.first, mentions.last, naming),
        word_pairs=_pairs(first, last, asking, every, every, standing),
        rule_answers=answers,
        rule_nothing=nothing,
        rule_measure=measure,
        rule_worded=worded,
    )


def _reach(words: Words, at: int, stretch: tuple[int, int]) -> tuple[int, int]:
    sentence = words.sentences[at]
    start, behind = at, at
    while start > max(stretch[0], at - _REACH) and words.sentences[start - 1] >= max(1, sentence - 1):
        start -= 1
    while behind < min(stretch[1], at + _REACH) and words.sentences[behind] == sentence:
        behind += 1
    return start, behind


def stretches(words: Words) -> Iterator[tuple[int, int]]:
    """Stretches of whole sentences in which results are sought, so that time and memory grow with length alone.

    An abstract is one stretch.
    """
    start = 0
    while start < len(words):
        behind = min(start + _STRETCH, len(words))
        whole = behind
        while start < whole < len(words) and words.sentences[whole] == words.sentences[whole - 1]:
            whole -= 1
        behind = whole if whole > start else behind
        yield start, behind
        start = behind


def _pairs(
    first: Indices, last: Indices, sentence: Indices, others: Indices, ends: Indices, sentences: Indices
) -> Floats:
    """How each other span stands to each quantity: sentence, order, distance in words; (Q, others, features)."""
    apart = sentences[None] - sentence[:, None]
    before = others[None] < first[:, None]
    distance = np.where(before, first[:, None] - ends[None], others[None] - last[:, None])
    bucket = np.searchsorted(_DISTANCES, distance)
    columns = [
        apart == 0,
        (apart == 0) & before,
        (apart == 0) & ~before,
        *(bucket == i for i in range(len(_DISTANCES) + 1)),
        np.broadcast_to(sentences[None] == 0, apart.shape),
        np.abs(apart) == 1,
        apart < 0,
    ]
    return np.stack(columns, axis=-1).astype(np.float32)
