"""What completes a result: its subject, baseline, data set and hardware, by the network, the wording and other results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from kg.catalog import Catalog
from kg.extract.candidates import Claimed, Found, Use
from kg.extract.heads import Floats, Indices
from kg.extract.quantities import Quantity
from kg.extract.role_head import device_class
from kg.records import EntityType as Kind
from kg.records import Span

RELATIONS: tuple[str, ...] = ("subject", "baseline", "dataset", "hardware")
ANSWERS: dict[str, frozenset[Kind]] = {
    "subject": frozenset({Kind.MODEL, Kind.METHOD, Kind.SYSTEM, Kind.DATASET, Kind.HARDWARE}),
    "baseline": frozenset({Kind.MODEL, Kind.METHOD, Kind.SYSTEM, Kind.HARDWARE}),
    "dataset": frozenset({Kind.DATASET}),
    "hardware": frozenset({Kind.HARDWARE}),
}
"""The types of the entities that may complete a claim."""

_LABELS = re.compile(r"(?:\s?\((?:up to )?[+~]?|:\s)$")
_LABEL_LENGTH = 12
"""Characters."""
_LABELLED = {
    Kind.MODEL: "subject",
    Kind.METHOD: "subject",
    Kind.SYSTEM: "subject",
    Kind.DATASET: "dataset",
    Kind.HARDWARE: "hardware",
}
"""What a name in front of a bracket or colon with a number is to the result."""
_UNLIKE = (2.0, 3.0)
"""What it costs, in log odds, that results of one sentence have different hardware: one of them none, both another."""


def most_probable_answers(
    answers: Floats, entities: Indices, nothing: Floats, sentences: Sequence[int]
) -> list[dict[str, int | None]]:
    """The most probable answers of successive results (R), by relation: entities' numbers, or None.

    ``answers`` (R, M, relations) are logits of the mentions of ``entities`` (M), which are in order; ``nothing``
    (R, relations) those of no answer; ``sentences`` the sentence of each result. Results of one sentence tend to be had
    on one device; the sequence of devices is decoded by Viterbi.
    """
    chosen: list[dict[str, int | None]] = [{} for _ in sentences]
    firsts = np.flatnonzero(np.diff(entities, prepend=-1))
    columns: list[int | None] = [None, *entities[firsts].tolist()]
    for column, relation in enumerate(RELATIONS):
        odds = _odds(answers[:, :, column], firsts, nothing[:, column])
        best = _alike(odds, sentences) if relation == "hardware" else odds.argmax(axis=1).tolist()
        for result, place in zip(chosen, best, strict=True):
            result[relation] = columns[place]
    return chosen


def _odds(answers: Floats, firsts: Indices, nothing: Floats) -> Floats:
    """The log probabilities (R, 1 + entities) of none and of each entity, the sum of its mentions from ``firsts`` on."""
    top = np.maximum(answers.max(axis=1, initial=-np.inf), nothing)[:, None]
    powers, none = np.exp(answers - top), np.exp(nothing[:, None] - top)
    each = np.add.reduceat(powers, firsts, axis=1) if len(firsts) else powers
    total = np.concatenate([none, each], axis=1)
    return np.asarray(np.log(total / total.sum(axis=1, keepdims=True) + 1e-12), np.float32)


def _alike(odds: Floats, sentences: Sequence[int]) -> list[int]:
    """The most probable columns of ``odds``, where one unlike that in front, in the same sentence, costs ``_UNLIKE``."""
    count = odds.shape[1]
    unlike = np.full((count, count), _UNLIKE[1], np.float32)
    unlike[0, :] = unlike[:, 0] = _UNLIKE[0]
    np.fill_diagonal(unlike, 0)
    steps: list[Indices] = []
    best = np.zeros(count, np.float32)
    for row, own, before in zip(odds, sentences, [-1, *sentences], strict=False):
        ways = best[:, None] - unlike * (own == before)
        steps.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + row
    at = int(best.argmax())
    path = []
    for step in reversed(steps):
        path.append(at)
        at = int(step[at])
    return path[::-1]


def labelled(
    text: str, quantity: Quantity, labels: Mapping[int, int], entities: Sequence[Found]
) -> dict[str, int | None]:
    """What a name says of the number in the bracket or behind the colon after it: *PlumBench (57.4%)*, *PlumNet: 31%*.

    ``labels`` has entities by where their mentions end.
    """
    before = _LABELS.search(text, max(0, quantity.start - _LABEL_LENGTH), quantity.start)
    label = labels.get(before.start()) if before else None
    relation = _LABELLED.get(entities[label].type) if label is not None else None
    return {relation: label} if relation else {}


def beside(entities: Sequence[Found], span: Span, chosen: Mapping[str, int | None]) -> int | None:
    """The hardware of a result: the only device that its own sentence names goes before one of another sentence."""
    picked = chosen["hardware"]
    if picked is None:
        return None
    near = {
        number
        for number, entity in enumerate(entities)
        if entity.type is Kind.HARDWARE and any(span[0] <= start < span[1] for start, _ in entity.spans)
    }
    near -= {chosen["baseline"]}
    return near.pop() if picked not in near and len(near) == 1 else picked


def on_named_devices(
    results: Iterable[Claimed], uses: Iterable[Use], entities: Sequence[Found], catalog: Catalog
) -> Iterator[Claimed]:
    """The results, each that names a class of devices on the one device in use that is of it: *per GPU*, on A100s."""
    named: dict[str, set[int]] = {}
    for use in uses:
        named.setdefault(device_class(entities[use.entity].name, catalog), set()).add(use.entity)
    for result in results:
        if result.hardware is None:
            yield result
            continue
        devices = named.get(entities[result.hardware].name, set()) - {result.baseline}
        yield result._replace(hardware=min(devices)) if len(devices) == 1 else result
