"""The learned recogniser: what the network takes for mentions becomes the entities of the paper."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.catalog import Catalog, known
from kg.extract.candidates import Candidate, Claims, Finder, Found, Notes, notes
from kg.extract.context import ContextModel, Thing
from kg.extract.features import features
from kg.extract.forms import ShortForms, short_forms, whole_pairs
from kg.extract.hardware import class_word_apart, device_name, is_known, is_part, without_class_words
from kg.extract.heads import Floats, calibrated, calibrated_score, mentions_of, sigmoid
from kg.extract.mentions import group, spread
from kg.extract.network import Network
from kg.extract.result_head import judge_results
from kg.extract.role_head import LISTED, PRESENTED, ROLES, TITLED, RoleLogits, is_presented, judge_roles, role_logits
from kg.extract.shapes import GLUED, HOSTS, ORGANISATIONS
from kg.extract.stacking import ENTITY, entity_rows
from kg.extract.tags import KINDS, decode, span_probabilities
from kg.extract.tokens import URL
from kg.extract.words import Stretches, Words, lowered
from kg.names import normal_form
from kg.records import EntityType, Span

PIPE = "kg_recognizer"

WEIGHTS = Path(__file__).parent / "weights"
"""What ships with the package."""

_HEAD_NOUNS = frozenset(
    f"{noun}{ending}"
    for noun in ("metric", "dataset", "benchmark", "model", "framework", "platform")
    for ending in ("", "s")
)
_DEVICES = {Finder.HARDWARE, Finder.CLASS_WORD}
_DEVICE = 0.6
"""The score of a device that the rules found and the network did not; there are too few of them to measure."""
_NOT_OWN = KINDS.index(EntityType.TASK)
"""What a title's name is never of: papers name what they made."""
_HARDWARE = KINDS.index(EntityType.HARDWARE)
_CHIPS = (
    r"(?:co)?processors?|chip(?:let)?s?|asics?|fpgas?|npus?|socs?|cgras?|pim|cim|imc|(?:in|near)-memory|overlays?|"
    r"micro-?architectures?|risc-v|rtl|silicon|neuromorphic|photonic|supercomputers?|robots?|sensors?|\d+ ?nm"
)
_DESIGN = re.compile(rf"\b(?:accelerators?|{_CHIPS})\b")
"""What a paper whose own name is a device's says, in lower case: 218 of 224 in ``training/arxiv.jsonl``.

If it does, a title's name that the title calls an accelerator, chip or the like is a device: 48 of 48.
"""
_MACHINES = re.compile(
    rf"\b(?:{_CHIPS}|hardware|energy|power|area|dram|sram|memory|circuits?|robotics?|cameras?|[cgtidl]pus?|rdus?|mcus?|devices?|boards?|"
    r"servers?|(?:smart|i)?phones?|clusters?|nodes?|computers?|machines?|hpc|platforms?|laptops?|desktops?|(?:mac|note|chrome)books?|workstations?|headsets?|"
    r"wearables?|drones?|(?:micro)?controllers?|(?:micro|multi)processors?)\b"
)
"""What a paper says, in lower case, that names devices which the catalogue does not know: those of 683 of 691 in ``training/arxiv.jsonl``.

*Accelerator* is no such word: it may be software.
"""
_FORMAT = re.compile(r"(?:[WA]\d+){2}(?:KV\d+)?")
"""A scheme of number formats: *W4A16*."""
_CAPITAL_INSIDE = re.compile(r"[a-z][A-Z]")
_COUNTED = re.compile(r"\d+(?:[x×]|times)\s?(?=[A-Z])")
"""A count that is joined to a device: *16xA100*."""
_PAIR = re.compile(r"([A-Z]\w+) and ([A-Z]\w+)")
_BOTH = re.compile(r",? (?:two|both)\b")
"""Behind the names of two things."""
_SPELT_BESIDE = re.compile(r"((?:[A-Z][\w-]++(?: (?:and|for|in|of))? ){2,6})([A-Z][^\WA-Z]*+[A-Z]\w*+)")
"""A name and its short form without a bracket: *Plum Tree Model PTM*; so annotated 8 times of 9 where either is a name."""
_TYPEFACE = re.compile(r"\\(?:text\w\w|emph)\{")
_MARKED = re.compile(r"<(?:(?P<tag>\w+)>(?=[^<>]))?(?P<name>[^<>]++)(?(tag)</(?P=tag)>?|>)")
"""What is left of a macro, *<Plum>*, or a name between tags, of which the text's words have the last bracket apart."""
_CORES = re.compile(r"[ -]Tensor Cores?")
_NAMES = {EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM}
_UNDECIDED = 0.1
"""What the rules' type of a title's name counts beside the network's probabilities."""
_KEPT = 0.1
"""A string is a name when its occurrences have this probability in the mean."""


@Language.factory(PIPE, default_config={"weights": str(WEIGHTS)})
class Recognizer:
    """Reads a document with the network and fills in its verdict: ``entities`` and ``claims`` of the notes."""

    def __init__(self, nlp: Language, name: str, weights: str) -> None:
        self._network = Network(Path(weights))
        self._contexts = ContextModel.among(self._network.heads)
        self._catalog = known()

    def __call__(self, doc: Doc) -> Doc:
        """Decides on mentions first, then on what is claimed of them."""
        found = notes(doc)
        text = found.text
        words = found.words
        found.features = features(text, words, found)
        found.reading = self._network.read(words, found.features)
        spans = [_whole(text, words.span(*ends)) for ends in tagged_words(words, found.reading.tags)]
        spans = [part for span in spans for part in _two(text, span)]
        spans = whole_pairs(text, spans, found.pairs)
        shorts = short_forms(text, found.pairs, spans, ((own.start, own.end) for own in found.titled))
        places = list(mentions(found, spans, shorts, self._catalog))
        places = sorted([*places, *devices_in_measures(places, found.candidates)])
        told = outside_addresses(text, group(places, found, self._catalog, text, shorts))
        found.entities = sorted(told, key=lambda e: (e.start, e.type))
        for entity in found.entities:
            entity.outright = is_presented(text, entity.spans)
        chances = [max(self._chance(found, span, e.type) for span in e.spans) for e in found.entities]
        logits, chances = self._weigh(found, chances)
        parts = {(part.start, part.end) for part in found.parts}
        for entity, chance in zip(found.entities, chances, strict=True):
            entity.score = calibrated_score(chance, self._network.heads["entity.calibration"])
            if entity.finder in _DEVICES:
                entity.score = max(entity.score, _DEVICE)
            if any((own.start, own.end) in entity.spans for own in found.titled):
                entity.score = max(entity.score, TITLED)
            if entity.type in _NAMES and entity.outright:
                entity.score = max(entity.score, PRESENTED)
            if not parts.isdisjoint(entity.spans):
                entity.score = max(entity.score, LISTED)
        things = [Thing(entity.type, entity.name, entity.spans) for entity in found.entities]
        odds = self._contexts.odds(words, things, self._catalog)
        likely = calibrated(logits.entities, self._network.heads["role.calibration"], odds)
        roles, uses = judge_roles(text, found, logits, likely, self._catalog)
        found.claims = Claims(roles, uses, judge_results(text, found, self._network, self._catalog, uses))
        return doc

    def _weigh(self, found: Notes, chances: list[float]) -> tuple[RoleLogits, list[float]]:
        """The logits of the entities' roles and their probabilities, weighed once more where there are trees for it."""
        heads, trees = self._network.heads, self._network.trees
        places = mentions_of(found.words, found.entities)
        logits = role_logits(heads, found.reading.states, found.features, places, len(found.entities))
        found.entity_rows = entity_rows(found, chances, logits.entities, self._catalog)
        if ENTITY in trees:
            chances = sigmoid(trees[ENTITY].log_odds(found.entity_rows)).tolist()
        for column, role in enumerate(ROLES):
            if role in trees:
                logits.entities[:, column] = trees[role].log_odds(found.entity_rows)
        return logits, chances

    def _chance(self, found: Notes, span: Span, kind: EntityType) -> float:
        """The probability that a stretch is a mention of a type; of any, where the catalogue alone says that it is a device."""
        device = kind is EntityType.HARDWARE
        overruled = device and _overruled(self._catalog, found.text[slice(*span)], EntityType.SYSTEM) is kind
        return probability(found.words, found.reading.tags, *span, None if overruled else kind)


def outside_addresses(text: str, entities: list[Found]) -> list[Found]:
    """The entities less those that addresses alone name, repositories most of all.

    Of 25 such in ``training/arxiv.jsonl`` 2 are annotated.
    """
    addresses = Stretches(match.span() for match in URL.finditer(text))
    return [entity for entity in entities if not all(addresses.hold(*span) for span in entity.spans)]


def devices_in_measures(places: Iterable[Candidate], candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """The devices inside measures: *GPU* in *GPU hours*, annotated too where it stands nowhere else in 108 of 124 cases.

    >>> measure = Candidate(11, 20, EntityType.METRIC, Finder.LEARNED)
    >>> device = Candidate(11, 14, EntityType.HARDWARE, Finder.CLASS_WORD)
    >>> list(devices_in_measures([measure], [device])) == [device], list(devices_in_measures([device], [device]))
    (True, [])
    """
    measures = Stretches((place.start, place.end) for place in places if place.type is EntityType.METRIC)
    for candidate in candidates:
        if candidate.finder in _DEVICES and measures.hold(candidate.start, candidate.end):
            yield candidate


def tagged_words(words: Words, tags: Floats) -> Iterator[tuple[int, int]]:
    """The spans of words that the tags say are mentions, less the generic noun behind a name."""
    for tagged in decode(tags):
        yield tagged.first, _without_head_noun(words, tagged.first, tagged.last)


def mentions(found: Notes, spans: list[Span], shorts: ShortForms, catalog: Catalog) -> Iterator[Candidate]:
    """The mentions of a text, one type for all forms of a name, at every place where one of the forms stands.

    Of the rules' proposals the devices count even where the network did not see them.
    """
    text, words, tags = found.text, found.words, found.reading.tags

    @cache  # a name stands at several places
    def family(string: str) -> str:
        return normal_form(EntityType.METHOD, shorts.of(string))

    votes: dict[str, Floats] = defaultdict(lambda: np.zeros(len(KINDS), np.float32))
    lower = lowered(text)
    machines = any(c.finder in _DEVICES for c in found.candidates) or _MACHINES.search(lower)
    designs = _DESIGN.search(lower) is not None
    spans = [part for span in spans for part in class_word_apart(text, span)]
    spans = list(_with(spans, [(own.start, own.end) for own in found.titled]))
    spans = list(_with([(part.start, part.end) for part in found.parts], _of_one(spans, found.parts)))
    standing = set(spans)
    # What lacks a bracket (*CoT) prompting*) is a name where it is one without it; else 0 of 14 in the abstracts for training.
    standing_forms = {text[slice(*span)].casefold() for span in spans}
    devices: set[str] = set()
    for span in spans:
        string = text[slice(*span)]
        name = family(string)
        votes[name] = votes[name] + span_probabilities(tags, *words.cover(*span))
        if not machines and is_known(catalog, string):
            devices.add(name)
    if not machines:
        for name in votes.keys() - devices:
            votes[name][_HARDWARE] = 0
    for own in [*found.titled, *found.parts]:
        vote = votes[family(text[own.start : own.end])]
        vote[KINDS.index(own.type)] += _UNDECIDED
        vote[_NOT_OWN] = 0
        if not designs:
            vote[_HARDWARE] = 0
        elif own.type is EntityType.HARDWARE:
            vote[_HARDWARE] = np.inf
    candidates = []
    for start, end in spans:
        string = text[start:end]
        kind = KINDS[int(votes[family(string)].argmax())]
        if string not in found.no_devices:
            kind = _overruled(catalog, string, kind)
        dataset = kind is EntityType.DATASET and string not in HOSTS  # Amazon is a graph, too
        if string in ORGANISATIONS and not dataset:
            continue
        if kind is EntityType.HARDWARE and is_part(string):
            continue
        if ")" in string and "(" not in string and string.replace(")", "").casefold() not in standing_forms:
            continue
        if string.isalpha() and text[start - 1 : start] == "\\":  # a macro of LaTeX stands for a name and is none
            continue
        known = device_name(catalog, string) if kind is EntityType.HARDWARE else None
        candidates.append(Candidate(start, end, kind, Finder.LEARNED, known))
    candidates = _with_devices(text, candidates, [c for c in found.candidates if c.finder in _DEVICES])
    places = spread(candidates, text)
    # A class word says what the device in front of it is: A100 GPUs. Where it also stands alone, it is named.
    alone = {text[place.start : place.end] for place in without_class_words(places, text)}
    chances: dict[str, list[float]] = defaultdict(list)
    for place in places:
        chances[text[place.start : place.end]].append(probability(words, tags, place.start, place.end, place.type))
    names = {string for string, every in chances.items() if float(np.mean(every)) >= _KEPT}
    names |= {text[own.start : own.end] for own in [*found.titled, *found.parts]}
    names |= {text[slice(*half)] for pair in found.pairs if pair.long in standing for half in pair}
    for place in places:
        string = text[place.start : place.end]
        if string in alone and (place.finder in _DEVICES or string in names):
            yield place


def _overruled(catalog: Catalog, string: str, kind: EntityType) -> EntityType:
    """The type of a string, which is not the network's where it is a number format or only a device has such a name.

    Of 2,832 strings in ``training/arxiv.jsonl`` that name a device in the catalogue and nothing else, 2,815 are devices.
    Of names with capitals inside, those in other capitals (*RAPID* for RaPiD) are devices once in 6.

    >>> from kg.catalog import Entry
    >>> catalog = Catalog.of([Entry("x", EntityType.HARDWARE, "PlumChip", ["Plumcore"])])
    >>> [_overruled(catalog, string, EntityType.SYSTEM).value for string in ("PlumChip", "PLUMCHIP", "PLUMCORE")]
    ['Hardware', 'System', 'Hardware']
    >>> _overruled(catalog, "W4A16", EntityType.HARDWARE).value
    'Method'
    """
    if kind is EntityType.HARDWARE and _FORMAT.fullmatch(string):
        return EntityType.METHOD
    device = catalog.told_by(EntityType.HARDWARE, string) if kind in _NAMES else None
    if device and not _in_other_capitals(string, device.labels):
        others = (catalog.find(other, string) for other in EntityType if other is not EntityType.HARDWARE)
        return kind if any(others) else EntityType.HARDWARE
    return kind


def _in_other_capitals(string: str, labels: list[str]) -> bool:
    """Whether a string differs from a label only in where the capitals are, of which the label has some inside a word."""
    odd = [label for label in labels if label.casefold() == string.casefold() and _CAPITAL_INSIDE.search(label)]
    return bool(odd) and string not in odd


def _whole(text: str, span: Span) -> Span:
    r"""A span without its type face or a count in front, and with the brace that opens its LaTeX.

    A bracket that it opens is closed with it or left to the text: *P(True)*, *Gemma 3* in *Gemma 3 (4B, 12B)*. The
    cores of a device are not of its name: *H100* in *H100 Tensor Core GPU*.

    >>> text = r"We test Plum 3 (4B, 12B) and P(True) on \textbf{Pear} and Fig.Finally,"
    >>> [text[slice(*_whole(text, span))] for span in ((8, 18), (29, 35), (40, 53), (58, 69))]
    ['Plum 3', 'P(True)', 'Pear', 'Fig']
    """
    start, end = span
    counted = _COUNTED.match(text, start, end)
    start = counted.end() if counted else start
    face = _TYPEFACE.match(text, start, end)
    if face and text.find("}", start, end) == end - 1:
        start, end = face.end(), end - 1
    glued = GLUED.search(text, start + 1, end)
    name = text[start : glued.start() if glued else end].strip("* ")
    marked = _MARKED.fullmatch(name)
    name = marked["name"].strip() if marked else name
    if not name:
        return span
    start = text.index(name, start)
    end = start + len(name)
    cores = _CORES.search(text, start + 1, end)
    end = cores.start() if cores and cores.end() == end else end
    opened = name.rfind("(")
    if opened > 0 and ")" not in name[opened:]:
        end = end + 1 if text[end : end + 1] == ")" and name[opened - 1] != " " else start + len(name[:opened].rstrip())
    return start - (name.count("}") > name.count("{") and text[start - 1 : start] == "{"), end


def _two(text: str, span: Span) -> Iterator[Span]:
    """A span, as two where the text says that it names two, *Plum and Pear, two methods*, or one twice: *Plum Tree Model PTM*.

    >>> text = "We present Plum and Pear, two methods for Time and Space, in a Plum Tree Model PTM."
    >>> [text[slice(*part)] for span in ((11, 24), (42, 56), (63, 82)) for part in _two(text, span)]
    ['Plum', 'Pear', 'Time and Space', 'Plum Tree Model', 'PTM']
    """
    names = _PAIR.fullmatch(text, *span)
    if names and _BOTH.match(text, span[1]):
        yield from (names.span(1), names.span(2))
        return
    spelt = _SPELT_BESIDE.fullmatch(text, *span)
    if spelt and _capitals(spelt[1]) == _capitals(spelt[2]):
        yield from ((span[0], spelt.end(1) - 1), spelt.span(2))
    else:
        yield span


def _capitals(words: str) -> str:
    return "".join(filter(str.isupper, words))


def _with(spans: Iterable[Span], surer: Sequence[Span]) -> Iterator[Span]:
    """The surer spans and those others that overlap none of them."""
    yield from surer
    around = Stretches(surer)
    yield from (span for span in spans if not around.meet(*span))


def _of_one(spans: Iterable[Span], parts: Sequence[Candidate]) -> list[Span]:
    """The spans that do not join several parts of a list: *Fast Path and Slow Path*."""
    starts = [part.start for part in parts]
    return [span for span in spans if bisect_left(starts, span[1]) - bisect_left(starts, span[0]) < 2]


def _without_head_noun(words: Words, first: int, behind: int) -> int:
    """The word behind a name, which the generic noun that says what it is does not belong to: *the PIF metric*."""
    named = any(c.isupper() for c in "".join(words.texts[first : behind - 1]))
    return behind - 1 if named and words.texts[behind - 1].lower() in _HEAD_NOUNS else behind


def _with_devices(text: str, candidates: list[Candidate], devices: list[Candidate]) -> list[Candidate]:
    """The network's candidates and the rules' devices, which stand where the network saw nothing or a part of them.

    No two ``devices`` overlap.
    """
    within = [-1] * len(text)
    for number, device in enumerate(devices):
        within[device.start : device.end] = [number] * (device.end - device.start)
    covered = bytearray(len(text))
    whole: list[Candidate] = []
    for candidate in candidates:
        around = within[candidate.start]
        part = around >= 0 and around == within[candidate.end - 1]
        if part and candidate.type is EntityType.HARDWARE:
            continue
        covered[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
        whole.append(candidate)
    return whole + [d for d in devices if 1 not in covered[d.start : d.end]]


def probability(words: Words, tags: Floats, start: int, end: int, kind: EntityType | None) -> float:
    """The probability that a stretch of text is a mention of a type, or of any."""
    first, behind = words.cover(start, end)
    if first >= behind:
        return 0.0
    chances = span_probabilities(tags, first, behind)
    return float(chances.sum() if kind is None else chances[KINDS.index(kind)])
