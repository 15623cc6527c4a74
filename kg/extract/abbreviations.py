"""Long forms and their abbreviations: Partitioning Around Medoids (PAM)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.candidates import Pair, notes

PIPE = "kg_abbreviations"

_BRACKETED = re.compile(r"\(([^()]{2,24}?)(?:[;,][^()]*)?\)")
_WORDS_BEFORE = re.compile(r"\S+")


def find_pairs(text: str) -> Iterator[Pair]:
    """Every long form that is followed by its short form in brackets.

    The algorithm of Schwartz and Hearst (2003, https://psb.stanford.edu/psb-online/proceedings/psb03/schwartz.pdf):
    the characters of the short form are sought from right to left in the words in front of the bracket,
    its first one at the start of a word.
    """
    for match in _BRACKETED.finditer(text):
        short = match.group(1).strip()
        start = match.start(1) + len(match.group(1)) - len(match.group(1).lstrip())
        if not _may_be_short(short):
            continue
        stem = short[:-1] if re.search(r"[A-Z]s$", short) else short
        limit = min(len(stem) + 5, len(stem) * 2)
        before = text[max(0, match.start() - 200) : match.start()]
        before = re.split(r"[.;:?!]\s|[()\n]", before)[-1]
        words = list(_WORDS_BEFORE.finditer(before))[-limit:]
        if not words:
            continue
        window = before[words[0].start() :].rstrip()
        offset = _long_start(stem, window)
        if offset is not None:
            left = match.start() - len(before) + words[0].start() + offset
            yield Pair((start, start + len(short)), (left, left + len(window) - offset))


def find_reversed(text: str) -> Iterator[Pair]:
    """Every short form with its long form in the brackets behind: CLEAR (confidence-led editing and reading)."""
    for match in re.finditer(r"(?<![\w-])([A-Z][\w+-]{1,14})\s\(([^()]{8,90}?)\)", text):
        short, long = match.group(1), match.group(2)
        if _may_be_short(short) and " " in long and _long_start(short, long) == 0:
            yield Pair(match.span(1), match.span(2))


def _may_be_short(short: str) -> bool:
    return (
        bool(re.fullmatch(r"[\w\-+.@/&]+", short))
        and any(c.isupper() for c in short)
        and sum(c.isalpha() for c in short) >= 2
        and len(short) <= 16
    )


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
    if len(window) - i <= len(short) or window[i:].count(" ") > min(len(short) + 5, 2 * len(short)):
        return None
    return i


@Language.component(PIPE)
def abbreviations(doc: Doc) -> Doc:
    """Notes the pairs of a document."""
    notes(doc).pairs.extend([*find_pairs(doc.text), *find_reversed(doc.text)])
    return doc
