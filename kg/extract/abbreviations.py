"""Long forms and their abbreviations: Partitioning Around Medoids (PAM)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.candidates import Pair, notes
from kg.extract.words import lowered
from kg.records import Span

PIPE = "kg_abbreviations"

_SMALL = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "over", "the", "to", "via", "with"]
)

_CALLED = r"(?:(?:or|also|called|named|termed|dubbed|denoted|abbreviated|known|as|for short)[,:]?\s)*+"
_BRACKETED = re.compile(rf"\({_CALLED}([^()]{{2,24}}?)(?:[;,][^()]*)?\)")
_WORDS_BEFORE = re.compile(r"\S+")
_CLOSING = re.compile(r"(?:[\s,\"'”’]|['’]s|\s(?:called|named|termed|dubbed))*$")
_PARTS = re.compile(r"[^\W_]+(?:'s)?")

_WORD = re.compile(r"[^\W_](?:[\w&+.]*[^\W_])?")
_HYPHENED = re.compile(rf"(?<![\w@]){_WORD.pattern}(?:[-–]{_WORD.pattern})*")
_ROMAN = re.compile(r"[IVX]+")
# What stands between a short form and the long one behind it, and the other way round.
_EXPLAINED = r"(?:\s?[:=(,–-]|\s(?:stands?\sfor|is\sshort\sfor|means?|refers?\sto|denotes?))\s?(?:(?:an?|the)\s)?"
_SHORTENED = (
    r"(?:\s?[(,–-]\s?|\s(?=or\s|called\s))(?:(?:or|also|called|named|denoted|abbreviated|known)(?:\s(?:as|by))?\s)*"
)


def find_pairs(text: str) -> Iterator[Pair]:
    """Every long form that is followed by its short form in brackets.

    The algorithm of Schwartz and Hearst (2003, https://psb.stanford.edu/psb-online/proceedings/psb03/schwartz.pdf):
    the characters of the short form are sought from right to left in the words in front of the bracket,
    its first one at the start of a word. Of all the ways to find them the one that reads best decides, see ``align``.
    """
    for match in _BRACKETED.finditer(text):
        short = match.group(1).strip()
        start = match.start(1) + len(match.group(1)) - len(match.group(1).lstrip())
        if not may_be_short(short):
            continue
        stem = _stem(short)
        limit = min(len(stem) + 5, len(stem) * 2)
        before = text[max(0, match.start() - 200) : match.start()]
        before = re.split(r"[.;:?!]\s|[()\n]", before)[-1]
        words = list(_WORDS_BEFORE.finditer(before))[-limit:]
        if not words:
            continue
        window = _CLOSING.sub("", before[words[0].start() :])
        offset = _long_start(stem, window)
        if offset is not None:
            left = match.start() - len(before) + words[0].start() + offset
            yield Pair((start, start + len(short)), (left, left + len(window) - offset))


def find_reversed(text: str) -> Iterator[Pair]:
    """Every short form with its long form in the brackets behind: CLEAR (confidence-led editing and reading)."""
    for match in re.finditer(r"(?<![\w-])([A-Z][\w+-]{1,14})\s\(([^()]{8,90}?)\)", text):
        short, long = match.group(1), match.group(2)
        if may_be_short(short) and " " in long and _long_start(short, long) == 0:
            yield Pair(match.span(1), match.span(2))


def find_short_forms(text: str) -> Iterator[Span]:
    """Every place that looks like a short form, or repeats one that comes with its long form, in order of the text.

    >>> text = "The IoT needs CNN-based CV-QKD, and GPUs."
    >>> [text[start:end] for start, end in find_short_forms(text)]
    ['IoT', 'CNN', 'CV-QKD', 'GPUs']
    """
    given = {text[slice(*pair.short)] for pair in [*find_pairs(text), *find_reversed(text)]}
    for match in _HYPHENED.finditer(text):
        if match.group() in given:
            yield match.span()
            continue
        parts = [part.span() for part in _WORD.finditer(text, *match.span())]
        for short, run in groupby(parts, lambda part: _may_join(text[slice(*part)], given)):
            spans = list(run)
            if short and any(end - start > 1 for start, end in spans):
                yield spans[0][0], spans[-1][1]


def find_long_forms(text: str) -> Iterator[Span]:
    """Every place where a short form of the text has its long form, in order of the text and none over another.

    Those of brackets, without words behind that give no letter; for short forms without any, words that spell them.

    >>> text = "Deep learning (DL) for natural language processing: many NLP models use it."
    >>> [text[start:end] for start, end in find_long_forms(text)]
    ['Deep learning', 'natural language processing']
    """
    pairs = [*find_pairs(text), *find_reversed(text)]
    spans = {_minimal(text, pair) for pair in pairs}
    given = {_stem(text[slice(*pair.short)]) for pair in pairs}
    for stem in sorted({_stem(text[slice(*span)]) for span in find_short_forms(text)} - given):
        spans |= set(_spelled(stem, text))
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last:
            yield start, end
            last = end


def _may_join(part: str, given: set[str]) -> bool:
    """Whether a part of a hyphenated word may belong to a short form: CV-QKD, C-GAN."""
    return _looks_short(part) or part in given or (len(part) == 1 and part.isupper())


def _looks_short(word: str) -> bool:
    """Whether a word is made of capitals, as acronyms are."""
    if not 2 <= len(word) <= 10 or _ROMAN.fullmatch(word):
        return False
    return sum(c.isupper() for c in word) > 0.6 * len(word) or re.fullmatch(r"\d[A-Z]", word) is not None


def _minimal(text: str, pair: Pair) -> Span:
    """The long form without the words behind those whose initials are the short form: *hidden Markov* model (HM)."""
    start, end = pair.long
    best = align(_stem(text[slice(*pair.short)]), text[start:end])
    if best is None or best.start:
        return pair.long
    behind = [word.lower() for word in _PARTS.findall(text[start + best.end : end])]
    exact = best.cost == sum(word not in _SMALL for word in behind)
    return (start, start + best.end) if exact else pair.long


def _spelled(stem: str, text: str) -> Iterator[Span]:
    """Where the initials of successive words are the letters of a short form that is not given in brackets.

    Much is spelled by chance. So the short form must stand beside the words, or there must be three words or more,
    or two with capitals, without small words between them.
    """
    if not re.fullmatch(r"[^\W\d_]{2,10}", stem):
        return
    small = rf"(?:(?:{'|'.join(sorted(_SMALL))})[\s-]+)*"
    words = rf"[\s/-]+{small}".join(rf"{letter}[^\W_]*" for letter in stem)
    for match in re.finditer(rf"(?<![\w-]){words}(?!\w)", text, re.IGNORECASE):
        parts = _PARTS.findall(match.group())
        if any(_looks_short(part) for part in parts) or {parts[0].lower(), parts[-1].lower()} & _SMALL:
            continue
        dense = len(parts) == len(stem) and (len(stem) > 2 or all(part[0].isupper() for part in parts))
        if dense or _stands_beside(stem, text, match.span()):
            yield match.span()


def _stands_beside(stem: str, text: str, span: Span) -> bool:
    """Whether the short form is next to its long form: *SSM: state-space model*, *state-space models, or SSMs*."""
    before, behind = text[max(0, span[0] - 60) : span[0]], text[span[1] : span[1] + 60]
    return bool(re.search(rf"\b{stem}s?{_EXPLAINED}$", before) or re.match(rf"{_SHORTENED}{stem}s?\b", behind))


def _stem(short: str) -> str:
    """The short form without the s of a plural."""
    return short[:-1] if re.search(r"[A-Z]s$", short) else short


def may_be_short(short: str) -> bool:
    """Whether a string looks like a short form: one word, of at most 16 characters, with a capital."""
    return (
        bool(re.fullmatch(r"[\w\-+.@/&]+", short))
        and any(c.isupper() for c in short)
        and sum(c.isalpha() for c in short) >= 2
        and len(short) <= 16
    )


class Alignment(NamedTuple):
    """Where the letters of a short form are found in a window; of two, the cheaper reads better, then the later."""

    cost: int
    start: int
    end: int


def align(stem: str, window: str) -> Alignment | None:
    """The best way to find the letters one after the other, the first at the start of a word.

    A letter inside a word costs one, but a capital of *COMPosed* nothing; so does a word of substance that gives no letter.
    """
    letters = [c.lower() for c in stem if c.isalnum()]
    # rest[n]: the best way to find letters[n:] in the words behind
    rest: list[Alignment | None] = [None] * len(letters) + [Alignment(0, len(window), 0)]
    best: Alignment | None = None
    for word in reversed(list(_PARTS.finditer(window))):
        ways = [list(_ways(letters[n:], n == 0, word, rest[n:])) for n in range(len(letters) + 1)]
        best = min([best, *ways[0]] if best else ways[0], key=_rank, default=None)
        skip = word.group().lower() not in _SMALL
        for n, later in enumerate(rest):
            passed = [later._replace(cost=later.cost + skip)] if later else []
            rest[n] = min(passed + ways[n], key=_rank, default=None)
    return best


def _ways(letters: list[str], opening: bool, word: re.Match[str], rest: list[Alignment | None]) -> Iterator[Alignment]:
    """The ways to find one, two and more of the letters in a word and the others in the words behind."""
    own = word.group()
    text, at, cost = lowered(own), -1, 0
    mixed = not own.isupper()
    for n, letter in enumerate(letters):
        at = text.find(letter, at + 1)
        if at < 0 or (opening and n == 0 and at > 0):
            return
        cost += at > 0 and not (mixed and own[at].isupper())
        later = rest[n + 1]
        if later:
            yield Alignment(later.cost + cost, word.start(), later.end or word.end())


def _rank(alignment: Alignment) -> tuple[int, int]:
    return alignment.cost, -alignment.start


def _long_start(short: str, window: str) -> int | None:
    """Where the long form starts in the window, or None if the letters do not fit."""
    i = len(window)
    letters = [c.lower() for c in short if c.isalnum()]
    for n in range(len(letters) - 1, -1, -1):
        i -= 1
        while i >= 0 and (window[i].lower() != letters[n] or (n == 0 and i > 0 and window[i - 1].isalnum())):
            i -= 1
        if i < 0:
            return None
    best = align(short, window)
    if best and best.cost > len(letters):
        return None  # spelled by chance: annotated as one thing 6 of 81 times in ``training/arxiv.jsonl``
    if best:
        i = min(i, best.start)
    head = re.search(rf"(?<!\w)(?i:{window[i]})[a-z]+[-–]$", window[:i])  # NMF: non-negative …, not negative …
    if head:
        i = head.start()
    if len(window) - i <= len(short) or window[i:].count(" ") > min(len(short) + 5, 2 * len(short)):
        return None
    return i


@Language.component(PIPE)
def abbreviations(doc: Doc) -> Doc:
    """Notes the pairs of a document."""
    found = notes(doc)
    found.pairs = [*find_pairs(found.text), *find_reversed(found.text)]
    return doc
