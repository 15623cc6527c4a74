"""Known names: matches of the catalogue's labels in the text, extended by sizes and versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ahocorasick_rs
from spacy.language import Language
from spacy.tokens import Doc

from kg.catalog import Catalog, known
from kg.extract.candidates import Candidate, Finder, notes
from kg.extract.words import lowered
from kg.records import EntityType

PIPE = "kg_known"

_HYPHENS = "-–—‑_"
_SUFFIX = re.compile(
    r"""(?:
        [-\s]?v?\d+(?:\.\d+)*(?:[-x×]\d+(?:\.\d+)?)?\s?[BMKT]?(?![A-Za-z0-9])
      | [-\s]\d+x\d+(?:\.\d+)?B\b
      | [-\s](?:base|large|small|mini|tiny|huge|giant|nano|medium|xl|xxl|turbo|chat|instruct|pro|preview|plus|max|flash)\b
      | -(?:[A-Z][A-Za-z0-9.]*|[a-z]?\d[A-Za-z0-9.]*)(?:/\d+)?(?![a-z])
      | \s(?:Instruct|Chat|Pro|Flash|Ultra|Mini|Nano|Turbo|Base|Large|Small|Sonnet|Opus|Haiku|Vision|XL)\b
    )""",
    re.VERBOSE,
)
_MOST_SUFFIXES = 8
"""More are a chain of other names."""
_COUNTED = re.compile(r"\s?(?:%|\\%|times|[xX×]\b|points|[a-z]+s\b)")
_NOT_MORE = re.compile(r"\s\d+(?:\.\d+)?(?![\d.]*\s?[BMT]\b)")
_PLURAL = re.compile(r"(?:s|es)(?![A-Za-z])")


class NameMatcher:
    """Finds the labels of a catalogue: those without capitals in any case, others as they are written.

    A hyphen and a space count as the same, and a lower-case phrase may have a plural ending.
    """

    def __init__(self, catalog: Catalog) -> None:
        exact: dict[str, tuple[EntityType, str]] = {}
        folded: dict[str, tuple[EntityType, str]] = {}
        for entry in catalog:
            name = catalog.device(entry).name
            for label in entry.sought:
                lower = label == label.lower()
                table = folded if lower else exact
                table.setdefault(_fold(label), (entry.type, name))
                if not lower and " " in label and entry.type in {EntityType.METHOD, EntityType.TASK, EntityType.METRIC}:
                    folded.setdefault(_fold(label.lower()), (entry.type, name))
        self._tables = [(list(table), list(table.values()), _automaton(table)) for table in (exact, folded)]

    def __call__(self, text: str) -> Iterator[Candidate]:
        """Candidates at the places where a whole label stands; they may overlap."""
        same = _fold(text)
        for shape, (labels, meanings, automaton) in zip((same, lowered(same)), self._tables, strict=True):
            for index, start, end in automaton.find_matches_as_indexes(shape, overlapping=True):
                if _inside_word(text, start, end):
                    plural = _PLURAL.match(text, end)
                    if not plural or _inside_word(text, start, plural.end()) or len(labels[index]) < 3:
                        continue
                    end = plural.end()
                kind, name = meanings[index]
                yield Candidate(start, end, kind, Finder.KNOWN, name)


def _fold(text: str) -> str:
    for hyphen in _HYPHENS:
        text = text.replace(hyphen, " ")
    return text


def _automaton(table: dict[str, tuple[EntityType, str]]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(list(table) or ["\0"])


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether the stretch begins or ends in the middle of a word or number; 16x stands apart from what it counts."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before in {"x", "X", "×"} and text[start - 2 : start - 1].isdigit() and text[start].isupper():
        before = ""
    return (before.isalnum() and text[start].isalnum()) or (after.isalnum() and text[end - 1].isalnum())


def extend(text: str, candidate: Candidate) -> Candidate:
    """A model's candidate with the sizes, versions and variants that follow its name.

    >>> extend("LLaMA-2-7B is", Candidate(0, 5, EntityType.MODEL, Finder.KNOWN, "LLaMA"))[:2]
    (0, 10)
    """
    end = candidate.end
    for _ in range(_MOST_SUFFIXES):
        match = _SUFFIX.match(text, end)
        if not match or (_NOT_MORE.fullmatch(match.group()) and _counts_something(text, match.end())):
            break
        end = match.end()
    if end == candidate.end:
        return candidate
    return candidate._replace(end=end, name=None)


def _counts_something(text: str, end: int) -> bool:
    """Whether the number that ends here counts or measures what follows: by 3 points, 40%."""
    return _COUNTED.match(text, end) is not None


@Language.factory(PIPE)
class KnownNames:
    """Notes the catalogue's names in a document, the longest where they overlap."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._matcher = NameMatcher(known())

    def __call__(self, doc: Doc) -> Doc:
        """Adds the candidates."""
        text, found = notes(doc).text, notes(doc).candidates
        for candidate in self._matcher(text):
            found.append(extend(text, candidate) if candidate.type is EntityType.MODEL else candidate)
        return doc
