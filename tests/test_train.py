"""Training, as far as it needs no PyTorch: calibration, examples, weights on disk, and what it says without it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.evaluate import annotated, mention_places
from kg.extract.candidates import notes
from kg.extract.features import FEATURES
from kg.extract.heads import calibrated_score
from kg.extract.network import PARTS, load_tokenizer
from kg.extract.pipeline import rules
from kg.extract.recognizer import WEIGHTS
from kg.extract.tags import KINDS, TAGS, decode
from kg.records import Entity, EntityType, Extraction, Fact, KgError, Paper, Role
from kg.train import Texts, train
from kg.train.abstracts import digest, placed_records, squeezed, unannotated
from kg.train.calibrate import platt
from kg.train.examples import example, shown_as_known
from kg.train.others import scirex
from kg.train.weights import write_weights
from tests.conftest import ROOT
from tests.test_cli import kg
from tests.written import plum

TOKENIZER = load_tokenizer(WEIGHTS)


def logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


@pytest.mark.parametrize(("slope", "offset"), [(0.5, 0.0), (2.0, -0.5), (1.0, 1.0)])
def test_calibration_undoes_a_known_distortion(slope: float, offset: float) -> None:
    chance = np.random.default_rng(0)
    true = chance.uniform(0.02, 0.98, 20_000)
    told = [1 / (1 + np.exp(-(logit(p) - offset) / slope)) for p in true]
    fit = platt(told, (chance.uniform(size=len(true)) < true).tolist())
    assert fit == pytest.approx([slope, offset], abs=0.1)


def test_calibration_stays_sane_where_a_network_is_sure_and_sometimes_wrong() -> None:
    told = [1 - 1e-7] * 60 + [1e-7] * 60 + [0.4] * 3
    fit = platt(told, [True] * 50 + [False] * 10 + [False] * 55 + [True] * 5 + [True, False, False])
    assert calibrated_score(1 - 1e-7, fit) == pytest.approx(50 / 60, abs=0.05)
    assert calibrated_score(1e-7, fit) == pytest.approx(5 / 60, abs=0.05)


def test_without_anything_to_learn_from_scores_stay_as_they_are() -> None:
    assert calibrated_score(0.7, platt([], [])) == pytest.approx(0.7, abs=1e-4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_calibrated_scores_are_probabilities_that_keep_or_turn_the_order(
    judged: list[tuple[float, bool]], one: float, other: float
) -> None:
    fit = platt([score for score, _ in judged], [right for _, right in judged])
    low, high = (calibrated_score(score, fit) for score in sorted((one, other)))
    assert 0 <= low <= 1
    assert 0 <= high <= 1
    assert low <= high if fit[0] >= 0 else high <= low


@st.composite
def invented(draw: st.DrawFn) -> tuple[Paper, Extraction]:
    """A paper of words and names, and which of the names are which kind of thing."""
    names = ["OtterNet", "Dam-7B", "stone stacking", "River Bench v2", "A100 GPUs", "F1"]
    fillers = ["We train", "on", ", and", "(see", ").", "beats", "with 8"]
    parts = draw(st.lists(st.sampled_from([*names, *fillers]), min_size=1, max_size=25))
    kinds = draw(st.fixed_dictionaries({name: st.sampled_from(EntityType) for name in names}))
    paper = Paper(id=1, title="Otters", abstract=" ".join(parts))
    named = [name for name in names if name in parts]
    return paper, Extraction(
        id=1,
        entities=tuple(Entity(id=name, type=kinds[name], name=name, mentions=(name,)) for name in named),
        paper=paper,
    )


def decoded(paper: Paper, record: Extraction) -> set[tuple[int, int, EntityType]]:
    """The spans of text that the tags of a paper's example stand for."""
    words = notes(rules()(paper.text)).words
    certain = np.eye(TAGS, dtype=np.float32)[example(paper, record, TOKENIZER).tags]
    return {(*words.span(tagged.first, tagged.last), KINDS[tagged.kind]) for tagged in decode(certain)}


@settings(deadline=None, max_examples=25)
@given(invented())
def test_the_tags_of_an_example_are_the_annotated_mentions(pair: tuple[Paper, Extraction]) -> None:
    paper, record = pair
    assert decoded(paper, record) == set(mention_places(record, paper.text))


def test_the_tags_of_the_invented_papers_keep_nearly_all_mentions() -> None:
    pairs = list(annotated(ROOT / "training" / "gold.jsonl", ROOT / "training" / "corpus.jsonl"))[:12]
    kept = wanted = 0
    for paper, record in pairs:
        places = set(mention_places(record, paper.text))
        kept += len(places & decoded(paper, record))
        wanted += len(places)
    assert kept > 0.97 * wanted


def test_an_example_tells_the_roles_and_the_claims_of_its_record() -> None:
    record = plum()
    assert record.paper is not None
    made = example(record.paper, record, TOKENIZER)
    assert made.roles.sum() == 4
    (answer,) = [answer for answer in made.answers if answer is not None]
    assert answer.entities == {"subject": 0, "baseline": 2, "dataset": 3, "hardware": 1}


def test_what_a_paper_introduces_can_be_shown_as_known_to_the_catalogue() -> None:
    paper = Paper(id=1, title="Serving otters", abstract="We present OtterServe, which is faster than PearServe.")
    named = [Entity(id=n, type=EntityType.SYSTEM, name=n, mentions=(n,)) for n in ("OtterServe", "PearServe")]
    introduced = Fact(role=Role.INTRODUCES, entity="OtterServe")
    record = Extraction(id=1, entities=tuple(named), facts=(introduced,), paper=paper)
    known = FEATURES.index("candidate KNOWN System")
    plain, shown, kept = (example(paper, record, TOKENIZER) for _ in range(3))
    shown_as_known(shown, 1.0, random.Random(0))
    shown_as_known(kept, 0.0, random.Random(0))
    words = notes(rules()(paper.text)).words.texts
    changed = np.flatnonzero((plain.features != shown.features).any(axis=1)).tolist()
    assert {words[word] for word in changed} == {"OtterServe"}
    assert shown.features[changed, known].all()
    assert not shown.features[changed, FEATURES.index("candidate PRESENTED System")].any()
    assert (kept.features == plain.features).all()


def test_training_without_pytorch_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.train.find_spec", lambda name: None if name == "torch" else find_spec(name))
    with pytest.raises(KgError, match=r"torch.*pip install 'paper-kg\[train\]'"):
        train(tmp_path, tmp_path, Texts(tmp_path), 2, tmp_path / "weights", lambda *_: None)
    assert not (tmp_path / "weights").exists()


def test_the_train_command_without_pytorch_fails_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    gold = ROOT / "training" / "gold.jsonl"
    done = kg("train", gold, "--corpus", ROOT / "training" / "corpus.jsonl", "-o", tmp_path / "weights")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "pip install" in done.stderr


def saying(content: str) -> Callable[[Path], None]:
    """What writes weights that say only this."""

    def write(fresh: Path) -> None:
        for part in PARTS:
            (fresh / part).write_text(content)

    return write


def test_new_weights_take_the_place_of_old_ones_and_a_failure_leaves_these(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    write_weights(weights, saying("old"))

    def killed(fresh: Path) -> None:
        (fresh / PARTS[0]).write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_weights(weights, killed)
    assert {path.read_text() for path in weights.iterdir()} == {"old"}
    write_weights(weights, saying("new"))
    assert {path.read_text() for path in weights.iterdir()} == {"new"}
    assert list(tmp_path.iterdir()) == [weights]


def test_weights_take_the_place_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(KgError, match="something else than weights"):
        write_weights(tmp_path, lambda fresh: None)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "line", ['{"words": ["a"], "sent', "[]", '{"words": ["a"]}', '{"words": 1, "ner": [], "sentences": []}']
)
def test_a_damaged_line_of_scirex_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"words": ["Otters"], "sentences": [[0, 1]], "ner": [[0, 1, "Task"]]}\n' + line + "\n")
    examples = scirex(path, TOKENIZER)
    assert next(examples).tags.tolist() != [0]
    with pytest.raises(KgError, match=rf"{path.name}, line 2: "):
        next(examples)


ABSTRACT = Paper(
    id="2507.00001",
    title="Otter Bench",
    abstract="We measure dams\n  with Otter Bench. Accuracy is 71%.",
    arxiv_id="2507.00001",
)
TEXT = squeezed(ABSTRACT).text


def place(string: str) -> list[int]:
    return [TEXT.index(string), TEXT.index(string) + len(string)]


def placed(tmp_path: Path, **told: object) -> list[tuple[Paper, Extraction]]:
    """What is read of an annotation by places in ``ABSTRACT``."""
    path = tmp_path / "arxiv.jsonl"
    entities = [{"id": "e1", "type": "Dataset", "name": "OtterBench", "mentions": [place("Otter Bench")]}]
    result = {"subject": "e1", "metric": "accuracy", "value": 71, "unit": "%", "evidence": place("Accuracy is 71%")}
    line = {"id": "2507.00001", "digest": digest(TEXT), "entities": entities, "results": [result], "urls": []}
    path.write_text(json.dumps({**line, **told}) + "\n")
    return list(placed_records(path, [ABSTRACT]))


def test_annotations_by_places_say_what_stands_there_however_a_dump_breaks_its_lines(tmp_path: Path) -> None:
    ((paper, record),) = placed(tmp_path, introduces=["e1"])
    assert paper.abstract == "We measure dams with Otter Bench. Accuracy is 71%."
    assert record.entities[0].mentions == ("Otter Bench",)
    assert record.results[0].evidence == "Accuracy is 71%"


@pytest.mark.parametrize("told", [{"id": "2507.00002"}, {"digest": digest("a later version")}])
def test_annotations_of_other_papers_and_versions_are_left_out(tmp_path: Path, told: dict[str, object]) -> None:
    with pytest.raises(KgError, match=r"none of the papers is annotated in .*arxiv.jsonl"):
        placed(tmp_path, **told)


def test_unannotated_abstracts_are_of_the_same_months_once_each_and_not_scored_on(tmp_path: Path) -> None:
    placed(tmp_path)
    others = {
        "2507.00001v2": "Otter Bench, revised",
        "2507.00002": "Plum Bench",
        "arXiv:2507.00003": "Plum Bench",
        "0704.00004": "Old plums",
        "2507.00005": "Scored on",
        "2507.00006": "Pear Bench",
    }
    papers = [Paper(id=id, title=title, abstract="Pears  ripen.") for id, title in others.items()]
    left = unannotated(tmp_path / "arxiv.jsonl", papers, [Paper(id=1, title="Scored On", abstract="")])
    assert [(paper.title, paper.abstract) for paper in left] == [
        ("Plum Bench", "Pears ripen."),
        ("Pear Bench", "Pears ripen."),
    ]


def test_abstracts_without_their_annotations_are_refused_with_the_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"arxiv.jsonl: no such file"):
        list(placed_records(tmp_path / "arxiv.jsonl", [ABSTRACT]))


def test_a_damaged_line_of_annotations_by_places_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"arxiv.jsonl, line 1: not a record"):
        placed(tmp_path, entities=[{"mentions": [[1]]}])
