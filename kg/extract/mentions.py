"""From candidates to entities: overlaps are settled, one name has one type in a paper, forms are joined."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterable

from rapidfuzz.fuzz import ratio
from spacy.language import Language
from spacy.tokens import Doc

from kg.catalog import Catalog, Entry, known
from kg.extract.candidates import Candidate, Finder, Found, Notes, notes
from kg.extract.forms import ShortForms, short_forms
from kg.extract.words import occurring, standing
from kg.names import normal_form
from kg.records import EntityType

PIPE = "kg_mentions"

_COMMON = {EntityType.METRIC, EntityType.TASK}
_OWN = {Finder.TITLE, Finder.PRESENTED}
_LIGHT = 3
"""Letters of the words that a title leaves small."""
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+\b")
_FIRST = re.compile(r"(?<![\w-])[A-Z][a-z]+(?!\w)")
_PROPER = re.compile(
    r"African|American|Arabic|Bangla|Bengali|Brazilian|Chinese|English|European|Farsi|French|German|Greek|Hebrew|Hindi|"
    r"Indian|Indic|Indonesian|Islamic|Italian|Japanese|Korean|Latin|Persian|Polish|Portuguese|Quran(?:ic)?|Russian|"
    r"Sanskrit|Spanish|Swahili|Tamil|Telugu|Thai|Tibetan|Turkish|Ukrainian|Urdu|Vietnamese|Alzheimer|Bayesian|Boolean|"
    r"Euclidean|Fourier|Gaussian|Ising|Kalman|Langevin|Laplace|Laplacian|Lyapunov|Markov|Markovian|Nash|Pareto|"
    r"Parkinson|Poisson|Potts|Raman|Riemannian|Turing|Wasserstein|Android|Linux|Minecraft|Python|Twitter|Verilog|Wikipedia"
)
"""Words that keep their capital in the names of tasks and measures."""
_PLURALS = re.compile(
    r"((?:tion|sion|ment|review|jailbreak|rate|score|cost|rating|coefficient|ratio|length|time|precision))s$"
)
"""Endings of names of tasks and measures that annotators write in the singular: 180 of 201 in ``training/arxiv.jsonl``."""
_SENTENCE_CASE = re.compile(r"[A-Z][a-z]+[- ][a-z -]+")
_PLAIN_WORDS = re.compile(r"[A-Za-z][a-z]*(?:[- ][A-Za-z][a-z]*)+")
_SPELT = re.compile(r"[a-z]{2,}")
"""What a long form has more than one of, and a short one (*VQ-GAN*, *TabPFN*) has not."""
_ALIKE = 65
"""From this likeness on two long forms mean one thing; in ``training/arxiv.jsonl`` those below are others in 55 of 58 cases."""
_ALIKE_WORDS = 60
"""The same of each pair of words where they have equally many."""
_WORD = re.compile(r"\w+")


def settle(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates that stand: the surer finder first, then the longer, none overlapping another."""
    order = sorted(set(candidates), key=lambda c: (-_rank(c), c.start - c.end, c.start, c.type, c.name or ""))
    # Which of the kept candidates stands at each character, counting from 1.
    taken = [0] * max((c.end for c in candidates), default=0)
    kept: dict[int, Candidate] = {}
    for number, candidate in enumerate(order, start=1):
        clash = {n: kept[n] for n in set(taken[candidate.start : candidate.end]) if n}
        if any(k.start < candidate.start or candidate.end < k.end or _rank(k) >= 5 for k in clash.values()):
            continue
        for n in clash:
            del kept[n]
        taken[candidate.start : candidate.end] = [number] * (candidate.end - candidate.start)
        kept[number] = candidate
    return sorted(kept.values())


def _rank(candidate: Candidate) -> int:
    return int(candidate.finder)


def one_sense(candidates: list[Candidate], text: str) -> list[Candidate]:
    """The candidates, each string with the one type that its surest candidates give it."""
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for c in candidates:
        votes[text[c.start : c.end]][c.type] += 10 ** int(c.finder)
    best = {string: min(types, key=lambda t: (-types[t], t)) for string, types in votes.items()}
    return [c for c in candidates if best[text[c.start : c.end]] is c.type]


def spread(candidates: list[Candidate], text: str) -> list[Candidate]:
    """The candidates and every other place where one of their strings stands as a word."""
    strings: dict[str, Candidate] = {}
    for c in sorted(candidates, key=lambda c: (-c.finder, c.start)):
        strings.setdefault(text[c.start : c.end], c)
    taken = bytearray(len(text))
    places = []
    for c in sorted(candidates, key=lambda c: c.start):
        taken[c.start : c.end] = b"\1" * (c.end - c.start)
        places.append(c)
    everywhere = standing(text, strings)
    for string in sorted(strings, key=lambda s: (-len(s), s)):
        for start in everywhere[string]:
            end = start + len(string)
            if 1 not in taken[start:end]:
                taken[start:end] = b"\1" * (end - start)
                places.append(strings[string]._replace(start=start, end=end))
    return sorted(places)


def repeated(places: list[Candidate], text: str) -> list[Candidate]:
    """The places less words that nothing but their shape tells and that stand only once."""
    times = occurring(text, (text[c.start : c.end] for c in places if c.finder is Finder.SHAPE))
    return [c for c in places if c.finder is not Finder.SHAPE or len(times[text[c.start : c.end]]) > 1]


def group(places: list[Candidate], found: Notes, catalog: Catalog, text: str, shorts: ShortForms) -> list[Found]:
    """The entities of a paper: places with one type whose names have one normal form or are forms of one name."""
    entities: dict[tuple[EntityType, str], Found] = {}
    presented = sorted(set(found.presented))
    for c in places:
        string = text[c.start : c.end]
        short = shorts.of(string)
        name = c.name or _canonical(catalog, c.type, short, shorts.long(short))
        key = c.type, normal_form(c.type, name)
        entity = entities.setdefault(key, Found(c.type, name, [], c.finder))
        if entity.spans[-1:] != [(c.start, c.end)]:
            entity.spans.append((c.start, c.end))
        entity.finder = max(entity.finder, c.finder)
        inside = presented[bisect_left(presented, (c.start, 0)) : bisect_left(presented, (c.end, 0))]
        if c.finder in _OWN or any(a == c.start or b <= c.end for a, b in inside):
            entity.presented.append((c.start, c.end))
    _present_variants(entities.values())
    starts = {start for start, _ in found.sentences}
    for entity in entities.values():
        if entity.type is not EntityType.TASK and catalog.find(entity.type, entity.name) is None:
            entity.name = _plainest(entity, text, starts)
    return list(entities.values())


def _plainest(entity: Found, text: str, starts: Container[int]) -> str:
    """The name of a thing in the singular where the text has it, that of a method with the fewest capitals in the text.

    Annotators call methods so that stand in several cases (300 of 355 in ``training/arxiv.jsonl``), and what stands in
    both numbers (98 of 113). A capital that only begins a sentence, at one of ``starts``, is none (23 of 24) where the
    text has the word without it, nor are those of several words that a title alone has (348 of 417), but for its own name
    in front of a colon. A measure that the body of the text writes with capitals alone keeps them (40 of 50).

    >>> text = "Plum Trees, plum trees, a plum tree."
    >>> spans = [(0, 10), (12, 22), (26, 35)]
    >>> [_plainest(Found(EntityType.METHOD, "Plum Trees", spans[:n], Finder.LEARNED), text, {0}) for n in (1, 2, 3)]
    ['Plum Trees', 'plum trees', 'plum tree']
    >>> _plainest(Found(EntityType.METRIC, "plum rate", [(15, 24)], Finder.LEARNED), "Trees\\nWe use a Plum Rate.", {0, 6})
    'Plum Rate'
    >>> _plainest(Found(EntityType.METHOD, "Plum Trees", [(8, 18)], Finder.LEARNED), "Fig via Plum Trees\\nWe grow.", {0})
    'plum trees'
    >>> found = Found(EntityType.METHOD, "Plum trees", [(0, 10)], Finder.LEARNED)
    >>> [_plainest(found, text, {0}) for text in ("Plum trees grow.", "Plum trees have a plum.")]
    ['Plum trees', 'plum trees']
    """
    forms = {text[slice(*span)] for span in entity.spans}
    name = entity.name
    if entity.type is EntityType.METHOD and _PLAIN_WORDS.fullmatch(name):
        same = [form for form in forms if form.casefold() == name.casefold()]
        name = min(same, key=lambda form: (sum(map(str.isupper, form)), form), default=name)
        if _SENTENCE_CASE.fullmatch(name) and all(s in starts for s, e in entity.spans if text[s:e] == name):
            small = name[0].lower() + name[1:]
            name = small if re.search(rf"\b{re.split('[- ]', small)[0]}\b", text) else name
        if " " in name and entity.spans[-1][1] <= text.find("\n") and text[entity.spans[0][1]] != ":":
            name = _uncapitalised(name)
    elif entity.type is EntityType.METRIC and text.find("\n") < entity.start not in starts:
        same = [form for form in forms if form.casefold() == name]
        name = same[0] if len(same) == 1 else name
    return name[:-1] if name.endswith("s") and name[:-1].casefold() in map(str.casefold, forms) else name


def _present_variants(entities: Iterable[Found]) -> None:
    """Marks the named variants of a paper's own things as its own: Foo-mini, Foo-248K beside Foo."""
    heads = {e.name for e in entities if e.presented and len(e.name) > 3}
    lengths = {len(head) for head in heads}
    for entity in entities:
        name = entity.name
        if not entity.presented and any(name[n : n + 1] in {"-", " "} and name[:n] in heads for n in lengths):
            entity.presented.append(entity.spans[0])


def _canonical(catalog: Catalog, type: EntityType, short: str, long: str | None) -> str:
    """What a thing is called whose short form, or only form, a paper spells out as a long one or not at all.

    The catalogue's name goes first. What a paper spells out it means: where the catalogue knows one thing by
    the short form and another by the long one, the other was meant 63 of 63 times in ``training/arxiv.jsonl``. Tasks that
    the catalogue lacks are called by their long form (1,202 of 1,479 annotated tasks with both), all else by its short one.

    >>> from kg.catalog import Entry
    >>> catalog = Catalog.of([Entry("x", EntityType.METHOD, "plum tuning", ["plum tuning", "PT"])])
    >>> [_canonical(catalog, EntityType.METHOD, "PT", long) for long in (None, "Plum-Tuning", "pear trimming")]
    ['plum tuning', 'plum tuning', 'pear trimming']
    >>> catalog = Catalog.of([Entry("x", EntityType.METHOD, "CompAct")])
    >>> _canonical(catalog, EntityType.METHOD, "COMPACT", "Compositional Acts")
    'COMPACT'
    """
    entry = long and catalog.find(type, long)
    if not entry and (entry := catalog.find(type, short)) and long and not _means(entry, short, long):
        taken = short.removesuffix("s") in entry.labels
        entry = None
    else:
        taken = False
    if entry:
        return entry.name
    name = long if long and (taken or type is EntityType.TASK) else short
    return _PLURALS.sub(r"\1", _uncapitalised(name)).replace("accuracies", "accuracy") if type in _COMMON else name


def _uncapitalised(name: str) -> str:
    """A common name in small letters, less short forms and proper names in it; capitals are a title's where every word has one.

    >>> [_uncapitalised(name) for name in ("Accuracy", "LLM Serving", "Pose and Shape Estimation", "Ising and Potts models")]
    ['accuracy', 'LLM serving', 'pose and shape estimation', 'Ising and Potts models']
    >>> [_uncapitalised(name) for name in ("Japanese Retrieval", "3D reconstruction", "Streaming reconstruction")]
    ['Japanese retrieval', '3D reconstruction', 'streaming reconstruction']
    """
    if all(word[0].isupper() or len(word) <= _LIGHT for word in name.split()):
        name = _CAPITALISED.sub(_small, name)
    return name if re.search(r"[A-Z].*[A-Z]", name) else _FIRST.sub(_small, name)


def _small(word: re.Match[str]) -> str:
    """A word in small letters, but for proper names and those with digits."""
    return word.group() if _PROPER.fullmatch(word.group()) else word.group().lower()


def _means(entry: Entry, short: str, long: str) -> bool:
    """Whether a thing that the catalogue knows by a short form is what a paper spells out so.

    It is where a long form that the catalogue knows is like it, or where it knows none and writes the short one so.
    *CCA* and *DRL* may be others, *COMPACT* is not CompAct.
    """
    spelt = [label for label in entry.labels if len(_SPELT.findall(label)) > 1 and _letters(label) != _letters(short)]
    return any(_alike(long, label) for label in spelt) if spelt else short.removesuffix("s") in entry.labels


def _alike(one: str, other: str) -> bool:
    """Whether two long forms differ in endings, joints or a word more alone.

    >>> _alike("Straight-Through Estimation", "straight-through estimators"), _alike("Mixture of Attention", "mixture of agents")
    (True, False)
    """
    words = [_WORD.findall(name.casefold()) for name in (one, other)]
    if len(words[0]) == len(words[1]):
        return all(ratio(a, b) >= _ALIKE_WORDS for a, b in zip(*words, strict=True))
    return ratio(_letters(one), _letters(other)) >= _ALIKE


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


@Language.factory(PIPE)
class Mentions:
    """Turns the candidates of a document into the entities that the rules propose."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._catalog = known()

    def __call__(self, doc: Doc) -> Doc:
        """Fills ``notes(doc).proposed``."""
        found = notes(doc)
        text = found.text
        senses = one_sense(found.candidates, text)
        places = repeated(settle(spread(settle(senses), text)), text)
        found.proposed = sorted(
            group(places, found, self._catalog, text, short_forms(text, found.pairs)),
            key=lambda e: (e.start, e.type),
        )
        return doc


def occurrences(entity: Found, text: str) -> tuple[str, ...]:
    """The distinct surface forms of an entity, in order of appearance."""
    return tuple(dict.fromkeys(text[start:end] for start, end in entity.spans))
