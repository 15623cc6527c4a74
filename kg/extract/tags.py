"""Tags of words for the spans of entities: outside, or begin, inside, end and single of each type (BIOES)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.records import EntityType

KINDS: tuple[EntityType, ...] = tuple(EntityType)
TAGS = 1 + 4 * len(KINDS)
_OUTSIDE, _BEGIN, _INSIDE, _END, _SINGLE = 0, 1, 2, 3, 4
_SURELY_OUTSIDE = 0.98
_NEVER = -1e9


class Tagged(NamedTuple):
    """A span of words: the first, the one behind the last, and the place of its type."""

    first: int
    last: int
    kind: int


def tags_of(spans: list[tuple[int, int, int]], words: int) -> NDArray[np.int64]:
    """The tag of each word for spans (first, behind last, kind) that do not overlap."""
    tags = np.zeros(words, np.int64)
    for first, last, kind in spans:
        if last - first == 1:
            tags[first] = 4 * kind + _SINGLE
        else:
            tags[first], tags[last - 1] = 4 * kind + _BEGIN, 4 * kind + _END
            tags[first + 1 : last - 1] = 4 * kind + _INSIDE
    return tags


def span_probabilities(tags: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
    """The probability of a span of words as each type: the geometric mean of its words' tags; shape (types,)."""
    if last - first == 1:
        return tags[first, _SINGLE::4]
    product = tags[first, _BEGIN::4] * tags[last - 1, _END::4]
    if last - first > 2:
        product = product * tags[first + 1 : last - 1, _INSIDE::4].prod(axis=0)
    return np.asarray(product ** (1.0 / (last - first)), np.float32)


def decode(tags: NDArray[np.float32]) -> Iterator[Tagged]:
    """The most probable spans that fit together (Viterbi), of tag probabilities (words, tags)."""
    kinds = (tags.shape[1] - 1) // 4
    open = np.flatnonzero(tags[:, _OUTSIDE] < _SURELY_OUTSIDE)
    if not len(open):
        return
    follows = _follows(kinds)
    scores = np.log(tags[open] + 1e-9)
    # Runs of open words stand between words outside; most are of one word.
    path = (scores + follows[_OUTSIDE] + follows[:, _OUTSIDE]).argmax(axis=1)
    starts = np.flatnonzero(np.diff(open, prepend=-2) > 1).tolist()
    for start, behind in zip(starts, [*starts[1:], len(open)], strict=True):
        if behind - start > 1:
            path[start:behind] = _best_path(scores[start:behind], follows)
    first = 0
    for word, tag in zip(open.tolist(), path.tolist(), strict=True):
        place = (tag - 1) % 4 + 1 if tag else _OUTSIDE
        if place in (_BEGIN, _SINGLE):
            first = word
        if place in (_END, _SINGLE):
            yield Tagged(first, word + 1, (tag - 1) // 4)


def _best_path(scores: NDArray[np.float64], follows: NDArray[np.float64]) -> list[int]:
    """The best tag of each word in a run that stands between words outside."""
    total = scores[0] + follows[_OUTSIDE]
    came: list[NDArray[np.intp]] = []
    for row in scores[1:]:
        paths = total[:, None] + follows
        came.append(paths.argmax(axis=0))
        total = paths.max(axis=0) + row
    tag = int((total + follows[:, _OUTSIDE]).argmax())
    path = [tag]
    for back in reversed(came):
        tag = int(back[tag])
        path.append(tag)
    return path[::-1]


@cache
def _follows(kinds: int) -> NDArray[np.float64]:
    """0 where a tag (row) may be followed by another (column), else a score that never wins."""
    size = 1 + 4 * kinds
    allowed = np.full((size, size), _NEVER)
    for a in range(size):
        for b in range(size):
            before, after = ((tag - 1) % 4 + 1 if tag else _OUTSIDE for tag in (a, b))
            if before in (_BEGIN, _INSIDE):
                fits = after in (_INSIDE, _END) and (a - 1) // 4 == (b - 1) // 4
            else:
                fits = after in (_OUTSIDE, _BEGIN, _SINGLE)
            if fits:
                allowed[a, b] = 0.0
    return allowed
