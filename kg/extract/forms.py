"""The forms of one name in a paper: which of its names are short for which others."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import pairwise

from kg.extract.abbreviations import align, may_be_short
from kg.extract.candidates import Pair
from kg.extract.words import Stretches, standing
from kg.records import Span

_SHORTEST_SPELLED = 3
"""Letters of a short form, and words of a name, that initials alone join."""

_BRACKET = re.compile(r"\s?\([*\"“]{0,3}")
_CLOSED = re.compile(r"[*\"”]{0,3}[),;]")
_SHORT_FOR = re.compile(r",?\s(?:(?:which )?(?:is short|stands) for|short for)\s(?:the |an? )?")
_COLON = re.compile(r":\s")
_CAPITALISED = re.compile(r"\b[A-Z]")
_NAMING = re.compile(r"\b(?:an?|the|our|introduces?|presents?|proposes?)\s\Z")
_NAMING_LENGTH = 12
_WORD = re.compile(r"\w+")
_SPACES = re.compile(r"[\s\u2010-\u2013_-]+")


class ShortForms:
    """The short form of each long form of a paper, blind to case, hyphens and spacing.

    >>> forms = ShortForms({"Mixture-of-Plums": "MoP"})
    >>> forms.of("mixture of plums"), forms.of("Plum"), forms.long("MoP"), forms.long("Plum")
    ('MoP', 'Plum', 'Mixture-of-Plums', None)
    """

    def __init__(self, *shorts: Mapping[str, str]) -> None:
        """Of several sets of pairs, each goes before those in front of it."""
        self._shorts = {_read(long): short for pairs in shorts for long, short in pairs.items()}
        self._longs: dict[str, str] = {}
        for long, short in (pair for pairs in shorts for pair in pairs.items()):
            part = long in self._longs.get(short, "") and len(_WORD.findall(long)) < len(short)
            if not part:  # *Supervised Fine-Tuning* of *Structure-aware Supervised Fine-Tuning (SSFT)*
                self._longs[short] = long

    def of(self, name: str) -> str:
        """The short form of a name, or the name itself."""
        return self._shorts.get(_read(name), name)

    def long(self, short: str) -> str | None:
        """The long form that the paper spells a short form out as."""
        return self._longs.get(short)


def _read(name: str) -> str:
    return " ".join(_SPACES.split(name.casefold().strip()))


def short_forms(text: str, pairs: Iterable[Pair], names: Iterable[Span] = (), own: Iterable[Span] = ()) -> ShortForms:
    """The short forms that pairs give, that stand beside names, and names that are the initials of others.

    ``own`` are the names that the title gives to what the paper is about.

    >>> text = "MoSA beats SaltNet (SoftAltNet): a Mixture of Sparse Adapters."
    >>> shorts = short_forms(text, [], [(0, 4), (11, 18), (20, 30), (35, 61)])
    >>> shorts.of("Mixture of Sparse Adapters"), shorts.of("SoftAltNet")
    ('MoSA', 'SaltNet')
    """
    spans = list(names)
    every = [*_called(text, spans, {text[slice(*span)] for span in own}), *_beside(text, spans), *pairs]
    shorts = {text[slice(*pair.long)]: text[slice(*pair.short)] for pair in every}
    return ShortForms(_spelled({text[slice(*span)] for span in spans}), shorts)


def whole_pairs(text: str, names: Iterable[Span], pairs: Iterable[Pair]) -> list[Span]:
    """The names and, of each short form that is one, the long form at every place, less names that are a part of it.

    Of 6,594 short forms that are names in ``training/arxiv.jsonl``, 6,294 have their long form as a name, whole.

    >>> text = "Our Patient Plum Framework (PPF)"
    >>> [text[slice(*span)] for span in whole_pairs(text, [(4, 16), (28, 31)], [Pair((28, 31), (4, 26))])]
    ['PPF', 'Patient Plum Framework']
    """
    spans = sorted(set(names))
    known, around = set(spans), Stretches(spans)
    longs = {text[slice(*pair.long)] for pair in pairs if pair.short in known and not around.hold(*pair.long)}
    taken = bytearray(len(text))
    whole: list[Span] = []
    # The longest first, so that of long forms over one another one stands.
    for long, starts in sorted(standing(text, longs).items(), key=lambda item: (-len(item[0]), item[0])):
        for start in starts:
            end = start + len(long)
            if 1 not in taken[start:end] and not around.hold(start, end):
                taken[start:end] = b"\1" * len(long)
                whole.append((start, end))
    return [span for span in spans if 1 not in taken[slice(*span)]] + whole


def _beside(text: str, names: list[Span]) -> Iterator[Pair]:
    """Names with their short or long form right behind: *A Long Name (LN2)*, *LN is short for A Long Name*, *LN: Long Name*."""
    for left, right in pairwise(sorted(names)):
        between = text[left[1] : right[0]]
        bracketed = _BRACKET.fullmatch(between) and _CLOSED.match(text, right[1])
        titled = left[0] == 0 and _COLON.fullmatch(between)
        if not (bracketed or titled or _SHORT_FOR.fullmatch(between)):
            continue
        short, long = sorted((left, right), key=lambda span: span[1] - span[0])
        if (bracketed or short == left) and _shortens(
            text[slice(*short)], text[slice(*long)], from_start=not bracketed
        ):
            yield Pair(short, long)


def _called(text: str, names: list[Span], own: Container[str]) -> Iterator[Pair]:
    """Proper names of several words behind an article or a verb, with the paper's own name in brackets behind.

    They mean one thing in 32 of 39 cases in ``training/arxiv.jsonl`` where no letters tell, most of the others without capitals.

    >>> text = "PEARS: Tools\\nWe present Fast Fruit Handling (PEARS) and plum trees (PEARS)."
    >>> list(_called(text, [(0, 5), (24, 43), (45, 50), (56, 66), (68, 73)], {"PEARS"}))
    [Pair(short=(45, 50), long=(24, 43))]
    """
    for long, short in pairwise(sorted(names)):
        if text[slice(*short)] not in own or not _BRACKET.fullmatch(text[long[1] : short[0]]):
            continue
        proper = len(_CAPITALISED.findall(text, *long)) > 1
        if proper and _CLOSED.match(text, short[1]) and _NAMING.search(text, max(0, long[0] - _NAMING_LENGTH), long[0]):
            yield Pair(short, long)


def _shortens(short: str, long: str, from_start: bool) -> bool:
    """Whether a name may be short for another: its letters follow one another there, and no number tells them apart.

    A number in front counts words (*3MPT*); a name that stands within another is a part of it, not its short form.
    ``from_start``: the first letter is that of the first word, and most begin words.
    """
    letters = short.lstrip("0123456789")
    if not may_be_short(short) or short.casefold() in long.casefold():
        return False
    if any(map(str.isdigit, letters + long)):
        return False
    best = align("".join(filter(str.isalpha, letters)), long)
    return best is not None and (not from_start or (best.start == 0 and best.cost < len(letters) - 1))


def _spelled(names: set[str]) -> dict[str, str]:
    """The names whose initials are another name."""
    known = sorted(names)
    given = {name.casefold(): name for name in known if may_be_short(name) and len(name) >= _SHORTEST_SPELLED}
    capitals = {"".join(c for c in name if c.isupper()).casefold(): name for name in given.values()}
    shorts = {}
    for name in known:
        words = re.findall(r"[^\W_]+", name)
        if len(words) < _SHORTEST_SPELLED:
            continue
        initials = "".join(word[0] for word in words)
        proper = "".join(c for c in initials if c.isupper()).casefold()
        short = (
            given.get(initials.casefold()) or given.get(proper) or (capitals.get(proper) if len(proper) > 2 else None)
        )
        if short:
            shorts[name] = short
    return shorts
