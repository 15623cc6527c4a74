"""Misspelt names: an unknown word that is one slip of the pen away from a known one, in a name that is known then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from kg.catalog import Entry
from kg.link.forms import folded, joined, plain
from kg.records import EntityType

if TYPE_CHECKING:
    from kg.link.labels import Labels

SIMILAR = 0.85
"""The least similarity of two spellings of a word among others; ``benchmarks/linking.py`` prints what others do."""
SIMILAR_NAME = 0.9
"""The same for a word that is all of a name."""
_SHORTEST = 7
_HEAD = 4


class Spelling(NamedTuple):
    """A known word that an unknown one may be meant for, and their similarity from 0 to 1."""

    word: str
    similarity: float


class Slip(NamedTuple):
    """The entry that a misspelt name means, and the similarity of the misspelt word to the right one."""

    entry: Entry
    similarity: float


class Speller:
    """Known words that are like an unknown one.

    Words are compared that share their first letter and the first or the last four, so that the time for a word does
    not grow with the corpus; the measure is the optimal string alignment (Levenshtein with swaps of neighbours).

    >>> [found.word for found in Speller({"diffusion", "diversion"}).like("difusion")]
    ['diffusion']
    """

    def __init__(self, vocabulary: Set[str]) -> None:
        self._known = vocabulary
        self._blocks: dict[str, list[str]] = defaultdict(list)
        for word in sorted(vocabulary):
            if len(word) >= _SHORTEST:
                self._blocks[word[:_HEAD]].append(word)
                self._blocks[word[0] + "…" + word[-_HEAD:]].append(word)

    def like(self, word: str, least: float = SIMILAR) -> Iterator[Spelling]:
        """The known words at least so similar to an unknown one, the most similar first."""
        if len(word) < _SHORTEST or word in self._known:
            return
        near = {*self._blocks.get(word[:_HEAD], ()), *self._blocks.get(word[0] + "…" + word[-_HEAD:], ())}
        found = ((OSA.normalized_similarity(word, other, score_cutoff=least), other) for other in near)
        for similarity, other in sorted(found, key=lambda pair: (-pair[0], pair[1])):
            if similarity >= least:
                yield Spelling(other, similarity)


def slip_of(labels: Labels, type: EntityType, text: str, least: float = SIMILAR) -> Slip | None:
    """The entry that has a name as a label but for one misspelt word, or None.

    A word that stands in any label is no misspelling, and numbers are never corrected. A name of one word must be
    liker, since Mistral and Mixtral, TinyLlama and TinyLLaVA are two models.
    """
    words = folded(type, plain(text))
    alone = sum(word.isalpha() for word in words) == 1
    for place, word in enumerate(words):
        if len(word) >= _SHORTEST and word not in labels.vocabulary:
            for spelling in labels.speller.like(word, max(least, SIMILAR_NAME) if alone else least):
                form = joined([*words[:place], spelling.word, *words[place + 1 :]])
                entry = labels.find_strict(type, form)
                if entry is not None:
                    return Slip(entry, spelling.similarity)
            return None
    return None
