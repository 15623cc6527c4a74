"""Corrections: what each kind changes, that they last, and that the graph says who made them."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import Quad, Store

from kg.build import BuildReport, build
from kg.corrections import Corrections
from kg.query import find_node, rows
from kg.records import EntityType, KgError
from kg.review import doubts
from kg.store import GraphDirectory
from kg.validate import validate
from tests.conftest import EXAMPLES, INPUTS, ROOT
from tests.test_build import quads_of
from tests.test_cli import kg
from tests.written import ABSTRACT, PREFIXES, entity, fig, graph_of, plum, record

SIGNED = "\n  by: Ada Plum\n  on: 2026-11-21\n"
ABOUT_PLUM = "\n  paper: PlumServe - serving plums" + SIGNED  # a title, however spelt
PROV = "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX schema: <https://schema.org/>"


def told(store: Store, pattern: str) -> Counter[tuple[str, ...]]:
    """What a pattern with ?a, ?b … finds, by labels where there are any."""
    names = sorted(set(re.findall(r"\?([a-d])\b", pattern)))
    found = rows(store, f"{PREFIXES}{PROV} SELECT {' '.join(f'?{name}' for name in names)} WHERE {{ {pattern} }}")
    return Counter(tuple(row[name].value for name in names) for row in found)


def in_role(store: Store, role: str) -> set[str]:
    """The labels of what papers have in a role."""
    return {label for (label,) in told(store, f"?paper kg:{role} ?thing . ?thing skos:prefLabel ?a")}


@pytest.mark.parametrize(
    ("role", "property", "thing"),
    [
        ("introduces", "introduces", "PlumServe"),
        ("compared_to", "comparedTo", "PearServe"),
        ("evaluated_on", "evaluatedOn", "FigQA"),
        ("runs_on", "runsOn", "A100"),
        ("parameters", "parameters", "Plum 7B"),
    ],
)
def test_a_rejected_fact_is_not_in_the_graph(role: str, property: str, thing: str) -> None:
    claim = f"?a a kg:Statement ; rdf:predicate kg:{property}"
    assert told(graph_of(plum()), claim)
    assert not told(graph_of(plum(), corrections=f"- reject: {role}\n  thing: {thing}{ABOUT_PLUM}"), claim)


def test_a_rejected_mention_takes_all_along_that_is_said_of_the_thing() -> None:
    store = graph_of(plum(), corrections=f"- reject: mentions\n  thing: PearServe{ABOUT_PLUM}")
    assert "PearServe" not in in_role(store, "mentions") | in_role(store, "comparedTo")
    assert told(store, "?r kg:subject/skos:prefLabel ?a")
    assert not told(store, "?r kg:baseline ?a")


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("metric: plum rates, value: 2.5", 0),
        ("metric: plum rate, value: 2.50, thing: PlumServe", 0),
        ("metric: plum rate, value: 2.5, thing: PearServe", 1),
        ("metric: plum rate, value: 3", 1),
        ("metric: latency, value: 2.5", 1),
    ],
)
def test_a_result_is_found_by_its_metric_and_value_and_its_subject_if_told(keys: str, left: int) -> None:
    lines = "".join(f"\n  {key}" for key in keys.split(", "))
    store = graph_of(plum(), corrections=f"- reject: result{lines}{ABOUT_PLUM}")
    assert len(told(store, "?a a kg:Result")) == left


def test_an_accepted_fact_is_certain_and_says_by_whom() -> None:
    store = graph_of(plum(), corrections=f"- accept: runs_on\n  thing: NVIDIA A100\n  because: page 3{ABOUT_PLUM}")
    claim = "?claim rdf:predicate kg:runsOn ; itsrdf:taConfidence ?a ; prov:wasGeneratedBy/rdf:type prov:Activity"
    correction = "?made kg:because ?b ; prov:endedAtTime ?c ; prov:wasAssociatedWith/schema:name ?d"
    assert told(store, f"{claim} ; prov:wasInfluencedBy ?made . {correction}") == {
        ("1", "page 3", "2026-11-21T00:00:00Z", "Ada Plum"): 1
    }


def test_what_a_rejection_leaves_is_who_made_it() -> None:
    store = graph_of(plum(), corrections=f"- reject: runs_on\n  thing: A100{ABOUT_PLUM}")
    pattern = "?made a kg:Correction ; <http://www.w3.org/2000/01/rdf-schema#label> ?a"
    assert told(store, pattern) == {("reject runs_on, thing A100, paper PlumServe - serving plums",): 1}


@pytest.mark.parametrize("paper", ["2699.00001", "arXiv:2699.00001v3", "https://arxiv.org/abs/2699.00001"])
def test_a_paper_is_named_by_its_identifier_however_written(paper: str) -> None:
    told_of = f"- reject: runs_on\n  thing: A100\n  paper: {paper}{SIGNED}"
    assert not in_role(graph_of(plum(), corrections=told_of), "runsOn")


def test_an_identifier_that_reads_as_a_number_keeps_its_zeros() -> None:
    only = record(arxiv_id="2699.00010", entities=(entity("e1", EntityType.SYSTEM, "PlumServe"),))
    told_of = f"- reject: mentions\n  thing: PlumServe\n  paper: 2699.00010{SIGNED}"
    assert not in_role(graph_of(only, corrections=told_of), "mentions")


def test_a_renamed_thing_bears_the_name_in_all_papers_and_keeps_the_old_one_as_an_alias() -> None:
    store = graph_of(plum(), fig(), corrections=f"- rename: plum-serve\n  to: Damson{SIGNED}")
    assert "PlumServe" not in in_role(store, "mentions")
    assert told(store, "?paper kg:mentions ?x . ?x skos:prefLabel 'Damson' ; skos:altLabel ?a") == {("PlumServe",): 2}
    assert in_role(store, "introduces") == {"Damson", "FigServe"}


def test_a_thing_may_be_renamed_in_one_paper() -> None:
    store = graph_of(plum(), fig(), corrections=f"- rename: PlumServe\n  to: Damson\n  paper: FigServe{SIGNED}")
    assert (in_role(store, "introduces"), in_role(store, "buildsOn")) == ({"PlumServe", "FigServe"}, {"Damson"})


def test_the_words_of_a_metric_may_be_renamed() -> None:
    store = graph_of(plum(), fig(), corrections=f"- rename: plum rate\n  to: throughput{SIGNED}")
    assert told(store, "?r kg:metric/skos:prefLabel ?a").keys() == {("throughput",)}


def test_a_thing_of_another_type_loses_the_roles_that_it_cannot_have() -> None:
    store = graph_of(plum(), fig(), corrections=f"- retype: FigQA\n  to: Task{SIGNED}")
    assert told(store, "?paper kg:mentions ?x . ?x a kg:Task ; skos:prefLabel ?a") == {("FigQA",): 2}
    assert not in_role(store, "evaluatedOn")
    assert not told(store, "?r kg:dataset ?a")
    assert validate(store) == []


def test_only_the_type_that_is_told_is_changed() -> None:
    two = record(entities=(entity("e1", EntityType.SYSTEM, "Plum"), entity("e2", EntityType.MODEL, "Plum")))
    store = graph_of(two, corrections=f"- retype: Plum\n  type: Model\n  to: Method{SIGNED}")
    assert {kind.rpartition("#")[2] for (kind,) in told(store, "?p kg:mentions/rdf:type ?a")} == {"System", "Method"}


def test_merged_names_are_one_thing_that_says_why_and_by_whom() -> None:
    corrections = f"- merge: [PearServe, FigServe]\n  type: System\n  because: renamed in May{SIGNED}"
    store = graph_of(plum(), fig(), corrections=corrections)
    (because,) = told(store, "?x kg:mergedBecause ?a ; prov:wasInfluencedBy/prov:wasAssociatedWith/schema:name ?b")
    assert because == ("“PearServe”: said by Ada Plum on 2026-11-21: renamed in May", "Ada Plum")
    assert find_node(store, "PearServe") == find_node(store, "FigServe")


def test_split_names_are_two_things_also_against_a_rule_that_ships() -> None:
    two = record(
        entities=(entity("e1", EntityType.DATASET, "ImageNet-21K"), entity("e2", EntityType.DATASET, "ImageNet-22K"))
    )
    split = f"- split: [ImageNet-21K, ImageNet-22K]\n  type: Dataset{SIGNED}"
    assert [len(in_role(graph_of(two, corrections=c), "mentions")) for c in ("", split)] == [1, 2]


def test_an_alias_finds_its_thing_though_no_paper_writes_it() -> None:
    store = graph_of(plum(), corrections=f"- alias: Project Prune\n  of: PlumServe\n  type: System{SIGNED}")
    assert find_node(store, "project prune") == find_node(store, "PlumServe")
    assert "PlumServe" in in_role(store, "mentions")


ADDED = "\n  evidence: On 8 A100 GPUs, PlumServe is up to 2.5x faster than PearServe on FigQA." + ABOUT_PLUM


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("add: introduces, thing: SloeServe, type: System", "?claim rdf:predicate kg:introduces"),
        ("add: builds_on, thing: PlumServe, type: System", "?claim rdf:predicate kg:buildsOn"),
        ("add: tasks, thing: plum serving", "?claim rdf:predicate kg:task"),
        ("add: trained_on, thing: FigQA", "?claim rdf:predicate kg:trainedOn"),
        ("add: runs_on, thing: H100, count: 4", "?claim rdf:predicate kg:runsOn ; kg:count 4"),
        ("add: parameters, thing: Plum-7B, type: Model, value: 8000000000", "?claim rdf:object 8000000000"),
        ("add: mentions, thing: GPU, type: Hardware", "?claim rdf:predicate kg:mentions"),
        (
            "add: result, thing: PlumServe, type: System, metric: latency, value: 7.5, unit: ms, bound: <=, "
            "baseline: PearServe, dataset: FigQA, hardware: H100",
            "?claim kg:value 7.5 ; kg:unit 'ms' ; kg:bound '<=' ; kg:subject/skos:prefLabel 'PlumServe' ; "
            "kg:baseline/skos:prefLabel 'PearServe' ; kg:dataset/skos:prefLabel 'FigQA' ; "
            "kg:hardware/skos:prefLabel 'NVIDIA H100' ; kg:metric/skos:prefLabel 'latency'",
        ),
    ],
)
def test_an_added_fact_is_certain_and_has_its_evidence_and_who_added_it(keys: str, found: str) -> None:
    lines = "\n  ".join(keys.split(", "))
    store = graph_of(plum(), corrections=f"- {lines}{ADDED}")
    by = "prov:wasInfluencedBy/prov:wasAssociatedWith/schema:name ?c"
    claim = f"{found} ; itsrdf:taConfidence ?a ; kg:evidence/oa:exact ?b ; {by}"
    evidence = ABSTRACT.removeprefix("We present PlumServe. ")
    assert ("1", evidence, "Ada Plum") in told(store, claim)
    assert validate(store) == []


def test_an_added_thing_that_the_paper_has_by_another_name_is_that_thing() -> None:
    added = f"- add: compared_to\n  thing: plum-serve\n  type: System{ADDED}"
    assert in_role(graph_of(plum(), corrections=added), "mentions") == in_role(graph_of(plum()), "mentions")


def test_an_added_thing_may_be_renamed_and_merged_like_any_other() -> None:
    added = f"- add: builds_on\n  thing: SloeServe\n  type: System{ADDED}"
    renamed = graph_of(plum(), corrections=f"{added}- rename: SloeServe\n  to: Damson{SIGNED}")
    assert in_role(renamed, "buildsOn") == {"Damson"}
    merged = graph_of(plum(), corrections=f"{added}- merge: [SloeServe, PearServe]\n  type: System{SIGNED}")
    assert in_role(merged, "buildsOn") == in_role(merged, "comparedTo")


def test_of_an_addition_and_a_rejection_the_later_counts() -> None:
    added = f"- add: compared_to\n  thing: PearServe\n  type: System{ADDED}"
    for role in ("compared_to", "mentions"):
        rejected = f"- reject: {role}\n  thing: PearServe{ABOUT_PLUM}"
        there = [
            bool(in_role(graph_of(plum(), corrections=c), "comparedTo")) for c in (added + rejected, rejected + added)
        ]
        assert there == [False, True]


def test_evidence_that_the_paper_lacks_is_told_with_its_line_and_changes_nothing(tmp_path: Path) -> None:
    corrected(tmp_path, RENAME, "Plum")
    before = quads_of(tmp_path / "graph", tmp_path / "out")
    wrong = "- add: tasks\n  thing: plum picking\n  evidence: We pick plums.\n  paper: 'PlumNet: a model'" + SIGNED
    with pytest.raises(KgError, match=r"mine\.yaml, line 5: 'evidence': does not stand in 'PlumNet: a model'; copy"):
        corrected(tmp_path, RENAME + wrong, "Plum")
    assert quads_of(tmp_path / "graph", tmp_path / "out") == before
    assert (tmp_path / "graph" / "corrections.yaml").read_text(encoding="utf8") == RENAME


def test_an_added_fact_lasts_over_builds(tmp_path: Path) -> None:
    text = "- add: tasks\n  thing: plum picking\n  evidence: PlumNet, a model\n  paper: 'PlumNet: a model'" + SIGNED
    assert corrected(tmp_path, text, "Plum").unmatched == ()
    build([papers_file(tmp_path / "more.jsonl", "Pear")], tmp_path / "graph")
    assert in_role(GraphDirectory(tmp_path / "graph").store(), "task") == {"plum picking"}
    assert len(corrected(tmp_path, text.replace("PlumNet: a", "FigNet: a"), "Plum").unmatched) == 1


def test_an_undecided_fact_stays_as_it_is() -> None:
    corrections = f"- undecided: runs_on\n  thing: A100{ABOUT_PLUM}"
    assert set(graph_of(plum(), corrections=corrections)) == set(graph_of(plum()))


def test_the_later_of_two_that_disagree_counts() -> None:
    names = "\n  type: System" + SIGNED
    merge, split = "- merge: [PearServe, FigServe]" + names, "- split: [FigServe, PearServe]" + names
    things = [len(in_role(graph_of(plum(), fig(), corrections=c), "mentions")) for c in (merge + split, split + merge)]
    assert things == [7, 6]


PARTS = [
    f"- add: builds_on\n  thing: SloeServe\n  type: System{ADDED}",
    f"- accept: introduces\n  thing: PlumServe{ABOUT_PLUM}",
    f"- reject: evaluated_on\n  thing: FigQA{ABOUT_PLUM}",
    f"- rename: PearServe\n  to: Quince{SIGNED}",
    f"- retype: Plum-7B\n  to: Method{SIGNED}",
    f"- merge: [FigServe, Quince]\n  type: System{SIGNED}",
    f"- split: [A100, H100]\n  type: Hardware{SIGNED}",
    f"- alias: Project Prune\n  of: PlumServe\n  type: System{SIGNED}",
]


@settings(deadline=None)  # the first order also pays for the graph that all are compared to
@given(some.permutations(PARTS), some.permutations([plum(), fig()]))
def test_corrections_of_different_things_give_one_graph_in_any_order(parts: list[str], papers: list[object]) -> None:
    assert set(graph_of(*papers, corrections="".join(parts))) == all_corrected()


@cache
def all_corrected() -> set[Quad]:
    """The graph of two papers with the corrections as they stand above."""
    return set(graph_of(plum(), fig(), corrections="".join(PARTS)))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("reject: tasks", 1, "expected a list of corrections, each beginning with a hyphen"),
        ("- reject", 1, "with a line 'key: value'"),
        ("- thing: Plum" + SIGNED, 1, "has exactly one of accept, reject"),
        ("- rename: Plum\n  to: Pear\n  merge: [a, b]" + SIGNED, 1, "but it has rename and merge"),
        ("# first\n- rename: Plum\n  to: Pear\n  by: Ada", 2, "'on': is missing; add it"),
        ("- rename: Plum\n  to: Pear\n  by: Ada\n  on: 20 May", 4, "'on': '20 May' is no date; write it as in 2026-"),
        ("- rename: Plum\n  to: Pear\n  by:\n  on: 2026-11-21", 3, "'by': string should have at least 1 character"),
        ("- rename: Plum\n  too: Pear" + SIGNED, 1, "'to': is missing"),
        ("- rename: Plum\n  to: Pear\n  then: Fig" + SIGNED, 3, "'then': is no key of this correction"),
        ("- rename: Plum\n  to: Pear\n  to: Fig" + SIGNED, 3, "'to' stands twice in one correction; keep one"),
        ("- reject: uses\n  thing: Plum" + ABOUT_PLUM, 1, "'reject': input should be 'mentions', 'introduces'"),
        ("- reject: tasks" + ABOUT_PLUM, 1, "what the paper has as 'tasks' is missing: add its name as thing"),
        ("- reject: result\n  metric: rate" + ABOUT_PLUM, 1, "a result is told by its metric and value: add them"),
        ("- reject: result\n  metric: rate\n  value: 2,5" + ABOUT_PLUM, 3, "'value': input should be a valid number"),
        ("- retype: Plum\n  to: Fruit" + SIGNED, 2, "'to': input should be 'Model', 'Method'"),
        ("- merge: [Plum]\n  type: Model" + SIGNED, 1, "'merge': "),
        ("- split: [Plum, plum]\n  type: Model" + SIGNED, 1, "'Plum' and 'plum' are one spelling of one name"),
        (
            "- rename: Plum: Serving\n  to: Pear" + SIGNED,
            1,
            "not valid YAML (mapping values are not allowed",
        ),
    ],
)
def test_a_bad_file_is_told_with_its_line_and_what_to_do(text: str, line: int, message: str) -> None:
    with pytest.raises(KgError, match=rf"mine\.yaml, line {line}: .*{re.escape(message)}"):
        Corrections.read(text.encode(), "mine.yaml")


@given(some.text())
def test_any_other_text_is_no_correction_or_one_clear_line(text: str) -> None:
    try:
        assert Corrections.read(text.encode("utf8", "replace"), "mine.yaml").placed == ()
    except KgError as error:
        failure = str(error)
        assert failure.startswith("mine.yaml")


def papers_file(path: Path, *names: str) -> Path:
    lines = [{"title": f"{name}Net: a model", "abstract": f"We present {name}Net, a model."} for name in names]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf8")
    return path


def corrected(tmp_path: Path, text: str, *names: str) -> BuildReport:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf8")
    papers = papers_file(tmp_path / "papers.jsonl", *names)
    return build([papers], tmp_path / "graph", corrections=tmp_path / "mine.yaml")


RENAME = f"- rename: PlumNet\n  to: Damson{SIGNED}"


def labels(tmp_path: Path) -> set[str]:
    return in_role(GraphDirectory(tmp_path / "graph").store(), "mentions")


def test_corrections_last_over_builds_and_new_papers_without_the_file(tmp_path: Path) -> None:
    corrected(tmp_path, RENAME, "Plum")
    (tmp_path / "mine.yaml").unlink()
    assert build([tmp_path / "papers.jsonl"], tmp_path / "graph").unchanged
    build([papers_file(tmp_path / "more.jsonl", "Pear")], tmp_path / "graph")
    assert {"Damson", "PearNet"} <= labels(tmp_path)


def test_changed_corrections_make_the_graph_anew_and_extract_nothing(tmp_path: Path) -> None:
    build([papers_file(tmp_path / "papers.jsonl", "Plum")], tmp_path / "graph")
    before = quads_of(tmp_path / "graph", tmp_path / "out")
    report = corrected(tmp_path, RENAME, "Plum")
    assert (report.extracted, report.unchanged, report.corrections, report.unmatched) == (0, False, 1, ())
    assert "Damson" in labels(tmp_path)
    corrected(tmp_path, "", "Plum")
    assert quads_of(tmp_path / "graph", tmp_path / "out") == before


def test_the_kept_file_may_be_edited_in_its_place(tmp_path: Path) -> None:
    corrected(tmp_path, RENAME, "Plum")
    kept = tmp_path / "graph" / "corrections.yaml"
    kept.write_text(kept.read_text().replace("Damson", "Sloe"))
    assert build([tmp_path / "papers.jsonl"], tmp_path / "graph").extracted == 0
    assert "Sloe" in labels(tmp_path)


def test_what_matches_nothing_is_named_with_its_line_also_when_nothing_is_new(tmp_path: Path) -> None:
    text = RENAME + f"- rename: FigNet\n  to: Sloe{SIGNED}- merge: [PlumNet, NoNet]\n  type: Model{SIGNED}"
    first, again = corrected(tmp_path, text, "Plum"), corrected(tmp_path, text, "Plum")
    assert again.unchanged
    for report in (first, again):
        assert [line.partition("mine.yaml, ")[2] for line in report.unmatched] == [
            "line 5: rename FigNet, to Sloe",
            "line 9: type Model, merge PlumNet, NoNet",
        ]


def test_a_correction_finds_what_a_later_paper_brings(tmp_path: Path) -> None:
    assert len(corrected(tmp_path, RENAME, "Pear").unmatched) == 1
    assert corrected(tmp_path, RENAME, "Pear", "Plum").unmatched == ()


@pytest.mark.parametrize(
    "text",
    [
        "- rename: PlumNet",
        "".join(f"- {what}\n  type: Model{SIGNED}" for what in ("merge: [a, b]", "merge: [b, c]", "split: [a, c]")),
    ],
)
def test_a_bad_file_leaves_graph_and_corrections_as_they_were(tmp_path: Path, text: str) -> None:
    corrected(tmp_path, RENAME, "Plum")
    before = quads_of(tmp_path / "graph", tmp_path / "out")
    with pytest.raises(KgError, match=r"mine\.yaml"):
        corrected(tmp_path, text, "Plum")
    assert (tmp_path / "graph" / "corrections.yaml").read_text(encoding="utf8") == RENAME
    assert quads_of(tmp_path / "graph", tmp_path / "out") == before


def test_records_beside_the_graph_are_corrected_and_extraction_is_kept(tmp_path: Path) -> None:
    corrected(tmp_path, RENAME, "Plum")
    build([tmp_path / "papers.jsonl"], tmp_path / "graph", save_records=tmp_path / "records.jsonl")
    assert '"name":"Damson"' in (tmp_path / "records.jsonl").read_text(encoding="utf8")
    assert b"Damson" not in (tmp_path / "graph" / "records.db").read_bytes()


def test_a_fact_below_the_threshold_may_be_accepted(tmp_path: Path) -> None:
    build(INPUTS, tmp_path / "graph")
    least = next(d for d in doubts(GraphDirectory(tmp_path / "graph").store(), 1) if d.role == "evaluated_on")
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump([{**least.fact, "by": "Ada", "on": "2026-11-21"}]))
    (tmp_path / "mine.yaml").write_text((tmp_path / "mine.yaml").read_text().replace("undecided", "accept"))
    corrections = tmp_path / "mine.yaml"
    for directory, told_of in (("bare", None), ("mine", corrections)):
        build(INPUTS, tmp_path / directory, corrections=told_of, min_score=float(least.confidence) + 0.01)
    found = [in_role(GraphDirectory(tmp_path / d).store(), "evaluatedOn") for d in ("bare", "mine")]
    assert (least.thing in found[0], least.thing in found[1]) == (False, True)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of the example papers that a person reviews."""
    directory = tmp_path_factory.mktemp("reviewed") / "graph"
    build(INPUTS, directory)
    return directory


def test_every_fact_that_review_prints_is_found_when_it_is_given_back(reviewed: Path, tmp_path: Path) -> None:
    done = kg("review", "-g", reviewed, "--below", "1.1", "--limit", "100000", "--format", "yaml")
    (tmp_path / "mine.yaml").write_text(done.stdout.replace("- undecided:", "- accept:"), encoding="utf8")
    report = build(INPUTS, reviewed, corrections=tmp_path / "mine.yaml")
    assert (report.corrections > 500, report.extracted, report.unmatched) == (True, 0, ())
    assert doubts(GraphDirectory(reviewed).store(), 1) == []


def test_review_begins_with_what_is_kept_and_lists_no_fact_twice(tmp_path: Path) -> None:
    graph = tmp_path / "graph"
    build(INPUTS, graph)
    done = kg("review", "-g", graph, "--limit", "3", "--format", "yaml")
    first = done.stdout.replace("- undecided:", "- reject:", 1)
    (tmp_path / "mine.yaml").write_text(first, encoding="utf8")
    report = build(INPUTS, graph, corrections=tmp_path / "mine.yaml")
    assert (report.corrections, report.undecided, report.unmatched) == (1, 2, ())
    second = kg("review", "-g", graph, "--limit", "3", "--format", "yaml").stdout
    assert second.startswith(first.rstrip())
    told_of = Corrections.read(second.encode(), "second.yaml")
    assert (len(told_of.placed), len({c.what for _, c in told_of.placed})) == (6, 6)


DOCUMENT = (ROOT / "docs" / "corrections.md").read_text(encoding="utf8")


def test_the_corrections_of_the_document_all_find_what_they_correct(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf8")
    report = build(INPUTS, tmp_path / "graph", corrections=tmp_path / "mine.yaml")
    assert (report.corrections, report.undecided, report.unmatched) == (11, 1, ())
    (query,) = re.findall(r"```sparql\n(.*?)```", DOCUMENT, re.DOTALL)
    people = Counter(row["who"].value for row in rows(GraphDirectory(tmp_path / "graph").store(), query))
    assert people.keys() == {"Mirela Đukova", "Tobias Ahrendal"}
    assert validate(GraphDirectory(tmp_path / "graph").store()) == []


def test_review_prints_what_the_document_shows(example_graph: Path) -> None:
    ((command, answer),) = re.findall(r"```console\n\$ kg ([^\n]+)\n(.*?)```", DOCUMENT, re.DOTALL)
    shown = [line.rstrip() for line in kg(*command.split(), "-g", example_graph).stdout.splitlines()]
    assert "\n".join(shown).strip() == answer.strip()


def test_a_build_tells_what_became_of_the_corrections(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"- rename: NoNet\n  to: Sloe{SIGNED}")
    done = kg("build", EXAMPLES / "papers.jsonl", "-g", tmp_path / "graph", "--corrections", tmp_path / "mine.yaml")
    assert "mine.yaml, line 1: rename NoNet, to Sloe" in done.stderr
    assert "1 corrections, 1 of which match nothing, and 0 facts undecided" in done.stderr
