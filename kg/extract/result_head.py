"""The network's head for results: whether a quantity is a claim, what it measures, and which entities complete it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.catalog import Catalog
from kg.extract.answers import (
    RELATIONS,
    beside,
    device_within,
    is_of_another,
    is_over,
    labelled,
    most_probable_answers,
    on_named_devices,
    on_own_device,
    without_rivals,
)
from kg.extract.candidates import Claimed, Notes, Use
from kg.extract.heads import FLOOR, Floats, Mentions, calibrated_score, mentions_of, sigmoid
from kg.extract.lists import alike, in_order
from kg.extract.measures import (
    BARE,
    continues,
    contradicts,
    in_full,
    measure_logits,
    most_probable,
    unit_name,
    what_is_saved,
)
from kg.extract.network import Network
from kg.extract.quantities import Quantity
from kg.extract.questions import Questions, questions, stretches
from kg.extract.results import Place
from kg.extract.roles import sentence_of
from kg.extract.shapes import GENERIC
from kg.extract.stacking import RESULT, claim_rows
from kg.extract.tags import KINDS
from kg.extract.words import Words
from kg.records import EntityType as Kind

WIDTH = 64
_METRIC = KINDS.index(Kind.METRIC)
_HARDWARE = KINDS.index(Kind.HARDWARE)
_MISTAKEN = {Kind.METHOD, Kind.TASK}
"""What a measure that stands like a unit is taken for."""


def metric_odds(tags: Floats) -> Floats:
    """The log odds of each word's being the first and the last of a metric; (words, 2), from the tags' probabilities."""
    begin, _, end, single = (tags[:, 4 * _METRIC + place] for place in (1, 2, 3, 4))
    chances = np.clip(np.stack([begin + single, end + single], axis=-1), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(chances / (1 - chances)), np.float32)


class Logits(NamedTuple):
    """What the head makes of a document's questions."""

    claim: Floats
    """(Q,): whether each quantity is a claim."""
    answers: Floats
    """(Q, M, relations): each mention as an answer, minus infinity where its type does not fit."""
    nothing: Floats
    """(Q, relations): no answer at all."""
    bounds: Floats
    """(Q, N, 2): each word of the stretch as the first and as the last of the measure."""
    worded: Floats
    """(Q, ``len(WORDED) + 1``): measures that the text does not name so."""


def result_logits(
    heads: Mapping[str, Floats], states: Floats, features: Floats, tags: Floats, asked: Questions
) -> Logits:
    """The logits of a document's questions."""
    quantity = (states[asked.first] + states[asked.last]) / 2
    claim = (quantity @ heads["claim.weight"].T + heads["claim.bias"])[:, 0]
    claim = claim + (features[asked.first] @ heads["claim_hint.weight"].T)[:, 0]
    worded = quantity @ heads["worded.weight"].T + heads["worded.bias"] + heads["rule_worded"] * asked.rule_worded
    nothing = quantity @ heads["nothing.weight"].T + heads["nothing.bias"] + heads["rule_nothing"] * asked.rule_nothing
    asks = (quantity @ heads["asks.weight"].T + heads["asks.bias"]).reshape(-1, len(RELATIONS), WIDTH)
    mention = asked.mentions.states(states)
    answers = (mention @ heads["answers.weight"].T + heads["answers.bias"]).reshape(-1, len(RELATIONS), WIDTH)
    logits = (
        _products(asks, answers)
        + _weighed(asked.pairs, heads["pair"])
        + heads["answer_kind"].T[asked.mentions.kind][None]
    )
    logits = np.where(asked.fits()[None], logits + asked.rule_answers * heads["rule_answer"], -np.inf)
    sought = (quantity @ heads["sought.weight"].T + heads["sought.bias"]).reshape(-1, 2, WIDTH)
    stretch = slice(asked.start, asked.start + asked.word_pairs.shape[1])
    offered = (states[stretch] @ heads["offered.weight"].T + heads["offered.bias"]).reshape(-1, 2, WIDTH)
    bounds = (
        _products(sought, offered)
        + _weighed(asked.word_pairs, heads["word_pair"])
        + asked.rule_measure * heads["rule_measure"]
    )
    bounds = bounds + metric_odds(tags[stretch]) * heads["metric_odds"]
    return Logits(*(np.asarray(part, np.float32) for part in (claim, logits, nothing, bounds, worded)))


def _products(asking: NDArray[np.floating], asked: NDArray[np.floating]) -> Floats:
    """The scaled products of vectors (Q, columns, ``WIDTH``) and (others, columns, ``WIDTH``), by column: (Q, others, columns)."""
    products = asking.transpose(1, 0, 2) @ asked.transpose(1, 2, 0)
    return np.asarray(products.transpose(1, 2, 0) / WIDTH**0.5, np.float32)


def _weighed(pairs: Floats, weights: Floats) -> Floats:
    """Pairs (Q, others, features) by weights (columns, features); as one product of matrices, which takes less time."""
    return (pairs.reshape(-1, pairs.shape[-1]) @ weights.T).reshape(*pairs.shape[:-1], len(weights))


def judge_results(text: str, found: Notes, network: Network, catalog: Catalog, uses: Sequence[Use]) -> list[Claimed]:
    """The results of a document, from the floor of scores on, in the order of the text.

    ``uses`` are the devices in use: where one alone is of the class that a result names, the result was had on it.
    """
    if not found.quantities:
        return []
    every = mentions_of(found.words, found.entities)
    claimed = found.proposed_claims.results
    starts = [quantity.start for quantity in found.quantities]
    claim_starts = [claim.quantity.start for claim in claimed]
    labels = {end: number for number, entity in enumerate(found.entities) for _, end in entity.spans}
    devices = _devices(text, found.words, every)
    results: list[Claimed] = []
    for start, behind in stretches(found.words):
        bounds = found.words.starts[start], found.words.ends[behind - 1]
        own = found.quantities[slice(*(bisect_left(starts, bound) for bound in bounds))]
        if own:
            near = ((every.first >= start) & (every.first < behind)) | (every.first < found.words.title)
            mentions = Mentions(*(column[near] for column in every))
            claims = claimed[slice(*(bisect_left(claim_starts, bound) for bound in bounds))]
            asked = questions(found.words, own, claims, found.proposed, mentions, (start, behind))
            results += _judge(text, found, network, catalog, asked, labels, devices)
    named = on_named_devices(text, results, uses, found.entities, catalog)
    return list(on_own_device(named, uses, found.entities))


class _Devices(NamedTuple):
    """Where a text names devices."""

    named: dict[int, set[int]]
    """The devices that a sentence names outside measures: *GPU* in *GPU hours* is inside."""
    measured: dict[int, set[int]]
    """The devices that stand inside measures alone, by device, with these measures: no other result is had on them."""
    measuring: dict[int, set[int]]
    """The same by measure."""
    rivals: dict[int, set[int]]
    """The devices that a sentence with others names only behind *over* or *than*: no result was had on them."""


def _devices(text: str, words: Words, mentions: Mentions) -> _Devices:
    kinds, entities = mentions.kind.tolist(), mentions.entity.tolist()
    places = list(zip(kinds, entities, mentions.first.tolist(), mentions.last.tolist(), strict=True))
    measures = {word: own for kind, own, first, last in places if kind == _METRIC for word in range(first, last + 1)}
    named: dict[int, set[int]] = defaultdict(set)
    standing: dict[int, set[int]] = defaultdict(set)
    measured: dict[int, set[int]] = defaultdict(set)
    outside = set()
    for kind, device, first, _ in places:
        if kind == _HARDWARE and first in measures:
            measured[device].add(measures[first])
        elif kind == _HARDWARE:
            outside.add(device)
            named[words.sentences[first]].add(device)
            if not is_over(text, words.starts[first]):
                standing[words.sentences[first]].add(device)
    alone = {device: own for device, own in measured.items() if device not in outside}
    measuring: dict[int, set[int]] = defaultdict(set)
    for device, own in alone.items():
        for measure in own:
            measuring[measure].add(device)
    rivals = {sentence: own - standing[sentence] for sentence, own in named.items() if len(own) > 1}
    return _Devices(named, alone, measuring, rivals)


def _judge(
    text: str,
    found: Notes,
    network: Network,
    catalog: Catalog,
    asked: Questions,
    labels: Mapping[int, int],
    devices: _Devices,
) -> Iterator[Claimed]:
    """The results of a stretch; ``labels`` has entities by the ends of their mentions, ``devices`` stand in the whole text."""
    heads = network.heads
    logits = result_logits(heads, found.reading.states, found.features, found.reading.tags, asked)
    measures = list(_measures(text, found, heads["measure_length"], catalog, asked, logits))
    chances = sigmoid(logits.claim) * np.array([certainty for _, certainty in measures], np.float32)
    weighed = claim_rows(found, asked.quantities, logits.claim, chances, [measure for measure, _ in measures])
    found.claim_rows |= {quantity.start: row for quantity, row in zip(asked.quantities, weighed, strict=True)}
    if RESULT in network.trees:
        chances = np.where(chances < FLOOR, 0, sigmoid(network.trees[RESULT].log_odds(weighed)))
    scores = [calibrated_score(float(chance), heads["result.calibration"]) for chance in chances]
    scores = alike(text, asked.quantities, scores)
    rows = [row for row, score in enumerate(scores) if score >= FLOOR]
    sentences = [found.words.sentences[asked.first[row]] for row in rows]
    near = [devices.named.get(sentence, set()) for sentence in sentences]
    same = [
        own == before and len(names) < 2 for own, before, names in zip(sentences, [-1, *sentences], near, strict=False)
    ]
    given = without_rivals(text, found.words, logits.answers, asked.quantities, asked.mentions)
    answers = most_probable_answers(given[rows], asked.mentions.entity, logits.nothing[rows], same)
    listed = _in_order(text, found, asked, rows, sentences)
    for row, names, chosen, told in zip(rows, near, answers, listed, strict=True):
        quantity, measure = asked.quantities[row], told.pop("metric", measures[row][0])
        baseline = chosen["baseline"]
        if baseline is not None and is_of_another(text, quantity, found.entities[baseline], labels):
            chosen["baseline"] = None
        chosen |= told
        if chosen["subject"] == chosen["baseline"]:  # a list may name what was taken for the subject
            chosen["subject"] = None
        if chosen["hardware"] in devices.measured and measure not in devices.measured[chosen["hardware"]]:
            chosen["hardware"] = None
        if chosen["hardware"] is None:
            held = devices.measuring.get(measure, set()) if isinstance(measure, int) else set()
            chosen["hardware"] = device_within(quantity, found.entities, names | held)
        chosen["hardware"] = beside(names, devices.rivals.get(found.words.sentences[asked.first[row]], set()), chosen)
        span = sentence_of(found.sentences, quantity.start)
        for relation in ("baseline", "dataset", "hardware"):
            picked = chosen[relation]
            if picked is not None and found.entities[picked].start >= span[1]:
                chosen[relation] = None  # named further on; annotated 49 times of 211 in ``training/arxiv.jsonl``
        chosen |= labelled(text, quantity, labels, found.entities, chosen["baseline"]) | told
        yield Claimed(metric=measure, quantity=quantity, span=span, score=scores[row], **chosen)


def _in_order(
    text: str, found: Notes, asked: Questions, rows: Sequence[int], sentences: Sequence[int]
) -> Iterator[dict[str, int]]:
    """What lists tell of the quantities of ``rows``, which stand in ``sentences``."""
    words, mentions = found.words, asked.mentions
    standing: dict[int, list[Place]] = defaultdict(list)
    for entity, first, last in zip(*(column.tolist() for column in mentions[:3]), strict=True):
        standing[words.sentences[first]].append(Place(words.starts[first], words.ends[last], entity))
    for sentence, group in groupby(zip(sentences, rows, strict=True), key=lambda pair: pair[0]):
        quantities = [asked.quantities[row] for _, row in group]
        span = sentence_of(found.sentences, quantities[0].start)
        yield from in_order(text, span, quantities, sorted(standing[sentence]), found.entities)


def _measures(
    text: str, found: Notes, lengths: Floats, catalog: Catalog, asked: Questions, logits: Logits
) -> Iterator[tuple[int | str, float]]:
    """What each quantity measures, an entity's number or words, and how probable the network holds that."""
    metrics: dict[int, tuple[int, int]] = {}
    standing: dict[int, int] = {}
    for entity, first, last, kind in zip(*(column.tolist() for column in asked.mentions), strict=True):
        standing.update(dict.fromkeys(range(first, last + 1), entity))
        if kind == _METRIC:
            metrics[first] = last, entity
    by_name = {found.entities[entity].name: entity for _, entity in metrics.values()}

    def fitting(row: int, start: int, at: int, more: int) -> int | str | None:
        """What the words of a span name, if the unit is not of something else."""
        measure = named(row, start, at, more)
        if asked.quantities[row].unit in BARE:
            return measure
        name = measure if isinstance(measure, str) else found.entities[measure].name
        entry = catalog.find(Kind.METRIC, name)
        measured_in = catalog.unit(entry) if entry else ""
        return None if contradicts(name, asked.quantities[row].unit, measured_in) else measure

    def named(row: int, start: int, at: int, more: int) -> int | str:
        """The metric in a span of words, of several the one that the rules chose; else what its own words name.

        Words that are no known measure by themselves, or are of a known one (*Model* | *FLOPs utilization*), stand for the
        metric that they are a part of.
        """
        first, last = start + at, start + at + more
        inside = [word for word in range(first, last + 1) if word in metrics and metrics[word][0] <= last]
        if not inside:
            measure = text[slice(*found.words.span(first, last + 1))].lower()
            whole = standing.get(first)
            if whole is None or whole != standing.get(last) or found.entities[whole].type is not Kind.METRIC:
                return measure
            known = catalog.find(Kind.METRIC, measure) and not catalog.find(Kind.METRIC, found.entities[whole].name)
            return measure if known else whole
        chosen = [word for word in inside if asked.rule_measure[row, word - asked.start, 0]]
        _, entity = metrics[(chosen or inside)[-1]]
        return entity

    def outright(quantity: Quantity, behind: int, metric: int | str) -> int | str:
        """The measure that the wording gives whatever the network makes of it; ``behind`` is the word after the number."""
        name = unit_name(text, quantity)
        there = standing.get(behind)
        kind = None if there is None else found.entities[there].type
        if name and there is not None and kind is Kind.METRIC:
            return there
        # Behind a share or a factor stands what it is of, 65% MMLU; behind millimetres what they measure.
        if name and (kind is None or (kind in _MISTAKEN and quantity.unit not in BARE)) and name not in GENERIC:
            return name
        metric = in_full(metric, text, quantity) if isinstance(metric, str) else metric
        told = metric if isinstance(metric, str) else found.entities[metric].name
        saved = what_is_saved(told)
        return metric if saved == told else by_name.get(saved, saved)

    metric: int | str = ""
    for row, quantity in enumerate(asked.quantities):
        start, behind = asked.reach[row].tolist()
        bounds = logits.bounds[row, start - asked.start : behind - asked.start]
        spans = measure_logits(bounds, lengths, int(asked.first[row]) - start)
        best, certainty = most_probable(spans, logits.worded[row], partial(fitting, row, start), quantity.unit)
        if not (row and continues(text, asked.quantities[row - 1], quantity)):
            metric = outright(quantity, int(asked.last[row]) + 1, best)
        yield metric, certainty
