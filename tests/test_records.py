"""Graphs of records that exist already: annotated by people, or written by ``kg extract``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import Store

from kg.build import BuildReport, build, write_records
from kg.evaluate import annotated, mention_places
from kg.extract import extract
from kg.query import rows
from kg.read.records import read_records
from kg.records import KgError, Paper
from kg.store import GraphDirectory
from kg.validate import validate
from tests.conftest import EXAMPLES, INPUTS
from tests.test_build import quads_of
from tests.test_cli import kg
from tests.written import PREFIXES

PAPERS = [
    {
        "id": 1,
        "title": "PlumServe: Serving Plums",
        "abstract": "PlumServe is 2.5x faster than PearServe on 8 A100 GPUs.",
    },
    {"id": 2, "title": "FigNet", "abstract": "We present FigNet, a model, and measure FigNet on FigQA."},
    {"id": 3, "title": "Nobody annotated this", "abstract": "It presents SloeNet, a model of sloes."},
]
PLUM: dict[str, Any] = {
    "id": 1,
    "entities": [
        {"id": "e1", "type": "System", "name": "PlumServe", "mentions": ["PlumServe"]},
        {"id": "e2", "type": "System", "name": "PearServe", "mentions": ["PearServe"]},
        {"id": "e3", "type": "Hardware", "name": "NVIDIA A100", "mentions": ["A100"]},
    ],
    "introduces": ["e1"],
    "compared_to": ["e2"],
    "runs_on": [{"hardware": "e3", "count": 8}],
    "results": [
        {"subject": "e1", "metric": "speedup", "value": 2.5, "unit": "x", "bound": "=", "baseline": "e2"}
        | {"evidence": "2.5x faster than PearServe"}
    ],
}
FIG: dict[str, Any] = {
    "id": 2,
    "entities": [{"id": "e1", "type": "Model", "name": "FigNet", "mentions": ["FigNet"]}],
    "introduces": ["e1"],
}


def lines(path: Path, *objects: object) -> Path:
    path.write_text("\n".join(map(json.dumps, objects)) + "\n", encoding="utf8")
    return path


def built(tmp_path: Path, *records: object, corpus: bool = True, graph: str = "graph", **options: Any) -> BuildReport:
    """A build of records, with the papers in a file of their own."""
    papers = lines(tmp_path / "papers.jsonl", *PAPERS)
    told = lines(tmp_path / "gold.jsonl", *records)
    return build([papers] if corpus else [], tmp_path / graph, records=told, **options)


def told(tmp_path: Path, pattern: str) -> set[tuple[str, ...]]:
    store: Store = GraphDirectory(tmp_path / "graph").store()
    names = sorted(set(re.findall(r"\?([a-d])\b", pattern)))
    found = rows(store, f"{PREFIXES} SELECT {' '.join(f'?{name}' for name in names)} WHERE {{ {pattern} }}")
    return {tuple(row[name].value for name in names) for row in found}


def test_annotated_records_become_a_graph_without_extraction(tmp_path: Path) -> None:
    report = built(tmp_path, PLUM, FIG)
    assert (report.papers, report.extracted, report.given, report.without_record) == (2, 0, 2, 1)
    assert told(tmp_path, "?p kg:introduces/skos:prefLabel ?a") == {("PlumServe",), ("FigNet",)}
    assert validate(GraphDirectory(tmp_path / "graph").store()) == []


def test_annotated_facts_are_certain_and_made_by_annotation(tmp_path: Path) -> None:
    built(tmp_path, PLUM, FIG)
    assert told(tmp_path, "?claim itsrdf:taConfidence ?a") == {("1",)}
    made = "?claim <http://www.w3.org/ns/prov#wasGeneratedBy>/<http://www.w3.org/2000/01/rdf-schema#label> ?a"
    assert told(tmp_path, made) == {("annotation",)}


def test_the_evidence_of_annotations_is_found_in_the_text(tmp_path: Path) -> None:
    built(tmp_path, PLUM)
    place = "?claim kg:evidence ?e . ?e oa:start ?b ; oa:end ?c ; oa:exact ?a"
    text = f"{PAPERS[0]['title']}\n{PAPERS[0]['abstract']}"
    start = text.index("2.5x faster")
    assert told(tmp_path, f"?claim a kg:Result . {place}") == {
        ("2.5x faster than PearServe", str(start), str(start + 26))
    }
    mentions = told(tmp_path, f"?claim rdf:predicate kg:mentions ; rdf:object/skos:prefLabel 'PearServe' . {place}")
    assert {quoted for quoted, _, _ in mentions} == {PAPERS[0]["abstract"]}


def test_the_same_records_again_change_nothing_and_changed_ones_do(tmp_path: Path) -> None:
    built(tmp_path, PLUM, FIG)
    assert built(tmp_path, PLUM, FIG).unchanged
    assert not built(tmp_path, PLUM, {**FIG, "introduces": []}).unchanged
    assert told(tmp_path, "?p kg:introduces/skos:prefLabel ?a") == {("PlumServe",)}


def test_given_records_stand_in_the_place_of_extraction_in_later_builds(tmp_path: Path) -> None:
    built(tmp_path, {**PLUM, "introduces": ["e2"]})
    report = build([tmp_path / "papers.jsonl"], tmp_path / "graph")
    assert (report.papers, report.extracted) == (3, 2)
    assert told(tmp_path, "?p dcterms:title 'PlumServe: Serving Plums' ; kg:introduces/skos:prefLabel ?a") == {
        ("PearServe",)
    }


def test_a_record_of_a_text_that_another_file_has_longer_is_told(tmp_path: Path) -> None:
    longer = {**PAPERS[1], "abstract": f"{PAPERS[1]['abstract']} It is small."}
    build([lines(tmp_path / "longer.jsonl", longer)], tmp_path / "graph")
    assert built(tmp_path, PLUM, FIG).outdone == 1


def test_what_extract_writes_makes_the_same_graph_as_its_papers(tmp_path: Path) -> None:
    done = kg("extract", *INPUTS, "-o", tmp_path / "records.jsonl")
    assert done.returncode == 0
    report = build([], tmp_path / "given", records=tmp_path / "records.jsonl")
    assert (report.papers, report.extracted, report.given) == (25, 0, 26)
    build(INPUTS, tmp_path / "extracted")
    assert quads_of(tmp_path / "given", tmp_path / "a") == quads_of(tmp_path / "extracted", tmp_path / "b")


def test_saved_records_can_be_built_from(tmp_path: Path) -> None:
    built(tmp_path, PLUM, FIG, save_records=tmp_path / "saved.jsonl")
    build([], tmp_path / "again", records=tmp_path / "saved.jsonl")
    assert quads_of(tmp_path / "again", tmp_path / "a") == quads_of(tmp_path / "graph", tmp_path / "b")


def changed(**parts: object) -> dict[str, Any]:
    return {**PLUM, **parts}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (changed(id=17), "line 2: the record 17 does not hold its paper; none of the papers given has its id"),
        ({"id": 1, "title": "Plum", "abstract": "A paper."}, "line 2: not a record, for it has no 'entities'"),
        ([], "line 2: a JSON object is needed"),
        (changed(introduces=["e9"]), "line 2: 'introduces' refers to 'e9', which is no entity of the record"),
        (changed(introduces="e1"), "line 2: not a record: 'introduces' should be a list of entity ids"),
        (changed(runs_on=[{"hardware": "e8"}]), "line 2: 'runs_on' refers to 'e8'"),
        (changed(results=[{**PLUM["results"][0], "dataset": "e7"}]), "line 2: 'results' refers to 'e7'"),
        (changed(results=[{**PLUM["results"][0], "value": float("inf")}]), "line 2: a result has the value inf"),
        (changed(entities=[PLUM["entities"][0]] * 2), "line 2: two entities are called 'e1'"),
        (changed(entities=[{**PLUM["entities"][0], "type": "Fruit"}]), "line 2: not a record: 'entities.0.type': "),
        (changed(entities=[{**PLUM["entities"][0], "name": " "}]), "line 2: the entity 'e1' has no name"),
        (
            changed(entities=[{**e, "spans": [[5, 900]]} for e in PLUM["entities"]]),
            "line 2: the span [5, 900] lies outside",
        ),
        (changed(id=2), "line 2: 'PlumServe' does not stand in 'FigNet'; is this the paper that was annotated?"),
        ({**FIG, "introduces": []}, "line 2: says other things of the paper of line 1; keep one record of it"),
    ],
)
def test_a_bad_record_ends_the_build_with_its_line_and_changes_nothing(
    tmp_path: Path, record: object, message: str
) -> None:
    built(tmp_path, PLUM)
    before = quads_of(tmp_path / "graph", tmp_path / "out")
    with pytest.raises(KgError, match=rf"gold\.jsonl, {re.escape(message)}"):
        built(tmp_path, FIG, record)
    assert quads_of(tmp_path / "graph", tmp_path / "out") == before
    assert built(tmp_path, PLUM).unchanged


def test_records_without_papers_ask_for_the_file_of_the_papers(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"gold\.jsonl, line 1: .*; give the file of the papers too"):
        built(tmp_path, PLUM, corpus=False)


def test_two_papers_of_one_id_are_not_guessed_between(tmp_path: Path) -> None:
    other = lines(tmp_path / "other.jsonl", {**PAPERS[1], "id": 1})
    papers, gold = lines(tmp_path / "papers.jsonl", *PAPERS), lines(tmp_path / "gold.jsonl", PLUM)
    with pytest.raises(KgError, match=r"two papers have the id 1 \(papers\.jsonl:1 and other\.jsonl:1\)"):
        build([papers, other], tmp_path / "graph", records=gold)


def test_words_that_the_paper_lacks_are_told_and_cost_their_evidence_or_with_strict_the_build(tmp_path: Path) -> None:
    odd = {**FIG, "entities": [{**FIG["entities"][0], "mentions": ["FigNet", "Fig Net"]}]}
    warned: list[KgError] = []
    assert built(tmp_path, odd, warn=warned.append).papers == 1
    (warning,) = map(str, warned)
    assert warning.endswith("line 1: 'Fig Net' does not stand in 'FigNet'; is this the paper that was annotated?")
    with pytest.raises(KgError, match="'Fig Net' does not stand"):
        built(tmp_path, odd, strict=True, graph="strict")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path, "no such file; to write the records of a build, there is --save-records"),
        (lambda path: path.mkdir(), "cannot be read"),
        (lambda path: path.write_bytes(b"\n\n"), "holds no record"),
        (lambda path: path.write_bytes(b"\xff\xfe{}"), "not text in UTF-8"),
    ],
)
def test_what_is_no_file_of_records_is_said_in_one_line(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    make(tmp_path / "gold.jsonl")
    with pytest.raises(KgError, match=rf"gold\.jsonl: .*{message}"):
        build([], tmp_path / "graph", records=tmp_path / "gold.jsonl")


def test_a_broken_line_is_one_line_on_standard_error_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text('{"id": 1, "entities": [{"id"', encoding="utf8")
    done = kg("build", "--records", tmp_path / "gold.jsonl", "-g", tmp_path / "graph")
    assert (done.returncode, done.stdout) == (1, "")
    assert "gold.jsonl, line 1: not valid JSON" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_build_of_nothing_is_wrong_usage(tmp_path: Path) -> None:
    done = kg("build", "-g", tmp_path / "graph")
    assert done.returncode == 2
    assert "--records FILE" in done.stderr


def test_the_command_says_how_many_records_it_took(tmp_path: Path) -> None:
    papers, gold = lines(tmp_path / "papers.jsonl", *PAPERS), lines(tmp_path / "gold.jsonl", PLUM, FIG)
    done = kg("build", papers, "--records", gold, "-g", tmp_path / "graph")
    assert done.returncode == 0
    assert "gold.jsonl: 2 records; 1 papers of the input have none and stay out" in done.stderr
    assert "2 papers from 1 files, 0 extracted" in done.stderr


def test_annotations_given_as_papers_are_told_apart(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", PLUM)
    with pytest.raises(KgError, match=r"line 1: a record without its paper; build with the papers and --records"):
        build([gold], tmp_path / "graph", strict=True)


def test_odd_characters_in_records_do_no_damage(tmp_path: Path) -> None:
    name = "Fig\x07\ud800 <script>"
    entity = {"id": "e1", "type": "Model", "name": name, "mentions": ["FigNet", ""]}
    odd = {**FIG, "entities": [entity], "pipeline": "a b/<c>"}
    built(tmp_path, odd)
    assert told(tmp_path, "?p kg:introduces/skos:prefLabel ?a") == {("Fig \ufffd <script>",)}
    assert validate(GraphDirectory(tmp_path / "graph").store()) == []


def test_places_found_for_annotations_are_those_that_are_scored() -> None:
    for paper, record in annotated(EXAMPLES / "expected.jsonl", EXAMPLES / "corpus.jsonl"):
        bare = record.model_copy(
            update={"entities": tuple(e.model_copy(update={"spans": ()}) for e in record.entities)}
        )
        assert mention_places(record, paper.text) == mention_places(bare, paper.text)


@settings(max_examples=30)
@given(some.text(max_size=80), some.text(max_size=200))
def test_records_survive_writing_and_reading(tmp_path_factory: pytest.TempPathFactory, title: str, more: str) -> None:
    paper = Paper(id=1, title=f"Otter {title.split()}", abstract=f"We present OtterNet on 8 A100 GPUs. {more.split()}")
    file = tmp_path_factory.mktemp("records") / "records.jsonl"
    (record,) = extract([paper])
    write_records([record], file)
    (again,) = read_records(file)
    assert again.model_dump(exclude={"paper"}) == record.model_dump(exclude={"paper"})


def test_real_annotations_make_a_valid_graph_with_evidence_for_every_result(shared: Path, tmp_path: Path) -> None:
    report = build([shared / "corpus" / "dev.jsonl"], tmp_path / "graph", records=shared / "gold" / "dev.jsonl")
    gold = (shared / "gold" / "dev.jsonl").read_text(encoding="utf8").splitlines()
    assert (report.extracted, report.given, report.papers) == (0, len(gold), len(gold))
    assert not told(tmp_path, "?a a kg:Result FILTER NOT EXISTS { ?a kg:evidence ?e }")
    assert validate(GraphDirectory(tmp_path / "graph").store()) == []
