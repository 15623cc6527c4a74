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
_NUMBER = r"(?<!\d)(?>\d{1,3}(?:,\d{3}){1,5}|\d{1,15}(?:\.\d{1,9})?)"
_SCALE = r"(?:[\s-]?(?:[BMTK]\b|billion|million|trillion|thousand))"
_SCALED = re.compile(rf"({_NUMBER})({_SCALE})?")
_TO = r"\s?(?:to|-|–|and|or|&|/)\s?"
_NEXT = rf"(?:,\s?(?:and,?\s|or\s)?|{_TO})"
_SIZES = rf"(?<![\w.-])(?:{_NUMBER}{_SCALE}{_NEXT}){{0,9}}(?:{_NUMBER}{_TO})?{_NUMBER}{_SCALE}?"
"""One size or more; of those without a scale of their own only *7 to 13 billion*."""
_LARGE = rf"(?<![\w.-]){_NUMBER}\s?B(?:{_NEXT}{_NUMBER}\s?[BM]){{0,9}}\b"
_PARAMETERS = re.compile(
    rf"(?P<told>{_SIZES})[\s-]+"
    r"(?P<kind>(?:total|trainable|activated|active|learnable|tunable|additional|model)\s)?[Pp]aram(?:eter)?s?\b"
    rf"|(?P<total>{_LARGE})\s(?:in )?total\b(?=,?\s(?:and|with|of which)\s[^.;,]{{1,30}}?\bactiv)"
    rf"|parameters? (?:ranging |scaling )?(?:from|of|between)\s(?P<ranging>{_SIZES})"
    rf"|(?P<offered>{_LARGE})\s(?:model\s)?(?:sizes|variants|versions)\b"
    rf"|\b(?:models?|[ML]*LMs?)\s(?:of|with|in|at)\s(?:\w+\s)?sizes?\s(?:of\s|from\s)?(?P<sized>{_LARGE})(?! tokens)"
)
_BRACKETED = re.compile(
    rf"\s?\((?:(?P<told>{_SIZES})\s(?:parameters?|params?)"
    rf"|(?P<bare>{_NUMBER}\s?(?:[BM]\b|[bm]illion)(?:{_NEXT}{_NUMBER}\s?(?:[BM]\b|[bm]illion)){{0,9}}))\)"
)
"""Behind the name of a model, its sizes: *LLaMA-2 (7B and 70B)*."""
_LEADING = re.compile(rf"(?P<told>{_LARGE})[ \u00a0]\Z")
"""In front of it: *the 540B PaLM*."""
_LONGEST_LEADING = 40
"""Characters."""
_LIKENED = re.compile(r"[\s-](?:styles?|levels?|like|class|scale)\b")
"""Behind the name of a model that only tells what another is like: *a 530B GPT-3 style model*."""
_OTHERS = re.compile(r"\b(?:with (?:only|just|merely)|but with)\s?\Z", re.I)
"""In front of a size that sets a model apart from those named before: *as good as PlumLM, with only 7B parameters*."""
_RIVALS = re.compile(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat\w*|match\w*|rival\w*|than|among|over|against|compar\w+ (?:to|with)) "
    r"(?:[\w-]+ ){0,4}?(?:models?|[ML]*LMs?|networks|systems|baselines|counterparts|competitors|ones) (?:with|of|having) "
    r"(?:(?!only |just |merely )[a-z]+ |\$?\\?leq\s?|[<>≤≥]\s?){0,2}\Z",
    re.I,
)
"""In front of a size that other models have: *outperforms models with 7B parameters*."""
_ACTIVE = re.compile(r"\b(?:activat\w+|active|of which) (?:only |just |about |roughly |around )?\Z", re.I)
"""In front of a size that is used at a time."""
_PARTS = r"(?:encoder|decoder|adapter|projector|connector|tokenizer|module|head|drafter|verifier)s?"
_OF_PART = re.compile(rf"[\s-](?:(?!with|using|in |of |and |for )[\w-]+ ){{0,2}}?{_PARTS}(?![\w-]| only)")
_HAS = re.compile(
    r"\b(?:with|and|plus|has|have|us\w+|contain\w*|featur\w+|combin\w+|compris\w+|includ\w+|its)\s(?:(?:an?|the)\s)?\Z"
)
_PART_WITH = re.compile(
    rf"\b(?:{_PARTS}|(?:features?|combines|comprises|includes|uses|contains) an? (?:[\w-]+ )?(?:language model|LLM)"
    r"|(?:equipped|paired|coupled|combined|augmented|assisted|guided) (?:with|by) an? (?:[\w-]+ ){0,2}?(?:model|LLM))"
    r" (?:with|of|consisting of|that has) (?:(?:merely|only|just) )?\Z"
)
"""Around a size that a part of a model has: *a 300M-parameter vision encoder*."""
_IS_A = re.compile(r"\s(?:is|was) (?:an?|the) (?:[\w-]+ ){0,4}")
"""Between a model and what kind of model it is: *PlumLM is a Mamba model with 130M parameters*."""
_ORIGIN = re.compile(
    r"\b(?:fine-?tuned|initiali[sz]ed|distilled|derived|built|based|adapted) (?:from|on|upon|with) (?:the )?\Z", re.I
)
"""In front of what a model was made from."""
_ITS = re.compile(r"\b(?:its|their) (?:[\w-]+ ){0,2}\Z")
_SIZE = re.compile(r" size\b")
"""Around a size that is of something named before: *despite its compact 3B-parameter size*."""
_WORDS_BEFORE = 90
"""Characters in front of a size or name in which such words stand."""
_SMALLEST = 10_000
"""Parameters; fewer are hardly meant."""
_PARTIAL = {"trainable", "activated", "active", "learnable", "tunable", "additional"}
_REACH = 400
"""Characters to either side of a size in which its model may stand."""
_IN_NAMES, _IN_SENTENCES = 0.98, 0.73
"""The scores of sizes: 123 of 125 that names tell are right in the annotated papers of ``benchmarks/extraction.md``, 27 of 37 others."""
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
                    yield ModelSize(i, size, (start, end), _IN_NAMES)
                    break
    models = sorted(
        (span, i)
        for i, e in enumerate(entities)
        if e.type is EntityType.MODEL and e.name not in _ARCHITECTURES and not e.name.islower()
        for span in e.spans
        if not _LIKENED.match(text, span[1])
    )
    for (start, end), i in models:
        bracket = _BRACKETED.match(text, end)
        if bracket:
            yield from _new(seen, i, bracket)
        leading = _LEADING.search(text, max(0, start - _LONGEST_LEADING), start)
        if leading:
            yield from _new(seen, i, leading)
    own = [i for i, e in enumerate(entities) if e.presented and e.type is EntityType.MODEL]
    for match in _PARAMETERS.finditer(text):
        if (match.group("kind") or "").strip() in _PARTIAL or _of_others(text, match.span()):
            continue
        contrasted = _OTHERS.search(text, max(0, match.start() - 20), match.start()) is not None
        owner = _owner(text, match.span(), entities, models, contrasted)
        if owner is None and len(own) == 1:
            owner = own[0]
        if owner is not None:
            yield from _new(seen, owner, match)


def _of_others(text: str, span: Span) -> bool:
    """Whether a size is of rivals, of a part of a model, or of what is active at a time.

    >>> texts = "It beats models with 7B parameters", "with a 7B-parameter vision encoder", "and activates 7B parameters", "a 7B-parameter model"
    >>> [_of_others(text, (text.index("7B"), text.index("param") + 9)) for text in texts]
    [True, True, True, False]
    """
    before = max(0, span[0] - _WORDS_BEFORE)
    return any(wording.search(text, before, span[0]) for wording in (_RIVALS, _ACTIVE, _PART_WITH)) or bool(
        _HAS.search(text, before, span[0]) and _OF_PART.match(text, span[1])
    )


def _new(seen: set[tuple[int, int]], owner: int, match: re.Match[str]) -> Iterator[ModelSize]:
    """The sizes of a match that its model is not known to have, noted in ``seen``."""
    told = next(part for name, part in match.groupdict().items() if part and name != "kind")
    for size in _numbers(told):
        if size >= _SMALLEST and (owner, size) not in seen:
            seen.add((owner, size))
            yield ModelSize(owner, size, match.span(), _IN_SENTENCES)


def _numbers(told: str) -> list[int]:
    """The parameters of each size of a list; *7 or 13 billion* are both billions."""
    scale = 1.0
    numbers = []
    for number, magnitude in reversed(_SCALED.findall(told)):
        scale = _scale(magnitude) or scale
        numbers.append(round(float(number.replace(",", "")) * scale))
    return numbers[::-1]


def _scale(word: str) -> float | None:
    return _MAGNITUDE[word.strip(" -").lower()] if word else None


def _owner(
    text: str, span: Span, entities: list[Found], models: list[tuple[Span, int]], contrasted: bool
) -> int | None:
    """The model nearest to a size in its sentence, of ``models`` by place.

    If ``contrasted``, none in front but the paper's own or the first of the sentence.
    """
    left, right = max(0, span[0] - _REACH), span[1] + _REACH
    begin = max(left, text.rfind(". ", left, span[0]) + 1, text.rfind("\n", left, span[0]) + 1)
    end = text.find(". ", span[1], right)
    end = right if end < 0 else end
    best: tuple[int, int] | None = None
    own_size = _SIZE.match(text, span[1]) and _ITS.search(text, begin, span[0])
    near = models[bisect_left(models, ((begin, 0), 0)) : bisect_left(models, ((end, 0), 0))]
    for number, ((start, stop), i) in enumerate(near):
        leads = not text[begin:start].strip()
        if contrasted and stop <= span[0] and not entities[i].presented and not leads:
            continue
        said = text[max(begin, start - _WORDS_BEFORE) : start]
        if start > span[0] and (own_size or _ORIGIN.search(said)):
            continue
        if number and _IS_A.fullmatch(text, near[number - 1][0][1], start):
            continue
        distance = span[0] - stop if stop <= span[0] else start - span[1] + 15
        if entities[i].presented:
            distance -= 80
        best = min(best or (distance, i), (distance, i))
    return best[1] if best is not None and best[0] < 150 else None
