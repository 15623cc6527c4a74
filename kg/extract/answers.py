"""What completes a result: its subject, baseline, data set and hardware, by the network, the wording and other results."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set

import numpy as np

from kg.catalog import Catalog
from kg.extract.candidates import Claimed, Found, Use
from kg.extract.heads import Floats, Indices, Mentions
from kg.extract.quantities import Quantity
from kg.extract.uses import device_class
from kg.extract.words import Words
from kg.records import MIN_SCORE
from kg.records import EntityType as Kind

RELATIONS: tuple[str, ...] = ("subject", "baseline", "dataset", "hardware")
ANSWERS: dict[str, frozenset[Kind]] = {
    "subject": frozenset({Kind.MODEL, Kind.METHOD, Kind.SYSTEM, Kind.DATASET, Kind.HARDWARE}),
    "baseline": frozenset({Kind.MODEL, Kind.METHOD, Kind.SYSTEM, Kind.HARDWARE}),
    "dataset": frozenset({Kind.DATASET}),
    "hardware": frozenset({Kind.HARDWARE}),
}
"""The types of the entities that may complete a claim."""

_SUBJECT, _BASELINE, _, _HARDWARE = range(len(RELATIONS))
THAN = r"\b(?:over|than|compar(?:ed|ing) (?:to|with)|relative to|against)\s(?:the |an? )?$"
OVER = re.compile(THAN)
"""In front of what a factor is over."""
_UNNAMED = re.compile(
    r"(?:(?!\b(?:and|while|with|but)\b)[^.;,()]){0,50}?\b(?:compared (?:to|with)|relative to|over|than)\s"
    r"(?P<other>(?:(?!\band\b)[^.;,()]){3,60})(?:,?\sand\s(?:\w+ly\s)?|,\swhile\s(?:\w+ly\s)?)"
    r"(?:improv|increas|reduc|outperform|surpass|achiev|cut|boost|rais|lower|deliver|speed|sav|decreas|beat|exceed|attain|reach)"
)
"""Behind a number: what it is over, and that the sentence goes on about something else."""
_BEATING = re.compile(r"(?:[^.;]|\.\d){0,150}\b(?:outperform|surpass|exceed|beat)\w*\s(?:[^.;]|\.\d){0,60}")
_BY_ANOTHER = re.compile(r"[^.;,]{0,40}? by (?:[a-z]+ ){0,3}[+$~]?\d")
"""Between a number and a name, and behind the name, where what is gained over it is another number."""
_GAIN_IN_BRACKET = re.compile(
    r"(?:[^.;()]|\.\d){0,60}\((?:up to )?[+~$-]{0,2}\d[^()]{0,40}?\b(?:over|than|compared (?:to|with)|relative to|vs\.?)\s[^()]{0,30}"
)
"""Between a level and a name, where the bracket tells what is gained over it: *72.7% accuracy (+1.1% over CLIP)*."""
_AND_ANOTHER = re.compile(
    r"(?:(?!\b(?:and|while|with|but)\b)(?:[^.;()]|\.\d)){0,50}?\b(?:compared (?:to|with)|relative to|over|than)\s"
    r"(?P<other>(?:(?!\band\b)[^.;,()\d]){3,60}?),?\sand\s(?:by |up to |over |an? )?[+~$]?\d"
)
"""Behind a number: what it is over, and another number."""
OVER_LENGTH = 24
"""Characters."""
_REACH = 200
"""Characters in front of a number in which what it is over may stand."""
_LABELS = re.compile(r"(?:\s?\((?P<more>up to |\+)?~?|:\s)$")
_LABEL_LENGTH = 12
"""Characters."""
_BRACKET = re.compile(r"\s?\((?:on )?(?P<name>[^()]{1,60})\)")
_LABELLED = {
    Kind.MODEL: "subject",
    Kind.METHOD: "subject",
    Kind.SYSTEM: "subject",
    Kind.DATASET: "dataset",
    Kind.HARDWARE: "hardware",
}
"""What a name in front of a bracket or colon with a number is to the result."""
_UNLIKE = 2.0
"""What it costs, in log odds, that two results next to each other in a sentence have different hardware."""
_POSSIBLE = -20.0
"""Log odds from which on an answer is weighed."""
_OTHER = re.compile(r"\b(?:mobile|consumer|commodity|edge|embedded|integrated|laptop|desktop|gaming|other)[ -]$", re.I)
"""What sets a class of devices apart from the device in use: *on a mobile GPU*."""
_OTHER_LENGTH = 12
"""Characters."""


def without_rivals(
    text: str, words: Words, answers: Floats, quantities: Sequence[Quantity], mentions: Mentions
) -> Floats:
    """The logits ``answers`` (Q, M, relations), in which no factor is of a thing that its sentence names only behind *over*.

    Of what stands so, 540 are annotated as the baseline of a factor in the abstracts for training and 2 as its subject.
    """
    if not any(quantity.unit == "x" for quantity in quantities):
        return answers
    sentences = np.array([words.sentences[first] for first in mentions.first.tolist()], np.int64)
    starts = [words.starts[first] for first in mentions.first.tolist()]
    rival = np.array([is_over(text, at) for at in starts], bool)
    answers = answers.copy()
    for row, quantity in enumerate(quantities):
        if quantity.unit == "x":
            near = sentences == words.sentences[words.cover(quantity.start, quantity.end)[0]]
            only = np.setdiff1d(mentions.entity[near & rival], mentions.entity[near & ~rival])
            answers[row, np.isin(mentions.entity, only), _SUBJECT] = -np.inf
    return answers


def most_probable_answers(
    answers: Floats, entities: Indices, nothing: Floats, alike: Sequence[bool]
) -> list[dict[str, int | None]]:
    """The most probable answers of successive results (R), by relation: entities' numbers, or None.

    ``answers`` (R, M, relations) are logits of the mentions of ``entities`` (M), which are in order; ``nothing``
    (R, relations) those of no answer; ``alike`` whether a result is likely had on the device of the one in front of it,
    as results of a sentence that names no two devices are; the sequence of devices is decoded by Viterbi.
    """
    chosen: list[dict[str, int | None]] = [{} for _ in alike]
    firsts = np.flatnonzero(np.diff(entities, prepend=-1))
    columns: list[int | None] = [None, *entities[firsts].tolist()]
    odds = [_odds(answers[:, :, column], firsts, nothing[:, column]) for column in range(len(RELATIONS))]
    best = [table.argmax(axis=1).tolist() for table in odds]
    best[_HARDWARE] = _decoded(odds[_HARDWARE], alike)
    for row in range(len(chosen)):
        if best[_SUBJECT][row] == best[_BASELINE][row] != 0:
            best[_SUBJECT][row], best[_BASELINE][row] = _apart(odds[_SUBJECT][row], odds[_BASELINE][row])
    for relation, places in zip(RELATIONS, best, strict=True):
        for result, place in zip(chosen, places, strict=True):
            result[relation] = columns[place]
    return chosen


def _apart(subject: Floats, baseline: Floats) -> tuple[int, int]:
    """The most probable two columns that differ: nothing is compared with itself.

    >>> _apart(np.log(np.array([0.1, 0.6, 0.3])), np.log(np.array([0.1, 0.8, 0.1])))
    (2, 1)
    """
    both = int(subject.argmax())
    others = [np.where(np.arange(len(each)) == both, -np.inf, each) for each in (subject, baseline)]
    another = [int(each.argmax()) for each in others]
    losses = subject[both] - subject[another[0]], baseline[both] - baseline[another[1]]
    return (another[0], both) if losses[0] < losses[1] else (both, another[1])


def _odds(answers: Floats, firsts: Indices, nothing: Floats) -> Floats:
    """The log probabilities (R, 1 + entities) of none and of each entity, the sum of its mentions from ``firsts`` on."""
    top = np.maximum(answers.max(axis=1, initial=-np.inf), nothing)[:, None]
    powers, none = np.exp(answers - top), np.exp(nothing[:, None] - top)
    each = np.add.reduceat(powers, firsts, axis=1) if len(firsts) else powers
    total = np.concatenate([none, each], axis=1)
    return np.asarray(np.log(total / total.sum(axis=1, keepdims=True) + 1e-12), np.float32)


def _decoded(odds: Floats, alike: Sequence[bool]) -> list[int]:
    """The most probable columns of ``odds``, where one unlike that in front costs ``_UNLIKE`` if they are ``alike``."""
    possible = np.flatnonzero((odds.max(axis=0, initial=-np.inf) >= _POSSIBLE) | (np.arange(odds.shape[1]) == 0))
    unlike = _UNLIKE * (1 - np.eye(len(possible), dtype=np.float32))
    steps: list[Indices] = []
    best = np.zeros(len(possible), np.float32)
    for row, together in zip(odds[:, possible], alike, strict=True):
        ways = best[:, None] - unlike * together
        steps.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + row
    at = int(best.argmax())
    path = []
    for step in reversed(steps):
        path.append(int(possible[at]))
        at = int(step[at])
    return path[::-1]


def labelled(
    text: str, quantity: Quantity, labels: Mapping[int, int], entities: Sequence[Found], baseline: int | None
) -> dict[str, int | None]:
    """What a name says of the number in the bracket or behind the colon after it: *PlumBench (57.4%)*, *PlumNet: 31%*.

    Where none stands so, what one in the bracket behind says.

    A factor or a gain behind a name is over it, not its own: *vLLM (2.4x)*. ``labels`` has entities by where their
    mentions end.
    """
    before = _LABELS.search(text, max(0, quantity.start - _LABEL_LENGTH), quantity.start)
    label = labels.get(before.start()) if before else None
    if before is None or label is None:
        return _labelled_behind(text, quantity, labels, entities, baseline)
    relation = _LABELLED.get(entities[label].type)
    if relation is None or label == baseline:
        return {}
    gain = before.group("more") is not None or quantity.unit == "x"
    return {} if gain and relation == "subject" else {relation: label}


def _labelled_behind(
    text: str, quantity: Quantity, labels: Mapping[int, int], entities: Sequence[Found], baseline: int | None
) -> dict[str, int | None]:
    """What a name that is alone in the bracket behind a number says of it: *2.1x (H100)*, *84% (PlumBench)*.

    So annotated 53 of 57 times for data sets, 11 of 14 for devices, 41 of 50 for models, 11 of 11 for systems.
    """
    bracket = _BRACKET.match(text, quantity.end)
    label = labels.get(bracket.end("name")) if bracket else None
    if bracket is None or label is None or label == baseline or entities[label].type is Kind.METHOD:
        return {}
    spans, span = entities[label].spans, bracket.span("name")
    place = bisect_left(spans, span)
    relation = _LABELLED.get(entities[label].type)
    if relation is None or spans[place : place + 1] != [span] or (relation == "subject" and quantity.unit == "x"):
        return {}
    return {relation: label}


def is_of_another(text: str, quantity: Quantity, baseline: Found, ends: Container[int]) -> bool:
    """Whether a baseline is that of the next number: what this one is over has no name, or it is a level with a gain.

    *It cuts cost by 2x compared to on-demand training and improves throughput by 47% over Varuna*: where no name stands
    so, 600 of 654 results are annotated without a baseline. ``ends`` has the places behind names. *It reaches 59.6%,
    outperforming LoRA by 1.1 points*: of those that the network sets against what is outperformed, 14 of 54, of those with
    the gain in brackets 1 of 7.
    """
    if _is_level(text, quantity, baseline):
        return True
    said = _UNNAMED.match(text, quantity.end) or _AND_ANOTHER.match(text, quantity.end)
    if said is None or any(at in ends for at in range(said.start("other"), said.end("other") + 1)):
        return False
    near = bisect_left(baseline.spans, (quantity.start - _REACH, 0))
    return near == len(baseline.spans) or baseline.spans[near][0] >= said.end()


def _is_level(text: str, quantity: Quantity, baseline: Found) -> bool:
    """Whether a name is first named behind a number as what another number is a gain over."""
    behind = bisect_left(baseline.spans, (quantity.end, 0))
    if behind == len(baseline.spans):
        return False
    start, end = baseline.spans[behind]
    if _GAIN_IN_BRACKET.fullmatch(text, quantity.end, start):
        return True
    return bool(_BEATING.fullmatch(text, quantity.end, start) and _BY_ANOTHER.match(text, end))


def is_over(text: str, at: int) -> bool:
    """Whether *over*, *than* or the like stands in front of a place, so that what stands there is compared with."""
    return OVER.search(text, max(0, at - OVER_LENGTH), at) is not None


def beside(near: Set[int], rivals: Set[int], chosen: Mapping[str, int | None]) -> int | None:
    """The hardware of a result: the only device that its own sentence names goes before one of another sentence.

    ``near`` has the devices that the sentence names, ``rivals`` those that it names behind *than* alone beside others,
    on which results were had 7 times of 298.
    """
    picked = chosen["hardware"]
    if picked is None or picked in near - rivals:
        return picked
    others = near - {chosen["baseline"]} - (rivals if picked in rivals else set())
    return min(others) if len(others) == 1 else None if picked in rivals else picked


def device_within(quantity: Quantity, entities: Sequence[Found], near: Iterable[int]) -> int | None:
    """The device that a quantity itself names: *2400 H100 GPU hours*. So annotated in 24 of 26 cases.

    ``near`` has the devices that its sentence names.
    """
    for device in sorted(near):
        spans = entities[device].spans
        first = bisect_left(spans, (quantity.start, 0))
        if first < len(spans) and spans[first][1] <= quantity.end:
            return device
    return None


def on_named_devices(
    text: str, results: Iterable[Claimed], uses: Iterable[Use], entities: Sequence[Found], catalog: Catalog
) -> Iterator[Claimed]:
    """The results, each that names a class of devices on the one device in use that is of it: *per GPU*, on A100s."""
    named: dict[str, set[int]] = {}
    for use in uses:
        named.setdefault(device_class(entities[use.entity].name, catalog), set()).add(use.entity)
    for result in results:
        if result.hardware is None:
            yield result
            continue
        word = entities[result.hardware]
        devices = named.get(word.name, set()) - {result.baseline, result.subject}
        apart = any(
            _OTHER.search(text, max(0, start - _OTHER_LENGTH), start)
            for start, _ in word.spans[
                bisect_left(word.spans, (result.span[0], 0)) : bisect_left(word.spans, (result.span[1], 0))
            ]
        )
        yield result._replace(hardware=min(devices)) if len(devices) == 1 and not apart else result


def on_own_device(results: Iterable[Claimed], uses: Iterable[Use], entities: Sequence[Found]) -> Iterator[Claimed]:
    """The results, each that is against a device on the one device in use that no result is against: *2x over GPUs*.

    So annotated 91 times of 101 in ``training/arxiv.jsonl`` where the subject is no device itself, else 43 of 86.
    """
    results = list(results)
    rivals = {result.baseline for result in results}
    own = {use.entity for use in uses if use.score >= MIN_SCORE} - rivals
    for result in results:
        baseline, subject = (told is not None and entities[told].type for told in (result.baseline, result.subject))
        if result.hardware is None and len(own) == 1 and baseline is Kind.HARDWARE is not subject:
            result = result._replace(hardware=min(own))
        yield result
