"""Facts and things that a person adds to a record, certain, each with the words of the paper that say so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from kg.corrections.forms import Add
from kg.read.clean import clean_title
from kg.read.records import occurrences
from kg.records import Claim, Entity, EntityType, Extraction, Fact, Paper, Result, Role, RunsOn, Size, Span

Meant = Callable[[Extraction, str, EntityType | None], set[str]]
"""The ids of the entities of a record that a name of a type means."""


def evidence_in(addition: Add, paper: Paper) -> Span | None:
    """Where the evidence of an addition stands in its paper; a line break in the paper is as good as a space."""
    start = clean_title(paper.text).find(addition.evidence)
    return (start, start + len(addition.evidence)) if start >= 0 else None


def added(record: Extraction, addition: Add, span: Span, meant: Meant) -> Extraction:
    """The record with an added fact and the things that it names, all certain; ``span`` is the evidence's."""
    record, ids = _things(record, addition, span, meant)
    thing, made = ids.get("thing", ""), {"score": 1.0, "span": span, "corrections": (addition.key,)}
    match addition.role:
        case "mentions":
            return record
        case "runs_on":
            use = RunsOn.model_validate({"hardware": thing, "count": addition.count, **made})
            return record.model_copy(update={"runs_on": (*record.runs_on, use)})
        case "parameters":
            size = Size.model_validate({"entity": thing, "parameters": addition.value, **made})
            return record.model_copy(update={"sizes": (*record.sizes, size)})
        case "result":
            result = Result.model_validate(
                {
                    "subject": ids.get("thing"),
                    "metric": ids.get("metric", addition.metric),
                    "value": addition.value,
                    "unit": addition.unit or "",
                    "bound": addition.bound or "=",
                    **{part: ids.get(part) for part in ("baseline", "dataset", "hardware")},
                    "evidence": addition.evidence,
                    **made,
                }
            )
            return record.model_copy(update={"results": (*record.results, result)})
        case role:
            fact = Fact.model_validate({"role": Role(role), "entity": thing, **made})
            return record.model_copy(update={"facts": (*record.facts, fact)})


def _things(record: Extraction, addition: Add, span: Span, meant: Meant) -> tuple[Extraction, dict[str, str]]:
    """The record with the things of an addition, and their ids by their part in the fact."""
    ids: dict[str, str] = {}
    for part, type, name in _named(addition):
        found = meant(record, name, None if part == "baseline" else type)
        known = next((entity.id for entity in record.entities if entity.id in found), None)
        if known is None and part != "metric":  # a metric may be words that name no entity
            known = next(id for n in count(1) if (id := f"added{n}") not in {entity.id for entity in record.entities})
            spans = _places(record, name, span)
            made = Entity(id=known, type=type, name=name, mentions=(name,), spans=spans, score=1.0)
            record = record.model_copy(update={"entities": (*record.entities, made)})
        if known is not None:
            ids[part] = known

    def certain(claim: Claim) -> Claim:
        if isinstance(claim, Entity) and claim.id in ids.values():
            made_by = tuple(dict.fromkeys((*claim.corrections, addition.key)))
            return claim.model_copy(update={"score": 1.0, "corrections": made_by})
        return claim

    return record.each(certain), ids


def _named(addition: Add) -> list[tuple[str, EntityType, str]]:
    """The things that an addition names; a baseline that the paper does not name is of the thing's type."""
    kind = addition.kind or EntityType.METHOD
    named = [
        ("thing", kind, addition.thing),
        ("metric", EntityType.METRIC, addition.metric),
        ("baseline", kind, addition.baseline),
        ("dataset", EntityType.DATASET, addition.dataset),
        ("hardware", EntityType.HARDWARE, addition.hardware),
    ]
    return [(part, type, name) for part, type, name in named if name is not None]


def _places(record: Extraction, name: str, evidence: Span) -> tuple[Span, ...]:
    """Where the paper has a name, the evidence first; the evidence itself where it has it in other words."""
    text = record.paper.text if record.paper else ""
    found = list(occurrences(text, name))
    inside = [(start, end) for start, end in found if evidence[0] <= start and end <= evidence[1]]
    return (*inside, *(place for place in found if place not in inside)) or (evidence,)
