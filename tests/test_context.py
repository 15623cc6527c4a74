"""What contexts and names tell of roles: how it is seen, learned, fitted and used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.catalog import Catalog, Entry
from kg.extract.candidates import notes
from kg.extract.context import BUCKETS, ContextModel, Thing, bucket, contexts
from kg.extract.pipeline import rules
from kg.extract.role_head import ROLES
from kg.extract.words import Words
from kg.records import Entity, EntityType, Extraction, Fact, Paper, Role
from kg.train.calibrate import apply, calibrations, platt
from kg.train.context import context_model
from kg.train.usual import usual_roles

DATASET, METHOD = EntityType.DATASET, EntityType.METHOD
CATALOG = Catalog.of([Entry("x", DATASET, "Visual Plums", ["VPlum"])])
EVALUATED = ROLES.index(Role.EVALUATED_ON)


def words(text: str) -> Words:
    return notes(rules()(text)).words


def things(text: str, *names: str, type: EntityType = DATASET) -> list[Thing]:
    """The things of these names where they stand."""
    spans = {name: [(at, at + len(name)) for at in range(len(text)) if text.startswith(name, at)] for name in names}
    return [Thing(type, name, spans[name]) for name in names]


def test_each_thing_is_seen_by_its_own_surroundings() -> None:
    text = "Plums\nWe train on Fig, and test on Pear."
    fig, pear = contexts(words(text), things(text, "Fig", "Pear"), CATALOG)
    assert bucket("2< train on") in fig
    assert bucket("2< train on") not in pear
    assert bucket("2< test on") in pear


def test_numbers_look_alike_and_case_does_not_matter() -> None:
    def seen(text: str) -> list[int]:
        return sorted(contexts(words(text), things(text, "Fig"), CATALOG)[0])

    assert seen("Plums\nWe reach 93.1 on Fig today.") == seen("Plums\nwe REACH 7 on Fig today.")


def test_spellings_of_a_known_thing_are_one_name() -> None:
    text = "Plums\nVPlum"
    assert bucket("name Dataset visual-plums") in contexts(words(text), things(text, "VPlum"), CATALOG)[0]


@given(st.text(max_size=60), st.integers(0, 59), st.integers(1, 20))
def test_any_stretch_of_any_text_can_be_looked_at(text: str, start: int, length: int) -> None:
    thing = Thing(METHOD, "Fig", [(start, start + length)])
    (seen,) = contexts(words(f"Plums\n{text}"), [thing], CATALOG)
    assert all(0 <= place < BUCKETS for place in seen)
    assert ContextModel.among({}).odds(words(f"Plums\n{text}"), [thing], CATALOG).tolist() == [[0.0] * len(ROLES)]


def test_a_text_without_things_has_no_odds() -> None:
    assert ContextModel.among({}).odds(words("Plums"), [], CATALOG).shape == (0, len(ROLES))


def test_a_network_has_what_was_written_to_its_arrays() -> None:
    chance = np.random.default_rng(0)
    model = ContextModel(chance.normal(size=(BUCKETS, len(ROLES))).astype(np.float32), np.ones(len(ROLES), np.float32))
    read = ContextModel.among(model.arrays())
    assert read.bias.tolist() == model.bias.tolist()
    assert np.abs(read.weights - model.weights).max() < 0.01


def paper(roles: dict[str, Role | None], text: str = "Plums.", score: float = 1.0) -> Extraction:
    """A record of data sets by name, each in a role or none, with the places where the text names them."""
    whole = f"Plums\n{text}"
    entities = tuple(
        Entity(id=name, type=DATASET, name=name, mentions=(name,), spans=things(whole, name)[0].spans or ((0, 5),))
        for name in roles
    )
    facts = tuple(Fact(role=role, entity=name, score=score) for name, role in roles.items() if role)
    return Extraction(id=1, entities=entities, facts=facts, paper=Paper(id=1, title="Plums", abstract=text))


def usual() -> ContextModel:
    tested, trained = Role.EVALUATED_ON, Role.TRAINED_ON
    papers = [paper({"VPlum": tested, "Plum-Crawl": trained, f"Fig{n}": tested}) for n in range(6)]
    return usual_roles([*papers, paper({"Visual Plums": tested, "Rare": trained})], CATALOG)


def told(model: ContextModel, name: str, type: EntityType = DATASET) -> float:
    """What a model says of a name's being tested on, in a text that says nothing."""
    return float(model.odds(words("Plums"), [Thing(type, name, [(0, 5)])], CATALOG)[0, EVALUATED])


def test_what_names_usually_are_is_counted_over_their_spellings() -> None:
    model = usual()
    assert told(model, "VPlum") == told(model, "Visual plums") > 0 > told(model, "plum crawl")


def test_a_name_that_few_papers_have_or_of_another_type_tells_nothing() -> None:
    model = usual()
    assert told(model, "Rare") == told(model, "never seen") == told(model, "VPlum", METHOD) == 0


def test_more_papers_tell_more() -> None:
    def odds(papers: int) -> float:
        return told(
            usual_roles((paper({"Plum": Role.EVALUATED_ON, "Fig": None}) for _ in range(papers)), CATALOG), "Plum"
        )

    assert 0 < odds(3) < odds(30)


def test_what_stands_beside_a_score_is_weighed_as_much_as_it_tells() -> None:
    chance = np.random.default_rng(1)
    scores, beside = chance.uniform(0.05, 0.95, 20_000), chance.normal(size=20_000)
    odds = np.log(scores / (1 - scores)) + 0.5 * beside
    right = chance.uniform(size=20_000) < 1 / (1 + np.exp(-odds))
    assert platt(scores.tolist(), right.tolist(), [beside.tolist()]) == pytest.approx([1, 0, 0.5], abs=0.1)


def test_contexts_are_learned_and_raise_the_scores_of_a_network_that_does_not_know() -> None:
    pairs = []
    for n in range(60):
        text = f"We train on Fig{n} and evaluate on Pear{n}."
        gold = paper({f"Fig{n}": Role.TRAINED_ON, f"Pear{n}": Role.EVALUATED_ON}, text)
        found = paper({f"Fig{n}": Role.EVALUATED_ON, f"Pear{n}": Role.EVALUATED_ON}, text, score=0.5)
        pairs.append((gold, found))
    model = context_model(pairs, CATALOG)
    fitted = calibrations(pairs, [model], CATALOG)
    new = paper(
        {"Fig": Role.EVALUATED_ON, "Pear": Role.EVALUATED_ON}, "We train on Fig and evaluate on Pear.", score=0.5
    )
    scores = {fact.entity: fact.score for fact in apply(fitted, new, CATALOG).facts}
    assert scores["Pear"] > 0.7 > 0.3 > scores["Fig"]
    assert set(calibrations(pairs, [], CATALOG)["context.bias"].tolist()) == {0.0}
