"""What is weighed once more by trees: they say what their source says, and see every entity and quantity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.catalog import known
from kg.extract import extract
from kg.extract.candidates import Finder, Found, Notes, notes
from kg.extract.network import Network
from kg.extract.pipeline import pipeline, rules
from kg.extract.recognizer import WEIGHTS
from kg.extract.role_head import ROLES
from kg.extract.stacking import STACKED, claim_rows, entity_rows
from kg.extract.trees import Trees
from kg.records import EntityType, Extraction
from kg.train.stack import arrays_of, grown, stacked
from tests.written import plum

TEXT = "PlumNet: Pruning Trees\nWe present PlumNet, which prunes trees 2.5x faster than PearNet and takes 3 hours."


def walked(trees: Trees, row: np.ndarray) -> float:
    """The log odds of one row, node by node."""
    total = float(trees.start[0])
    for features, thresholds, leaves in zip(trees.features, trees.thresholds, trees.leaves, strict=True):
        at = 0
        while at < len(features):
            at = 2 * at + (2 if row[features[at]] > thresholds[at] else 1)
        total += float(leaves[at - len(features)])
    return total


@given(st.integers(0, 4), st.integers(1, 5), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_all_trees_and_rows_at_once_are_what_each_says_by_itself(depth: int, trees: int, rows: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    forest = Trees(
        chance.integers(0, 3, (trees, 2**depth - 1)),
        chance.normal(size=(trees, 2**depth - 1)).astype(np.float32),
        chance.normal(size=(trees, 2**depth)).astype(np.float32),
        chance.normal(size=1).astype(np.float32),
    )
    asked = chance.normal(size=(rows, 3)).astype(np.float32)
    assert forest.log_odds(asked) == pytest.approx([walked(forest, row) for row in asked], abs=1e-4)


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 2**16))
def test_fitted_trees_say_what_the_library_that_grew_them_says(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(400, 4)).astype(np.float32)
    right = (rows[:, 0] > 0) ^ (rows[:, 1] > 0.5)
    model = grown(rows, right)
    trees = Trees.named("plums", {f"plums.{part}": array for part, array in arrays_of(model).items()})
    assert trees is not None
    asked = chance.normal(size=(600, 4)).astype(np.float32)
    assert trees.log_odds(asked) == pytest.approx(model.decision_function(asked), abs=1e-4)


def test_arrays_without_trees_hold_none() -> None:
    assert Trees.named("plums", {"pears.leaves": np.zeros((1, 1), np.float32)}) is None


def found_in(text: str, *names: tuple[str, EntityType]) -> Notes:
    """Notes with these names as entities."""
    found = notes(rules()(text))
    found.entities = [
        Found(kind, name, [(text.index(name), text.index(name) + len(name))], Finder.LEARNED) for name, kind in names
    ]
    return found


def test_every_entity_and_quantity_has_a_row_of_one_length() -> None:
    named = (("PlumNet", EntityType.MODEL), ("PearNet", EntityType.MODEL))
    widths = set()
    for names in (named, named[:1]):
        found = found_in(TEXT, *names)
        rows = entity_rows(found, [0.5] * len(names), np.zeros((len(names), len(ROLES)), np.float32), known())
        assert len(rows) == len(names)
        widths.add(rows.shape[1])
    assert len(widths) == 1
    found = found_in(TEXT, *named)
    claims = np.zeros(len(found.quantities), np.float32)
    found.entity_rows = entity_rows(found, [0.5, 0.5], np.zeros((2, len(ROLES)), np.float32), known())
    rows = claim_rows(found, found.quantities, claims, claims + 0.5, ["speedup", 0])
    assert len(rows) == len(found.quantities) == 2


def test_a_text_without_entities_has_no_rows() -> None:
    found = found_in("Plums\nNothing is named here.")
    rows = entity_rows(found, [], np.zeros((0, len(ROLES)), np.float32), known())
    trees = Network(WEIGHTS).trees["introduces"]
    assert len(rows) == 0
    assert len(trees.log_odds(rows)) == 0


def test_an_entity_is_weighed_beside_the_likeliest_other_one() -> None:
    found = found_in(TEXT, ("PlumNet", EntityType.MODEL), ("PearNet", EntityType.MODEL))
    logits = np.zeros((2, len(ROLES)), np.float32)
    logits[:, 0] = 3, -1
    rows = entity_rows(found, [0.5, 0.5], logits, known())
    assert rows[:, len(ROLES)].tolist() == [4, -4]


def test_the_shipped_weights_weigh_all_that_there_are_trees_for() -> None:
    assert set(Network(WEIGHTS).trees) == set(STACKED)


def test_trees_learn_from_annotated_papers_how_far_to_trust_a_network() -> None:
    paper = plum().paper
    assert paper is not None
    papers = [paper.model_copy(update={"id": n}) for n in range(60)]
    (right,) = extract([paper])
    gold = [(each, right.above(0.5) if each.id % 2 else Extraction(id=each.id, paper=each)) for each in papers]
    arrays = stacked(gold, WEIGHTS)
    assert {f"stacked.{name}.leaves" for name in ("entity", "introduces")} <= arrays.keys()
    trees = Trees.named("stacked.entity", arrays)
    assert trees is not None
    (doc,) = pipeline().pipe([paper.text])
    chances = 1 / (1 + np.exp(-trees.log_odds(notes(doc).entity_rows)))
    assert chances == pytest.approx(0.5, abs=0.1), "right in half of the papers, which look alike"
