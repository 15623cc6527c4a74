"""What the catalogue says of metrics, tasks and data sets, and how the graph tells it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from kg.catalog import known
from kg.graph import BASE
from kg.graph.vocabulary import KG, SKOS
from kg.names import slug
from kg.query import rows
from kg.records import Entity, EntityType, Fact, Result, Role
from kg.units import normalized
from tests.written import PREFIXES, graph_of, record


def said(predicate: str) -> dict[str, list[str]]:
    """The objects of a predicate in the catalogue, by subject."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for quad in known().quads:
        if quad.predicate.value == predicate:
            found[quad.subject.value].append(quad.object.value)
    return found


def iri(type: EntityType, name: str) -> str:
    return f"{BASE}id/{type.value.lower()}/{slug(type, name)}"


def above(thing: str, parents: dict[str, list[str]]) -> set[str]:
    """Everything that a thing's parents lead up to."""
    reached: set[str] = set()
    pending = [thing]
    while pending:
        for parent in parents.get(pending.pop(), ()):
            if parent not in reached:
                reached.add(parent)
                pending.append(parent)
    return reached


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("accuracy", "higherIsBetter"),
        ("throughput", "higherIsBetter"),
        ("latency", "lowerIsBetter"),
        ("perplexity", "lowerIsBetter"),
        ("WER", "lowerIsBetter"),
        ("time to accuracy", "lowerIsBetter"),
        ("attack success rate", None),
    ],
)
def test_a_metric_says_which_way_is_better_where_it_does_not_depend(metric: str, direction: str | None) -> None:
    expected = [KG + direction] if direction else []
    assert said(KG + "direction").get(iri(EntityType.METRIC, metric), []) == expected


def test_most_metrics_have_one_direction_and_a_sound_range() -> None:
    metrics = [entry.iri for entry in known() if entry.type is EntityType.METRIC]
    directions, least, most = said(KG + "direction"), said(KG + "minimum"), said(KG + "maximum")
    assert sum(len(directions.get(metric, [])) == 1 for metric in metrics) >= 1200
    assert all(
        Decimal(least[metric][0]) < Decimal(most[metric][0]) for metric in metrics if least[metric] and most[metric]
    )


def test_metrics_are_measured_in_the_units_that_results_come_out_in() -> None:
    units = {unit for values in said(KG + "measuredIn").values() for unit in values}
    assert {"s", "%", "GB", "tokens/s"} <= units
    assert {unit for unit in units if normalized(1, unit).unit != unit} == set()


def test_every_task_leads_up_to_one_of_few_fields_and_none_to_itself() -> None:
    broader = said(SKOS + "broader")
    tasks = {entry.iri for entry in known() if entry.type is EntityType.TASK}
    assert {parent for parents in broader.values() for parent in parents} <= tasks
    assert len([task for task in tasks if task not in broader]) <= 60
    assert [task for task in tasks if task in above(task, broader)] == []


@pytest.mark.parametrize(
    ("task", "field"),
    [
        ("multilingual speech recognition", "speech recognition"),
        ("multilingual speech recognition", "speech processing"),
        ("named entity recognition", "natural language processing"),
        ("brain tumor segmentation", "medical image segmentation"),
        ("brain tumor segmentation", "computer vision"),
    ],
)
def test_a_task_stands_under_its_field(task: str, field: str) -> None:
    assert iri(EntityType.TASK, field) in above(iri(EntityType.TASK, task), said(SKOS + "broader"))


@pytest.mark.parametrize(("part", "whole"), [("RTE", "SuperGLUE"), ("ImageNet-1K", "ImageNet"), ("SciFact", "BEIR")])
def test_a_data_set_is_part_of_its_suite(part: str, whole: str) -> None:
    assert iri(EntityType.DATASET, whole) in said(KG + "partOf")[iri(EntityType.DATASET, part)]


def test_data_sets_are_parts_of_known_data_sets_and_not_of_themselves() -> None:
    datasets = {entry.iri for entry in known() if entry.type is EntityType.DATASET}
    parts = {part: wholes for part, wholes in said(KG + "partOf").items() if part in datasets}
    assert {whole for wholes in parts.values() for whole in wholes} <= datasets
    assert [part for part in parts if part in above(part, parts)] == []


def test_the_graph_tells_the_facts_of_what_a_paper_names() -> None:
    names = {
        "e1": (EntityType.TASK, "multilingual speech recognition"),
        "e2": (EntityType.DATASET, "RTE"),
        "e3": (EntityType.METRIC, "latency"),
    }
    store = graph_of(
        record(
            entities=tuple(Entity(id=id, type=type, name=name, mentions=(name,)) for id, (type, name) in names.items()),
            facts=(Fact(role=Role.TASKS, entity="e1"), Fact(role=Role.EVALUATED_ON, entity="e2")),
            results=(Result(metric="e3", value=350, unit="ms", evidence="350 ms"),),
        )
    )
    field = PREFIXES + 'ASK { ?paper kg:task/skos:broader+/skos:prefLabel "speech processing" }'
    suite = PREFIXES + 'ASK { ?paper kg:evaluatedOn/kg:partOf/skos:prefLabel "SuperGLUE" }'
    assert store.query(field, use_default_graph_as_union=True)
    assert store.query(suite, use_default_graph_as_union=True)
    query = PREFIXES + (
        "SELECT ?value ?unit ?written ?direction { ?result kg:normalizedValue ?value ; kg:normalizedUnit ?unit ; "
        "kg:unit ?written ; kg:metric ?metric . ?metric kg:direction ?direction ; kg:measuredIn ?unit }"
    )
    (row,) = rows(store, query)
    told = (row["value"].value, row["unit"].value, row["written"].value, row["direction"].value)
    assert told == ("0.35", "s", "ms", KG + "lowerIsBetter")
