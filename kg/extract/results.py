"""Results: which quantity measures what, of what, against what, on which data and hardware."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from kg.extract.candidates import Claimed, Found
from kg.extract.quantities import Quantity
from kg.extract.roles import sentence_of
from kg.records import EntityType, Span

_NAMES = (EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM)
LINKED = re.compile(
    r"\s*(?:,|,?\s?and|,?\s?or|/|;|,?\s?to|,?\s?versus|,?\s?vs\.?)\s*(?:up to |over |about |around |roughly |a |an )?",
    re.I,
)
"""What stands between the quantities of a list."""
_BREAK = re.compile(
    r"[;:]|\b(?:while|whereas|but|respectively)\b|, (?:with|and|which|while|resulting|leading|achieving|requiring)\b"
)

# Words that name a measure where no metric entity stands near: (unit, words around, metric).
_WORDED: list[tuple[str, str, str]] = [
    ("x", r"less memory|memory (?:reduction|saving|requirement)|smaller memory|reduc\w+ (?:the )?memory", "memory footprint"),
    ("x", r"fewer|less (?:data|tokens)|cost", "cost"),
    ("x|%", r"speed-?\s?ups?|faster|speed(?:s|ing)? up|accelerat\w+|slower|speed\b|performance", "speedup"),
    ("x", r"smaller|compress\w+", "compression ratio"),
    ("x", r"energy", "energy efficiency"),
    ("%", r"memory", "memory footprint"),
    ("%", r"energy", "energy consumption"),
    ("%", r"train\w+ time", "training time"),
    ("%|points", r"accura\w+|correct\w*|answer\w*|zero-shot|top-1|solv\w+", "accuracy"),
    ("%|points", r"scores?\b", "score"),
    ("%", r"resolv\w+", "issues solved"),
    ("%|points|x", r"improv\w+|gain\w*|outperform\w*|better|surpass\w*|increas\w+|boost\w*|exceed\w*|degrad\w+|drop\w*|higher", "performance"),
    ("%|points", r"achiev\w+|reach\w*|attain\w*|obtain\w*|get\w*|score\w*", "accuracy"),
    ("hours|days|minutes|weeks", r"GPU|TPU|A100|H100|H800|V100", "GPU hours"),
    ("hours|days|minutes|weeks", r"train\w*|pre-?train\w*|fine-?tun\w+|learn\w*|tun\w+", "training time"),
    ("GB|MB|KB", r"memory|RAM|VRAM|footprint|requir\w+", "memory footprint"),
    ("GB|MB|KB|TB", r"model|size|compress\w+", "model size"),
    ("ms|us|ns|s|s/token", r"latenc\w+|per\b|inference|second\w*|within|only|just", "latency"),
    ("FPS", r"", "FPS"),
    ("TFLOPS|PFLOPS|GFLOPS", r"", "throughput"),
    ("tokens/s|req/s|images/s|TOPS|GOPS", r"", "throughput"),
    ("TOPS/W|GOPS/W", r"", "energy efficiency"),
    ("mW|W|kW|MW", r"", "power"),
    (r"mm\^2", r"", "area"),
    ("mJ|nJ|uJ|pJ|J|kWh", r"", "energy consumption"),
    ("USD", r"cost\w*|train\w*|budget|less than|spend\w*|only", "training cost"),
]  # fmt: skip
_WORDED_PATTERNS = [
    (re.compile(rf"(?:{unit})\Z"), re.compile(rf"\b(?:{words})" if words else "", re.I), metric)
    for unit, words, metric in _WORDED
]
_SHARE = re.compile(
    r"\s*(?:of|the)\s(?:(?:the|its|their|our|all|total|available|original|full|training|pre-?training|model|entire|whole)\s)*"
    r"(?:data(?:set)?|tokens|parameters|samples|weights|examples|queries|cases|users|layers|experts|time|cases|papers|models|people|languages|humans?)\b",
    re.I,
)
_NO_RESULT_AFTER = re.compile(
    r"\s*(?:larger|bigger|longer|more (?:parameters|data|tokens|layers|experts)|sparsity|sparse|downsampl|upsampl|super-resolution|zoom|of all|confidence|as (?:many|large|long)|resolution|"
    r"noise|CPU cores|probability)\b",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:over|than|compar\w+ (?:to|with|against)|relative to|versus|vs\.?|against|outperform\w*|surpass\w*|exceed\w*|beat\w*|of)\s(?:[\w'’-]+\s){0,5}$",
    re.I,
)
_RESOURCE = re.compile(r"[- ](?:memory|hours?|utilization|usage|kernels?|days|time)\b")
_ACTS = re.compile(
    r"(?:\s\([^)]*\))?,?\s(?:also |further |only |even |can |could |consistently |significantly |alone |model[s]? |methods? |framework )*"
    r"(?:achiev|improv|reduc|outperform|surpass|reach|attain|gets?\b|obtain|scor|accelerat|deliver|provid|gives?\b|increas|lower|"
    r"is\b|are\b|has\b|demonstrat|show|yield|enabl|exceed|boost|cuts?\b|sav|speeds?\b|runs?\b|needs?\b|requir|consum|gain|rais|lift|takes?\b)",
    re.I,
)
_OURS = re.compile(r"\b(?:we|our|ours|proposed|this (?:work|paper))\b", re.I)


class Place(NamedTuple):
    """One place of an entity in a sentence."""

    start: int
    end: int
    entity: int


def find_results(
    text: str, sentences: list[Span], quantities: list[Quantity], entities: list[Found]
) -> Iterator[Claimed]:
    """The claims of a paper in the order of its text, as the wording tells them."""
    named = _places(entities, sentences)
    for sentence, grouped in groupby(quantities, key=lambda q: sentence_of(sentences, q.start)):
        shifted = list(grouped)
        places = {kind: sorted(named.get((sentence, kind), ())) for kind in EntityType}
        places[EntityType.HARDWARE] = [p for p in places[EntityType.HARDWARE] if not _RESOURCE.match(text, p.end)]
        metrics = places[EntityType.METRIC]
        for run in _runs(text, shifted):
            wording = text[sentence[0] : sentence[1]]
            for quantity, metric in zip(run, _metrics(text, sentence, run, metrics, shifted), strict=True):
                if metric is None or not _claims(text, quantity, metric, wording):
                    continue
                yield Claimed(
                    _subject(text, sentence, quantity, places, entities),
                    metric,
                    quantity,
                    _baseline(text, sentence, quantity, places, shifted),
                    _nearest(places[EntityType.DATASET], quantity, behind_first=True),
                    _nearest(
                        [p for p in places[EntityType.HARDWARE] if not _against(text, p)], quantity, behind_first=False
                    ),
                    sentence,
                )


def _places(entities: list[Found], sentences: list[Span]) -> dict[tuple[Span, EntityType], list[Place]]:
    """The places of entities, by the sentence and type."""
    named: dict[tuple[Span, EntityType], list[Place]] = {}
    for i, entity in enumerate(entities):
        for start, end in entity.spans:
            named.setdefault((sentence_of(sentences, start), entity.type), []).append(Place(start, end, i))
    return named


def _runs(text: str, quantities: list[Quantity]) -> Iterator[list[Quantity]]:
    """Quantities joined by commas or *and* alone: *up to 3times, 2.4times and 1.6times*."""
    run: list[Quantity] = []
    for quantity in quantities:
        if run and not LINKED.fullmatch(text, run[-1].end, quantity.start):
            yield run
            run = []
        run.append(quantity)
    if run:
        yield run


def _metrics(
    text: str, sentence: Span, run: list[Quantity], metrics: list[Place], others: list[Quantity]
) -> list[int | str | None]:
    """The metric of each quantity in a run: one for all, or one each where as many metrics are joined too."""
    if len(run) > 1:
        for group in _joined(text, metrics):
            if (
                len(group) == len(run)
                and min(abs(group[-1].end - run[0].start), abs(group[0].start - run[-1].end)) < 60
            ):
                return [place.entity for place in group]
    chosen = _metric(text, sentence, run[0], run[-1], metrics, others)
    return [chosen] * len(run)


def _joined(text: str, metrics: list[Place]) -> Iterator[list[Place]]:
    group: list[Place] = []
    for place in metrics:
        if group and not re.fullmatch(r"\s?(?:,|and|,\s?and|or|/)\s?(?:the )?", text[group[-1].end : place.start]):
            if len(group) > 1:
                yield group
            group = []
        group.append(place)
    if len(group) > 1:
        yield group


def _metric(
    text: str, sentence: Span, first: Quantity, last: Quantity, metrics: list[Place], others: list[Quantity]
) -> int | str | None:
    """The metric entity that stands nearest, or the measure that the words around tell."""
    unit = last.unit
    close = 70 if unit else 25
    best: tuple[float, int] | None = None
    for place in metrics:
        between = text[last.end : place.start] if place.start >= last.end else text[place.end : first.start]
        behind = place.start >= last.end
        distance = float(len(between))
        if distance >= close:
            continue
        if any(
            (last.end <= q.start < place.start) if behind else (place.end <= q.start < first.start)
            for q in others
            if q.unit
        ):
            distance += 40
        distance += 30 * len(_BREAK.findall(between))
        if not behind:
            distance += (
                0
                if re.search(r"\b(?:by|of|to|is|at|from|reaching|only|was|up to|:|=|\()\W*(?:[\w-]+\s){0,3}$", between)
                else 25
            )
        if distance < close and (best is None or distance < best[0]):
            best = distance, place.entity
    near = _near(text, sentence, first, last, others)
    direct = re.match(r"\s?(?:[a-z-]+\s)?(speed-?ups?|faster|acceleration|slower)\b", text[last.end : last.end + 30])
    if direct and unit in {"x", "%"} and (best is None or best[0] > 25):
        return "speedup"
    if best is not None:
        return best[1]
    for units, words, metric in _WORDED_PATTERNS:
        if units.match(unit) and words.search(near):
            return metric
    return "speedup" if unit == "x" else None


def _near(text: str, sentence: Span, first: Quantity, last: Quantity, others: list[Quantity]) -> str:
    """The words around a run, up to the next quantities or clauses."""
    left = max([sentence[0], first.start - 90, *(q.end for q in others if q.end <= first.start and q.unit)])
    right = min([sentence[1], last.end + 70, *(q.start for q in others if q.start >= last.end and q.unit)])
    return text[left : first.start] + " | " + text[last.end : right]


def _claims(text: str, quantity: Quantity, metric: int | str, sentence: str) -> bool:
    """Whether a quantity is a result, not a size, a share of data or a setting."""
    after = text[quantity.end : quantity.end + 50]
    if quantity.unit == "":
        before = text[max(0, quantity.start - 40) : quantity.start]
        return (
            isinstance(metric, int)
            and bool(
                re.search(r"\b(?:of|is|was|to|reaching|score|=|:|by|from|than|achiev\w+)\s(?:[a-z]+\s){0,2}$", before)
            )
            and bool(re.match(r"\s?(?:\(|,|\.(?:\s|$)|and|on|for|to|with|in|over|compared|points?|vs)", after))
            and quantity.value < 1000
        )
    if _NO_RESULT_AFTER.match(after) or _SHARE.match(after):
        return False
    if quantity.unit in {"MHz", "GHz", "GB/s", "TB/s", "dB"} and isinstance(metric, str):
        return False
    return not re.search(
        r"(?:batch size|learning rate|temperature|top-p|k\s?=)\W*$",
        text[max(0, quantity.start - 20) : quantity.start],
        re.I,
    )


def _subject(
    text: str, sentence: Span, quantity: Quantity, places: dict[EntityType, list[Place]], entities: list[Found]
) -> int | None:
    """The thing that a result is of: the nearest name in front that is no baseline, else what the paper presents."""
    names = sorted(p for kind in (*_NAMES, EntityType.HARDWARE) for p in places[kind])
    acting = [p for p in names if p.end <= quantity.start and _ACTS.match(text, p.end) and not _against(text, p)]
    if acting:
        return max(acting).entity
    own = [p for p in names if entities[p.entity].presented and p.start < quantity.start]
    if own:
        return max(own).entity
    before = [
        p
        for p in names
        if entities[p.entity].type is not EntityType.HARDWARE and p.end <= quantity.start and not _against(text, p)
    ]
    if before and not _OURS.search(text[sentence[0] : quantity.start]) and before[0].start - sentence[0] < 40:
        return before[0].entity
    presented = [i for i, e in enumerate(entities) if e.presented and e.type in (*_NAMES, EntityType.HARDWARE)]
    return presented[0] if presented else None


def _against(text: str, place: Place) -> bool:
    return _AGAINST.search(text[max(0, place.start - 70) : place.start]) is not None


def _baseline(
    text: str, sentence: Span, quantity: Quantity, places: dict[EntityType, list[Place]], others: list[Quantity]
) -> int | None:
    names = sorted(p for kind in (*_NAMES, EntityType.HARDWARE) for p in places[kind])
    behind = [p for p in names if p.start >= quantity.end and _against(text, p)]
    if behind and behind[0].start - quantity.end < 110:
        return behind[0].entity
    front = [
        p
        for p in names
        if p.end <= quantity.start
        and re.search(
            r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat\w*|over|than|compared (?:to|with))\s(?:[\w'’-]+\s){0,4}$",
            text[max(0, p.start - 60) : p.start],
            re.I,
        )
    ]
    return front[-1].entity if front and quantity.start - front[-1].end < 60 else None


def _nearest(places: list[Place], quantity: Quantity, behind_first: bool) -> int | None:
    if not places:
        return None

    def distance(place: Place) -> int:
        behind = place.start >= quantity.end
        gap = place.start - quantity.end if behind else quantity.start - place.end
        return gap if behind or not behind_first else gap + 30

    return min(places, key=lambda p: (distance(p), p)).entity
