"""The network's head for roles: what each entity is to the paper, judged from all its mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from kg.catalog import Catalog
from kg.extract.candidates import Claim, Notes, Use
from kg.extract.heads import FLOOR, Floats, Mentions
from kg.extract.roles import sentence_of
from kg.extract.uses import told_apart, uses_of
from kg.records import FITTING, EntityType, Role, Span

ROLES: tuple[str, ...] = (*(role.value for role in Role), "runs_on")
"""What the columns of the head stand for."""

_INTRODUCES, _TRAINED_ON, _EVALUATED_ON, _BUILDS_ON = map(
    ROLES.index, (Role.INTRODUCES, Role.TRAINED_ON, Role.EVALUATED_ON, Role.BUILDS_ON)
)
TITLED = 0.95
"""The score of a name in front of the title's colon, and that the paper introduces it."""

_FOUNDATIONS = {EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM}
_WORKS = _FOUNDATIONS | {EntityType.DATASET}
_BUILT_ON = re.compile(
    r"\b(?:on top of|atop|(?:built|builds|building)(?: directly)? (?:up)?on|implemented (?:in|on|with|within)) (?:the |an? )?$",
    re.IGNORECASE,
)
_WE_PRESENT = (
    r"\b(?:we|this\s(?:paper|work|report|study|article))\s"
    r"(?:(?:also|further|then|first|finally|here|now|thus|therefore|additionally|formally)\s)?"
    r"(?:presents?|proposes?|introduces?|releases?|develops?|designs?|builds?|describes?|open-sources?)\s"
)
_PRESENTED = re.compile(rf"{_WE_PRESENT}(?:the\s)?\Z", re.IGNORECASE)
_ANYBODY_PRESENTS = re.compile(
    r"(?:(?<!work )(?<!works )(?<!research )(?<!literature )\b(?:introduce|present|release|propose|unveil|announce)s"
    r"|\b(?:and|to|also|further|then|additionally)\s(?:\w+ly\s)?(?:introduce|present|release|propose|unveil|announce))\s(?:the\s)?\Z"
)
"""The same of a name with a capital whoever does it, *the Plum project introduces LoRA, a*: 224 of 230."""
_ITEMS = r"(?:[^.;]{0,80}?(?:,\s|\sand\s))?(?:the\s|an?\s)?(?:\(?\w\)\s)?"
"""What stands in front of a name in the list that it is in."""
_LISTED = re.compile(
    r"\b[Ww]e\s(?:\w+\s){0,2}(?:"
    r"(?:propos|introduc|present|develop|design|releas|contribut|devis|creat|build|construct|curat|provid|implement)\w*"
    r"\s(?:[\w-]+\s){0,4}?(?:two|three|four|five|six|seven|several|novel|new)\s[^.:;]{0,100}?(?::|,?\snamely,?|,\si\.e\.,)\s"
    rf"{_ITEMS}|(?:introduc|present|propos)\w*\s(?:the|an?)\s(?:\w+\s)?(?:concept|notion|idea|paradigm)\sof\s)\Z"
    r"|\b(?:resulting|yielding|obtaining|releases?|trains?)\s[^.;:]{0,40}(?:models|variants|datasets|versions|benchmarks)"
    rf"(?::|,?\snamely,?)\s{_ITEMS}\Z|\bdenoted (?:as|by)\s\Z"
    r"|\b(?:resulting in|(?:which )?yields?|yielding|(?:to|and|we) obtain|obtaining|to create|creating)\s(?:the\s|our\s)?\Z"
)
"""In front of what a paper lists as its own, has a word for or comes to: *we propose two techniques: LoRA and*, *denoted as*.

Of names with a capital behind *resulting in*, *yields*, *to create* and the like 33 of 33 are annotated as introduced.
"""
_MADE = {EntityType.MODEL, EntityType.DATASET}
_OWN_PARTS = _WORKS | {EntityType.METRIC}
"""What the parts that a list names may be."""
_COMMON = re.compile(r"[a-z][a-z -]*")
_UNNAMED = 0.2
"""The score that a paper introduces a model or data set in small letters alone, *haystack*, at most: 20 of 1,310 annotated."""
_GENRE = re.compile(r"\bliterature (?:review|survey)|\b(?:scoping|systematic) review|\bmeta-analysis", re.IGNORECASE)
"""What a paper is, and so does not introduce: annotated so 0 times of 10."""
_INTO = re.compile(r"(?:\s\([^)]{1,30}\))?\sinto\b")
"""Behind what is brought from elsewhere: *we introduce the idea of experts into*."""
_LIST_BEFORE = 240
"""Characters in front of a name in which such a list begins."""
_CALL = r"(?:\b(?:called|named|dubbed|termed|coined)\s[\W_]{0,3}(?:\\text\w\w\{)?|(?P<the>,\sthe\s))\Z"
_CALLED = re.compile(_CALL)
_PRESENTED_AS = re.compile(
    rf"{_WE_PRESENT}an?\s(?:(?!based on|built on|on top of|against)[^.;:,]){{0,100}}?{_CALL}", re.IGNORECASE
)
"""*We present a model called LoRA*, *a model, the LoRA*: 255 of 257 and 2 of 2 in the abstracts for training."""
_WHOLE = re.compile(r"[,.;:()]|\s(?:\(|(?:an?|the|which|that|as|for|with|on|in|to)\b)|\Z")
"""What stands behind a name that is no part of a longer one: *we present LoRA, a* as opposed to *LoRA adapters*."""
_BEFORE = 60
"""Characters in front of a name in which a wording is sought."""
_CALL_LENGTH = 20
"""Characters in front of a name in which it is said to be called so."""
_REPORT = re.compile(r"\s(?:Technical|System) Report\s*(?:[:(]|$)", re.MULTILINE)
"""Behind the name that a title starts with, which the paper then introduces: 50 of 50 in ``training/arxiv.jsonl``."""
BUILT_ON = 0.75
"""The score of what something is said to be built on, at least: so annotated 93 times of 114 in ``training/arxiv.jsonl``."""
PRESENTED = 0.9
"""The score of a name right behind *we present*, at least: so annotated 8,695 times of 8,707, of names in the catalogue 219 of 224."""
LISTED = 0.5
"""The score of what a paper lists as its own in small letters or one word with a capital, at least."""
_SUBTITLED = 0.2
"""The score that a paper introduces what only the rest of its title names, in several words, behind its own name, at most.

Methods are annotated so 53 of 293 times in ``training/arxiv.jsonl``: *Pear: Adaptive Structural Pruning* introduces Pear.
"""

_AND_OTHERS = r"(?:the |both )?(?:[\w-]+,? (?:and )?){0,4}\Z"
"""In front of a data set in a list: *the A, B and*."""
_REACHED = re.compile(
    r"\b(?:attain|reach|achiev|obtain|scor|yield|surpass|outperform|improv|deliver|gain)\w*\b(?:(?!train|tun|learn|distil|align|supervis|instruct|dpo|rlhf|sft)(?:[^.;]|\.\d)){0,100}"
    rf"\bon\s{_AND_OTHERS}",
    re.I,
)
_TESTED = re.compile(
    r"(?<!train and )(?<!trained and )(?<!training and )(?<!tune and )(?<!tuned and )(?<!tuning and )"
    r"\b(?:test(?:ed|s|ing)?(?!-time)|validat(?:ed?|es|ion|ing)|evaluat(?:ed?|es|ing|ion)|transfers?|transferred|generali[sz](?:es?|ed|ing)|"
    r"benchmarked|assessed)\b(?:(?!train|tun|learn|distil|optimi|adapt|fit)[^.;]){0,60}?\b(?:on|to|across)\s"
    + _AND_OTHERS,
    re.I,
)
"""In front of what something is tested on or transferred to: trained on 30 of 543 times, evaluated on 540 times."""
_TRAINED_AND_TESTED = re.compile(
    r"\b(?:pre-?)?(?:train|fine-?tun)(?:ed?|ing)?(?:,| and|/|\s?&)\s?(?:test|evaluat|validat|benchmark)(?:ed?|ing)?\s"
    r"(?:(?!its\b|their\b)[\w-]+\s){0,3}?on\s" + _AND_OTHERS,
    re.I,
)
"""In front of what something is trained and tested on: annotated as both 6 of 7 times."""
_TEST = re.compile(r"[ -](?:test(?:-dev|-clean|-other|-std)?|val(?:idation)?)\b")
_REACHED_ON = 0.2
"""The score that a paper trains on what it only reaches something on, or on a test set, at most: 74 of 2,137 annotated so."""
_REACH = 130
"""Characters in front of a data set in which it is said what is reached on it."""

SHARPNESS = 2.0
"""How close the soft maximum over an entity's mentions is to the largest."""


class RoleLogits(NamedTuple):
    """The logits of all roles: of entities (entities, roles), and of each of their ``mentions`` (mentions, roles)."""

    entities: Floats
    each: Floats
    mentions: Mentions


def role_logits(
    heads: Mapping[str, Floats], states: Floats, features: Floats, mentions: Mentions, entities: int
) -> RoleLogits:
    """What the network makes of the roles of entities."""
    each = (
        mentions.states(states) @ heads["role.weight"].T
        + heads["role.bias"]
        + features[mentions.first] @ heads["role_hint.weight"].T
        + heads["role_kind"][mentions.kind]
    )
    powers = np.zeros((entities, len(ROLES)), np.float32)
    np.add.at(powers, mentions.entity, np.exp(SHARPNESS * np.clip(each, -30, 30)))
    soft = np.asarray(np.log(powers + 1e-30) / SHARPNESS, np.float32)
    return RoleLogits(soft, np.asarray(each, np.float32), mentions)


def judge_roles(
    text: str, found: Notes, logits: RoleLogits, chances: Floats, catalog: Catalog
) -> tuple[list[Claim], list[Use]]:
    """The roles of ``found.entities`` and the hardware in use, from the floor of scores on, in order of the entities.

    ``chances`` (entities, roles) are what the logits come to, and overruled here where the wording is plain.
    """
    each, mentions = logits.each, logits.mentions
    own = {(c.start, c.end) for c in found.titled}
    parts = {(c.start, c.end) for c in found.parts}
    subtitle = _subtitle(text) if own else (0, 0)
    for number, entity in enumerate(found.entities):
        if entity.type is EntityType.METHOD and _stands_only_in(subtitle, text, entity.spans):
            chances[number, _INTRODUCES] = min(chances[number, _INTRODUCES], _SUBTITLED)
        known = catalog.find(entity.type, entity.name) is not None
        if not own.isdisjoint(entity.spans) and (entity.outright or not (known and entity.type in _WORKS)):
            chances[number, _INTRODUCES] = max(chances[number, _INTRODUCES], TITLED)
            chances[number, _BUILDS_ON] = 0
        if entity.type in _WORKS and entity.outright:
            chances[number, _INTRODUCES] = max(chances[number, _INTRODUCES], PRESENTED)
            chances[number, _BUILDS_ON] = 0
        elif entity.type in _WORKS and any(
            text[slice(*span)].islower() and is_listed(text, *span) for span in entity.spans
        ):
            chances[number, _INTRODUCES] = max(chances[number, _INTRODUCES], LISTED)
            chances[number, _BUILDS_ON] = 0
        elif entity.type in _OWN_PARTS and not known and (named := parts.intersection(entity.spans)):
            score = PRESENTED if any(" " in text[slice(*span)] for span in named) else LISTED
            chances[number, _INTRODUCES] = max(chances[number, _INTRODUCES], score)
        elif entity.type in _MADE and all(_COMMON.fullmatch(text, *span) for span in entity.spans):
            chances[number, _INTRODUCES] = min(chances[number, _INTRODUCES], _UNNAMED)
        if _GENRE.search(entity.name):
            chances[number, _INTRODUCES] = 0
        if chances[number, _TRAINED_ON] > _REACHED_ON and _is_for_tests(text, entity.spans):
            chances[number, _TRAINED_ON] = _REACHED_ON
            if all(_TESTED.search(text, max(0, start - _REACH), start) for start, _ in entity.spans):
                chances[number, _EVALUATED_ON] = max(chances[number, _EVALUATED_ON], PRESENTED)
        if entity.type is EntityType.DATASET and any(
            _TRAINED_AND_TESTED.search(text, max(0, start - _REACH), start) for start, _ in entity.spans
        ):
            for column in (_TRAINED_ON, _EVALUATED_ON):
                chances[number, column] = max(chances[number, column], BUILT_ON)
        founded = entity.type in _FOUNDATIONS and chances[number, _INTRODUCES] < BUILT_ON
        if founded and any(_BUILT_ON.search(text, max(0, start - _BEFORE), start) for start, _ in entity.spans):
            chances[number, _BUILDS_ON] = max(chances[number, _BUILDS_ON], BUILT_ON)
    claims: list[Claim] = []
    uses: list[Use] = []
    # What a paper builds on is not its own: 21,119 of 21,150 annotated so.
    lesser = np.where(chances[:, _INTRODUCES] < chances[:, _BUILDS_ON], _INTRODUCES, _BUILDS_ON)
    chances[np.arange(len(chances)), lesser] = 0
    for number, column in np.argwhere(chances >= FLOOR).tolist():
        entity, score = found.entities[number], float(chances[number, column])
        rows = np.arange(*np.searchsorted(mentions.entity, (number, number + 1)))
        telling = rows[int(each[rows, column].argmax())]
        span = sentence_of(found.sentences, found.words.starts[mentions.first[telling]])
        if entity.type not in FITTING.get(ROLES[column], {entity.type}):
            continue
        if column < len(Role):
            claims.append(Claim(Role(ROLES[column]), number, span, score))
        else:
            uses += uses_of(text, found, number, score, span)
    return claims, list(told_apart(uses, found.entities, catalog))


def is_presented(text: str, spans: Iterable[Span]) -> bool:
    """Whether a name stands right behind *we present* or the like, whole, or is the title's of a technical report or all of it.

    Whole titles are annotated so 100 of 106 times.

    >>> text = "We present LoRA adapters. We build MMLU, a test. We design a model called BERT."
    >>> [is_presented(text, [span]) for span in ((11, 15), (35, 39), (74, 78))]
    [False, True, True]
    """
    return any(
        (_is_said(text, start, end) and _WHOLE.match(text, end))
        or (start == 0 and text[end : end + 1] == "\n")
        or (not text[start:end].islower() and is_listed(text, start, end))
        or (start == 0 and _REPORT.match(text, end))
        or _is_called(text, start, end)
        for start, end in spans
    )


def is_listed(text: str, start: int, end: int) -> bool:
    """Whether a name stands whole in a list of what the paper presents.

    Names with a capital are annotated as introduced so 148 of 154 times, others 39 of 55.

    >>> text = "We propose two simple techniques: plum pruning and PearCut. They work."
    >>> [is_listed(text, text.index(name), text.index(name) + len(name)) for name in ("plum pruning", "PearCut", "techniques")]
    [True, True, False]
    """
    whole = not _INTO.match(text, end) and (text.startswith(" and ", end) or _WHOLE.match(text, end))
    return bool(whole and _LISTED.search(text, max(0, start - _LIST_BEFORE), start))


def _is_said(text: str, start: int, end: int) -> bool:
    """Whether *we present* stands in front of a name, or *presents* in front of one with a capital."""
    before = max(0, start - _BEFORE)
    capital = not text[start:end].islower()
    return bool(_PRESENTED.search(text, before, start) or (capital and _ANYBODY_PRESENTS.search(text, before, start)))


def _is_called(text: str, start: int, end: int) -> bool:
    """Whether a name stands behind *we present a model called* or the like."""
    if not _CALLED.search(text, max(0, start - _CALL_LENGTH), start):
        return False
    said = _PRESENTED_AS.search(text, max(0, start - _CALL_LENGTH - 2 * _BEFORE), start)
    return said is not None and (not said["the"] or _WHOLE.match(text, end) is not None)


def _subtitle(text: str) -> Span:
    """What stands behind a title's colon; nothing where there is none."""
    end = max(0, text.find("\n"))
    colon = text.find(":", 0, end)
    return (colon + 1, end) if colon >= 0 else (0, 0)


def _stands_only_in(stretch: Span, text: str, spans: Iterable[Span]) -> bool:
    """Whether a name of several words stands in a stretch of the text and nowhere else.

    >>> text = "Plum: Adaptive Tree Pruning\\nPlum prunes trees. Tree pruning is slow."
    >>> _subtitle(text), [_stands_only_in((5, 27), text, spans) for spans in ([(6, 27)], [(15, 27), (47, 59)], [(0, 4)])]
    ((5, 27), [True, False, False])
    """
    return all(stretch[0] <= start and end <= stretch[1] and " " in text[start:end] for start, end in spans)


def _is_for_tests(text: str, spans: Iterable[Span]) -> bool:
    """Whether a data set is everywhere one on which something is reached, or one's part for tests.

    >>> texts = "Trained on Plums, it attains an accuracy of 91% on Figs", "We train on Figs", "It is trained on Plum and Figs test"
    >>> [_is_for_tests(text, [(text.index("Figs"), text.index("Figs") + 4)]) for text in texts]
    [True, False, True]
    """
    return all(
        _TEST.match(text, end)
        or _TEST.search(text, start, end)
        or any(said.search(text, max(0, start - _REACH), start) for said in (_REACHED, _TESTED))
        for start, end in spans
    )
