"""Model sizes: how many parameters the text, or the name itself, says that a model has."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from kg.extract.candidates import Found
from kg.records import EntityType, Span

_IN_NAME = re.compile(
    r"(?<![A-Za-z0-9.])(?:(?P<experts>\d+)[x×])?(?P<number>\d{1,12}(?:\.\d{1,9})?)\s?(?P<unit>[BMT]|b|m)(?![A-Za-z0-9])"
)
_N = r"(?<!\d)(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15}(?:\.\d{1,9})?)"
_MAG = r"(?:\s|-)?(?:[BMTK]\b|billion|million|trillion|thousand)"
_PARAMETERS = re.compile(
    rf"(?P<less>[<>]\s?)?(?P<a>{_N})(?P<mag1>{_MAG})?(?:\s?(?:to|-|–|and|or|/)\s?(?P<b>{_N})(?P<mag2>{_MAG}))?[\s-]+"
    r"(?P<kind>(?:total|trainable|activated|active|learnable|tunable|additional|model)\s)?[Pp]aram(?:eter)?s?\b"
    rf"|parameters? (?:ranging |scaling )?(?:from|of|between)\s(?P<c>{_N})(?P<mag3>{_MAG})?(?:\s?(?:to|-|–|and)\s?(?P<d>{_N})(?P<mag4>{_MAG}))?",
)
_BARE = re.compile(
    rf"(?<![\w.-])(?P<a>{_N})(?P<mag1>[BMT])(?:,\s|\s?-\s?|\sand\s|\sto\s)?(?=[^.]{{0,12}}\b(?:[Mm]odels?|LLMs?|MoE|variants?|versions?)\b)"
)
_REACH = 400
"""Characters to either side of a size in which its model may stand."""
_ARCHITECTURES = {"Transformer", "CNN", "RNN", "LSTM", "MLP", "GNN", "GPT", "LM", "LMs"}
_MAGNITUDE = {
    "b": 1e9,
    "m": 1e6,
    "t": 1e12,
    "k": 1e3,
    "billion": 1e9,
    "million": 1e6,
    "trillion": 1e12,
    "thousand": 1e3,
}


class ModelSize(NamedTuple):
    """A size of an entity, by its place in the list of entities, and where the text says it."""

    entity: int
    parameters: int
    span: Span
    score: float


def size_in_name(name: str) -> int | None:
    """The parameters that a model's name states.

    >>> size_in_name("LLaMA-7B"), size_in_name("Mixtral 8x7B"), size_in_name("GPT-4")
    (7000000000, None, None)
    """
    sizes = list(_IN_NAME.finditer(name))
    if not sizes or sizes[-1].group("experts"):
        return None
    return round(max(float(m.group("number")) * _MAGNITUDE[m.group("unit").lower()] for m in sizes))


def find_sizes(text: str, entities: list[Found]) -> Iterator[ModelSize]:
    """Sizes in names, then sizes in sentences, each given to the model that the sentence speaks of."""
    seen: set[tuple[int, int]] = set()
    for i, entity in enumerate(entities):
        if entity.type is EntityType.MODEL:
            for start, end in entity.spans:
                size = size_in_name(text[start:end])
                if size and (i, size) not in seen:
                    seen.add((i, size))
                    yield ModelSize(i, size, (start, end), 0.9)
                    break
    models = sorted(
        (span, i)
        for i, e in enumerate(entities)
        if e.type is EntityType.MODEL and e.name not in _ARCHITECTURES and not e.name.islower()
        for span in e.spans
    )
    own = [i for i, e in enumerate(entities) if e.presented and e.type is EntityType.MODEL]
    for match in _PARAMETERS.finditer(text):
        if match.group("kind") and match.group("kind").strip() in {
            "trainable",
            "activated",
            "active",
            "learnable",
            "tunable",
            "additional",
        }:
            continue
        owner = _owner(text, match.span(), entities, models)
        if owner is None and len(own) == 1:
            owner = own[0]
        if owner is None:
            continue
        for size in _numbers(match):
            if size >= 10_000 and (owner, size) not in seen:
                seen.add((owner, size))
                yield ModelSize(owner, size, match.span(), 0.6)


def _numbers(match: re.Match[str]) -> Iterator[int]:
    groups = match.groupdict()
    for low, high, mag_low, mag_high in (("a", "b", "mag1", "mag2"), ("c", "d", "mag3", "mag4")):
        if not groups[low]:
            continue
        scale_high = _scale(groups[mag_high])
        scale_low = _scale(groups[mag_low]) or scale_high or 1.0
        yield round(float(groups[low].replace(",", "")) * scale_low)
        if groups[high]:
            yield round(float(groups[high].replace(",", "")) * (scale_high or 1.0))


def _scale(word: str | None) -> float | None:
    return _MAGNITUDE[word.strip(" -").lower()] if word else None


def _owner(text: str, span: Span, entities: list[Found], models: list[tuple[Span, int]]) -> int | None:
    """The model nearest to a size in its sentence, of ``models`` by place."""
    left, right = max(0, span[0] - _REACH), span[1] + _REACH
    begin = max(left, text.rfind(". ", left, span[0]) + 1, text.rfind("\n", left, span[0]) + 1)
    end = text.find(". ", span[1], right)
    end = right if end < 0 else end
    best: tuple[int, int] | None = None
    for (start, stop), i in models[bisect_left(models, ((begin, 0), 0)) : bisect_left(models, ((end, 0), 0))]:
        distance = span[0] - stop if stop <= span[0] else start - span[1] + 15
        if entities[i].presented:
            distance -= 80
        best = min(best or (distance, i), (distance, i))
    return best[1] if best is not None and best[0] < 150 else None
