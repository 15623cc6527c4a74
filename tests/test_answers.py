"""What completes a result: kg/extract/answers.py."""

from __future__ import annotations

import numpy as np
import pytest

from kg.catalog import known
from kg.extract.answers import RELATIONS, labelled, most_probable_answers, on_named_devices
from kg.extract.candidates import Claimed, Finder, Found, Use
from kg.extract.quantities import find_quantities
from kg.records import EntityType as Kind

HARDWARE = RELATIONS.index("hardware")


def found(kind: Kind, name: str, text: str = "") -> Found:
    start = max(0, text.find(name))
    return Found(kind, name, [(start, start + len(name))], Finder.LEARNED)


@pytest.mark.parametrize(
    ("text", "kind", "name", "relation"),
    [
        ("It wins on PlumBench (57.4%).", Kind.DATASET, "PlumBench", "dataset"),
        ("It beats PruneNet (up to 57.4%).", Kind.MODEL, "PruneNet", "subject"),
        ("It is fast (on RTX 4090: 57.4%).", Kind.HARDWARE, "RTX 4090", "hardware"),
        ("It has accuracy (57.4%).", Kind.METRIC, "accuracy", None),
        ("On PlumBench, it has 57.4%.", Kind.DATASET, "PlumBench", None),
    ],
)
def test_a_name_in_front_of_the_bracket_or_colon_completes_the_result(
    text: str, kind: Kind, name: str, relation: str | None
) -> None:
    entity = found(kind, name, text)
    (quantity,) = [q for q in find_quantities(text) if q.value == 57.4]
    assert labelled(text, quantity, {entity.spans[0][1]: 0}, [entity]) == ({relation: 0} if relation else {})


@pytest.mark.parametrize(("sentences", "last"), [([3, 3, 3], 0), ([3, 3, 4], None)])
def test_results_of_one_sentence_are_had_on_one_device(sentences: list[int], last: int | None) -> None:
    answers = np.zeros((3, 1, len(RELATIONS)), np.float32)
    nothing = np.zeros((3, len(RELATIONS)), np.float32)
    answers[:, 0, HARDWARE] = [2.0, 3.0, -1.0]
    chosen = most_probable_answers(answers, np.array([0]), nothing, sentences)
    assert [answer["hardware"] for answer in chosen] == [0, 0, last]


def test_the_mentions_of_an_entity_count_together() -> None:
    answers = np.full((1, 3, len(RELATIONS)), -np.inf, np.float32)
    answers[0, :, 0] = [0.6, 0.0, 0.0]
    chosen = most_probable_answers(answers, np.array([0, 1, 1]), np.zeros((1, len(RELATIONS)), np.float32), [1])
    assert (chosen[0]["subject"], chosen[0]["baseline"]) == (1, None)


@pytest.mark.parametrize(("devices", "hardware"), [(["NVIDIA H100"], 1), (["NVIDIA H100", "NVIDIA A100"], 0)])
def test_a_class_of_devices_is_the_one_device_of_it_in_use(devices: list[str], hardware: int) -> None:
    entities = [found(Kind.HARDWARE, name) for name in ["GPU", *devices]]
    uses = [Use(number, None, (0, 1)) for number in range(1, len(entities))]
    (quantity,) = find_quantities("57.4%")
    result = Claimed(None, "accuracy", quantity, None, None, 0, (0, 5))
    (named,) = on_named_devices([result], uses, entities, known())
    assert named.hardware == hardware
