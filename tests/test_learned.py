"""The learned recogniser's parts: tags, windows, heads; and the reports that judge it."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.catalog import Catalog
from kg.extract import extract
from kg.extract.candidates import Claim, Finder, Found, Reading, notes
from kg.extract.features import FEATURES
from kg.extract.forms import short_forms
from kg.extract.heads import calibrated_score, mentions_of, sigmoid
from kg.extract.network import WINDOW, Network, windows
from kg.extract.pipeline import rules
from kg.extract.recognizer import WEIGHTS, mentions, outside_addresses, probability
from kg.extract.role_head import ROLES, judge_roles, role_logits
from kg.extract.tags import KINDS, TAGS, decode, tags_of
from kg.extract.words import Words
from kg.records import MIN_SCORE, Entity, EntityType, Extraction, Fact, Paper, Role, Span
from kg.report import NONE, calibration_error, confusion, reliability, worst


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(WEIGHTS)


@st.composite
def laid_out(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    spans, at = [], 0
    for gap, length, kind in draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, len(KINDS) - 1)), max_size=6)
    ):
        spans.append((at + gap, at + gap + length, kind))
        at += gap + length
    return at + draw(st.integers(0, 2)), spans


@given(laid_out())
def test_tags_of_spans_decode_to_the_same_spans(layout: tuple[int, list[tuple[int, int, int]]]) -> None:
    words, spans = layout
    certain = np.eye(TAGS, dtype=np.float32)[tags_of(spans, words)]
    assert list(decode(certain)) == spans


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_decoded_spans_never_overlap_whatever_the_probabilities(words: int, seed: int) -> None:
    tags = np.random.default_rng(seed).dirichlet(np.ones(TAGS) / 4, words).astype(np.float32)
    spans = list(decode(tags))
    assert all(one.last <= other.first for one, other in pairwise(spans))
    assert all(0 <= tagged.first < tagged.last <= words for tagged in spans)


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=40), max_size=12), st.integers(1, 60))
def test_windows_hold_every_word_once_in_order(network: Network, parts: list[str], times: int) -> None:
    words = notes(rules()(" ".join(parts * times))).words
    owners = [window[1] for window in windows(network._tokenizer, words)]
    assert all(len(own) <= WINDOW for own in owners)
    assert list(dict.fromkeys(int(word) for own in owners for word in own)) == list(range(len(words)))


def test_a_reading_has_a_row_a_word_and_tags_that_sum_to_one(network: Network) -> None:
    doc = rules()("Otters\nWe present OtterNet, a model for stone stacking. " * 40)
    words = notes(doc).words
    reading = network.read(words, np.zeros((len(words), len(FEATURES)), np.float32))
    assert reading.states.shape[0] == reading.tags.shape[0] == len(words)
    assert np.allclose(reading.tags.sum(axis=1), 1, atol=1e-4)


@given(st.floats(0, 1), st.floats(0, 1))
def test_calibration_keeps_the_order_of_scores(one: float, other: float) -> None:
    fit = np.array([0.8, -0.3], np.float32)
    low, high = sorted((one, other))
    assert 0 <= calibrated_score(low, fit) <= calibrated_score(high, fit) <= 1


def test_scores_are_probabilities_and_min_score_drops_what_is_below() -> None:
    (found,) = extract([Paper(id=1, title="OtterNet: stacking stones", abstract="We train OtterNet on 8 A100 GPUs.")])
    assert all(0 <= entity.score <= 1 for entity in found.entities)
    strict = found.above(0.9)
    assert {entity.id for entity in strict.entities} == {e.id for e in found.entities if e.score >= 0.9}
    assert all(fact.entity in {e.id for e in strict.entities} for fact in strict.facts)
    assert found.above(1.01) == found.model_copy(
        update={"entities": (), "facts": (), "runs_on": (), "sizes": (), "results": ()}
    )


def test_what_addresses_alone_name_is_no_entity() -> None:
    text = "Plums\nPlumNet and WWW.Serve. Code: https://plum.org/PlumNet/FigNet"
    entities = [
        Found(EntityType.MODEL, name, [found.span() for found in re.finditer(name, text)], Finder.LEARNED)
        for name in ("PlumNet", "WWW.Serve", "FigNet")
    ]
    assert [entity.name for entity in outside_addresses(text, entities)] == ["PlumNet", "WWW.Serve"]


def test_a_name_that_lacks_a_bracket_is_one_where_it_is_one_without() -> None:
    text = "Plums\nPlumNet beats PearNet (large) merging. The Fig Map (Fig) Map is a Fig Map."
    found = notes(rules()(text))
    strings = ("PlumNet", "large) merging", "Fig) Map", "Fig Map", "PearNet")
    spans = sorted((text.index(string), text.index(string) + len(string)) for string in strings)
    tagged = [(*found.words.cover(*span), KINDS.index(EntityType.MODEL)) for span in spans]
    found.reading = Reading(
        np.zeros((len(found.words), 8), np.float32), np.eye(TAGS, dtype=np.float32)[tags_of(tagged, len(found.words))]
    )
    places = list(mentions(found, spans, short_forms(text, [], spans), Catalog.of([])))
    assert {text[place.start : place.end] for place in places} == {"PlumNet", "PearNet", "Fig Map", "Fig) Map"}


def sure_claims(
    text: str, named: dict[str, tuple[EntityType, list[Span]]], catalog: Catalog
) -> list[tuple[str, Claim]]:
    """The claims of a network that is sure of every role, of things by their names."""
    found = notes(rules()(text))
    found.entities = [Found(type, name, spans, Finder.LEARNED) for name, (type, spans) in named.items()]
    found.features = np.zeros((len(found.words), len(FEATURES)), np.float32)
    found.reading = Reading(np.zeros((len(found.words), 8), np.float32), np.zeros((len(found.words), TAGS), np.float32))
    sure = {
        "role.weight": np.zeros((len(ROLES), 8), np.float32),
        "role.bias": np.full(len(ROLES), 9, np.float32),
        "role_hint.weight": np.zeros((len(ROLES), len(FEATURES)), np.float32),
        "role_kind": np.zeros((len(KINDS), len(ROLES)), np.float32),
    }
    places = mentions_of(found.words, found.entities)
    logits = role_logits(sure, found.reading.states, found.features, places, len(found.entities))
    claims, _ = judge_roles(text, found, logits, sigmoid(logits.entities), catalog)
    return [(list(named)[claim.entity], claim) for claim in claims]


def test_what_only_a_subtitle_names_is_hardly_introduced_however_sure_the_network_is() -> None:
    text = "PlumNet: Adaptive Tree Pruning with Sparse Attention\nPlumNet prunes trees by sparse attention."
    named = {
        "PlumNet": (EntityType.METHOD, [(0, 7), (53, 60)]),
        "Adaptive Tree Pruning": (EntityType.METHOD, [(9, 30)]),
        "sparse attention": (EntityType.METHOD, [(36, 52), (78, 94)]),
    }
    claims = sure_claims(text, named, Catalog.of([]))
    scores = {name: claim.score for name, claim in claims if claim.role is Role.INTRODUCES}
    founded = {name for name, claim in claims if claim.role is Role.BUILDS_ON}
    assert not founded & scores.keys()
    assert scores.get("Adaptive Tree Pruning", 0) < MIN_SCORE
    assert min(scores["sparse attention"], scores["PlumNet"]) > 0.99


def test_roles_keep_to_the_types_that_the_ontology_gives_them() -> None:
    text = "We train OtterNet on GitHub code and evaluate LLM serving on A100 GPUs, vLLM and MMLU accuracy. "
    for found in extract(Paper(id=n, title="OtterNet", abstract=text * n) for n in (1, 2, 4)):
        types = {entity.id: entity.type for entity in found.entities}
        assert {types[id] for id in found.tasks} <= {EntityType.TASK}
        assert {types[id] for id in (*found.trained_on, *found.evaluated_on)} <= {EntityType.DATASET}
        assert {types[use.hardware] for use in found.runs_on} <= {EntityType.HARDWARE}


def record(text: str, *named: tuple[str, EntityType, float]) -> Extraction:
    title, abstract = text.split("\n")
    return Extraction(
        id=1,
        entities=tuple(
            Entity(id=f"e{n}", type=kind, name=name, mentions=(name,), score=score)
            for n, (name, kind, score) in enumerate(named)
        ),
        facts=(Fact(role=Role.INTRODUCES, entity="e0", score=0.9),),
        paper=Paper(id=1, title=title, abstract=abstract),
    )


TEXT = "Otter\nOtter beats Beaver on DamBench."
GOLD = record(TEXT, ("Otter", EntityType.MODEL, 1.0), ("Beaver", EntityType.MODEL, 1.0))
FOUND = record(
    TEXT, ("Otter", EntityType.SYSTEM, 0.8), ("Beaver", EntityType.MODEL, 0.6), ("DamBench", EntityType.DATASET, 0.4)
)


def test_confusion_counts_spans_by_annotated_and_predicted_type() -> None:
    assert confusion([(GOLD, FOUND)]) == {("Model", "System"): 2, ("Model", "Model"): 1, (NONE, "Dataset"): 1}


def test_the_worst_papers_show_their_errors_in_the_text() -> None:
    (paper,) = worst([(GOLD, FOUND), (GOLD, GOLD)], 5)
    assert paper.marked == (
        "[-Otter|Model-]{+Otter|System+}\n[-Otter|Model-]{+Otter|System+} beats Beaver on {+DamBench|Dataset+}."
    )


def test_reliability_sets_scores_beside_the_share_that_is_right() -> None:
    bins = reliability([(GOLD, FOUND)])
    assert [(b.low, b.size, b.right) for b in bins] == [(0.4, 1, 0.0), (0.6, 1, 1.0), (0.8, 1, 0.0)]
    assert calibration_error(bins) == pytest.approx((0.4 + 0.4 + 0.8) / 3)


def test_a_mention_of_any_type_is_as_probable_as_all_types_together() -> None:
    tags = np.zeros((1, TAGS), np.float32)
    for kind, chance in ((EntityType.HARDWARE, 0.3), (EntityType.SYSTEM, 0.6)):
        tags[0, tags_of([(0, 1, KINDS.index(kind))], 1)] = chance
    words = Words(["Loihi"], [0], [True])
    assert probability(words, tags, 0, 5, EntityType.HARDWARE) == pytest.approx(0.3)
    assert probability(words, tags, 0, 5, None) == pytest.approx(0.9)
