"""Names told by the wording around them: presented ones, *models such as X and Y*, words with capitals inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.candidates import Candidate, Finder, Pair, notes
from kg.extract.kinds import head_type, own_types, type_by_suffix, type_in_context
from kg.extract.presented import named_parts, presented_names, title_name
from kg.extract.shapes import CLASS_WORDS, GENERIC, GENERIC_TAIL, GLUED, NAME, SHAPE, WORDED, trim
from kg.extract.tokens import URL
from kg.extract.words import Stretches, standing
from kg.records import EntityType

PIPE = "kg_wording"

_SUCH_AS = re.compile(
    r"\b(?P<head>[A-Za-z-]{1,60})\s*+[,(]*+\s*+(?:such as|like|including|e\.g\.,?|i\.e\.,?|namely)\s+(?P<list>[^.;:)]{2,200})"
)

_AND_OTHER = re.compile(r",? and other\s(?:\w+\s){0,2}?(?P<head>[a-z]+)")

_LISTED = re.compile(rf"(?<!\w){NAME}(?:\s{NAME})?(?:,\s{NAME}(?:\s{NAME})?)*$")

_LONGEST_LIST = 200
"""Characters."""

_VARIANT_TAIL = re.compile(r"-\w[\w.]*(?<!\.)(?:-\w+){0,8}")

_LIST_BREAK = re.compile(
    r"\b(?:that|which|while|but|with|for|by|to|in|on|of|is|are|have|has|demonstrates?|shows?|can|as|from|at|under|where|when|"
    r"achieves?|outperforms?|we)\b"
)


def listed_names(text: str) -> Iterator[Candidate]:
    """Names in lists whose head noun gives the type: *benchmarks such as X, Y and Z*."""
    for head, start, end in _lists(text):
        kind = head_type(head)
        if kind is None or kind in {EntityType.TASK, EntityType.METRIC, EntityType.HARDWARE}:
            continue
        stretch = _LIST_BREAK.split(text[start:end])[0]
        for name in re.finditer(rf"(?<![\w-]){WORDED.pattern}", stretch):
            first = name.group().split()[0]
            named = SHAPE.fullmatch(first) or (name.start() and first[0].isupper())
            if named and first not in GENERIC:
                at = start + name.start()
                yield Candidate(at, at + len(trim(name.group())), kind, Finder.CONTEXT)


def _lists(text: str) -> Iterator[tuple[str, int, int]]:
    """The lists of names, each with its head noun: *heads such as X, Y* and *X, Y and other heads*."""
    for match in _SUCH_AS.finditer(text):
        yield match.group("head"), *match.span("list")
    for match in _AND_OTHER.finditer(text):
        listed = _LISTED.search(text, max(0, match.start() - _LONGEST_LIST), match.start())
        if listed:
            yield match.group("head"), *listed.span()


def shaped_names(text: str) -> Iterator[Candidate]:
    """Words with capitals or digits inside, typed by the words next to them, else as a method."""
    for match in SHAPE.finditer(text):
        name = GLUED.split(match.group())[0]
        if name in GENERIC or GENERIC_TAIL.search(name) or name.split("-")[0] in {"Pre", "Non", "Multi", "Cross"}:
            continue
        if re.fullmatch(r"\d.*|[A-Z]\d?", name) or CLASS_WORDS.fullmatch(name):
            continue
        start, end = match.start(), match.start() + len(name)
        kind = type_in_context(text, start, end) or type_by_suffix(name)
        finder = Finder.CONTEXT if kind else Finder.SHAPE
        yield Candidate(start, end, kind or EntityType.METHOD, finder)


def paired_names(text: str, pairs: list[Pair]) -> Iterator[Candidate]:
    """The two forms of each abbreviation, typed by the last word of the long one."""
    for pair in pairs:
        short, long = text[slice(*pair.short)], text[slice(*pair.long)]
        if short.rstrip("s") in GENERIC or short in GENERIC:
            continue
        kind = head_type(long.split()[-1]) or type_in_context(text, *pair.short)
        if kind:
            yield Candidate(*pair.short, kind, Finder.ABBREVIATION, short)
            yield Candidate(*pair.long, kind, Finder.ABBREVIATION, short)


def variants(text: str, candidates: list[Candidate]) -> Iterator[Candidate]:
    """Hyphenated variants of the paper's own names: FooNet-tiny, Foo-248K."""
    own = {text[c.start : c.end]: c.type for c in candidates if c.finder in {Finder.TITLE, Finder.PRESENTED}}
    for name, starts in standing(text, (name for name in own if len(name) > 3)).items():
        for start in starts:
            tail = _VARIANT_TAIL.match(text, start + len(name))
            if tail and text[start - 1 : start] != "-" and not GENERIC_TAIL.search(text[start : tail.end()]):
                own_kind = type_by_suffix(text[start : tail.end()]) or own[name]
                yield Candidate(start, tail.end(), own_kind, Finder.PRESENTED)


def long_forms(text: str, pairs: list[Pair], candidates: list[Candidate]) -> Iterator[Candidate]:
    """The long form of each short form that is a candidate, with its type."""
    surest: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: c.finder):
        surest[text[candidate.start : candidate.end]] = candidate
    for pair in pairs:
        short = surest.get(text[slice(*pair.short)])
        if short:
            yield Candidate(*pair.long, short.type, short.finder, short.name or text[slice(*pair.short)])


@Language.component(PIPE)
def wording(doc: Doc) -> Doc:
    """Notes the names that the wording of a document tells."""
    found = notes(doc)
    text = found.text
    addresses = Stretches(match.span() for match in URL.finditer(text))
    candidates = [*listed_names(text), *shaped_names(text), *paired_names(text, found.pairs)]
    titled = list(title_name(text))
    found.titled = list(_own(text, titled, Finder.TITLE))
    candidates += found.titled
    known = {text[c.start : c.end]: c.type for c in found.candidates if c.finder is Finder.KNOWN and c.name}
    found.parts = [Candidate(*part, Finder.PRESENTED) for part in named_parts(text, known)]
    title = text[: text.find("\n")]
    pair_at = {at: pair for pair in reversed(found.pairs) for at in (*range(*pair.long), pair.short[0])}
    proposed = Stretches((c.start, c.end) for c in found.candidates)
    presented = []
    for start, end, outright in presented_names(text, found.pairs):
        if text[start:end] in GENERIC or text[start:end].rstrip("s") in GENERIC:
            continue
        pair = pair_at.get(start)
        if pair and text[slice(*pair.short)].rstrip("s") not in GENERIC:
            start, end = pair.short
        name = text[start:end]
        conventional = (pair is not None and text[slice(*pair.long)][0].islower()) or known.get(
            name
        ) is EntityType.METHOD
        if name in known and name not in title and (not outright or (pair and conventional)):
            continue
        found.presented.append((start, end))
        if not proposed.hold(start, end):
            presented.append((start, end, None))
    candidates += _own(text, presented, Finder.PRESENTED)
    candidates += [*variants(text, candidates)]
    candidates += [*long_forms(text, found.pairs, [*candidates, *found.candidates])]
    found.candidates += [c for c in candidates if not addresses.hold(c.start, c.start + 1)]
    return doc


def _own(text: str, named: Sequence[tuple[int, int, EntityType | None]], finder: Finder) -> Iterator[Candidate]:
    """The paper's own names as candidates, of the given types where there are any."""
    for (start, end, _), kind in zip(named, own_types(text, named), strict=True):
        yield Candidate(start, end, kind, finder)
