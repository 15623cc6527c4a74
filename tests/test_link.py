"""Names of one thing meet in one node, names of two things don't, and the graph says why."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import NamedNode

from kg.catalog import Catalog, Entry, known
from kg.graph import BASE
from kg.graph.rdf import catalog_quads
from kg.graph.vocabulary import entity_iri
from kg.link import Linker, Relation, Rules, shipped
from kg.query import rows
from kg.records import Entity, EntityType, Extraction, Fact, KgError, Result, Role
from tests.conftest import ROOT
from tests.written import PREFIXES, graph_of, record

LINKER = Linker(known())
with (ROOT / "tests" / "linking_pairs.tsv").open(encoding="utf8") as table:
    PAIRS = [tuple(row) for row in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]


def called(type: EntityType, *forms: str) -> Entity:
    """An entity by its name and the other forms that the paper writes."""
    return Entity(id="e1", type=type, name=forms[0], mentions=forms)


def papers(*entities: Entity) -> list[Extraction]:
    """A paper for each entity."""
    return [Extraction(id=number, entities=(entity,)) for number, entity in enumerate(entities)]


def slugs(*entities: Entity, linker: Linker = LINKER) -> list[str]:
    """What linking makes of entities of as many papers."""
    linked = linker.over(papers(*entities))
    return [linked.canonical(entity).slug for entity in entities]


def model(*forms: str) -> Entity:
    return called(EntityType.MODEL, *forms)


@pytest.mark.parametrize(("verdict", "type", "first", "second", "rule"), PAIRS, ids=lambda cell: cell)
def test_hard_pairs(verdict: str, type: str, first: str, second: str, rule: str) -> None:
    """A cell ``SAM = segment anything`` is a paper that writes both."""
    one, other = slugs(*(called(EntityType(type), *cell.split(" = ")) for cell in (first, second)))
    assert (one == other) is (verdict == "same"), rule


def test_a_thing_is_called_as_people_read_it_and_found_as_the_paper_writes_it() -> None:
    (thing, said), *_ = LINKER.over(papers(model("M$^{3}$-Plum"))).describe()
    assert (thing.slug, said.label) == ("m3-plum", "M^3-Plum")
    assert [alias.name for alias in said.aliases] == ["M$^{3}$-Plum"]


def test_the_hard_pairs_are_two_hundred_and_of_every_type() -> None:
    for verdict in ("same", "different"):
        assert len({row[1:4] for row in map(tuple, PAIRS) if row[0] == verdict}) >= 100
        assert {row[1] for row in PAIRS if row[0] == verdict} == set(EntityType)


def test_things_of_two_types_are_two() -> None:
    linked = LINKER.over(papers(model("Plum"), called(EntityType.SYSTEM, "Plum")))
    assert linked.canonical(model("Plum")) != linked.canonical(called(EntityType.SYSTEM, "Plum"))


def test_an_abbreviation_that_one_paper_explains_is_understood_in_all() -> None:
    explained, short, long = model("PGN", "Plum Growth Network"), model("PGN"), model("plum growth networks")
    assert len(set(slugs(explained, short, long))) == 1


def test_a_short_name_with_two_readings_is_neither_where_no_paper_says_which() -> None:
    one, other, bare = model("PGN", "Plum Growth Network"), model("PGN", "Pear Graph Navigator"), model("PGN")
    assert len(set(slugs(one, other, bare))) == 3


def test_the_reading_of_most_papers_wins_and_the_other_stays_apart() -> None:
    most, rare, bare = model("PGN", "Plum Growth Network"), model("PGN", "Pear Graph Navigator"), model("PGN")
    first, *_, last, alone = slugs(most, most, most, rare, bare)
    assert first == alone != last


def test_two_letters_need_two_papers() -> None:
    explained, bare = model("PG", "Plum Growth"), model("PG")
    assert len(set(slugs(explained, bare))) == 2
    assert len(set(slugs(explained, explained, bare))) == 1


def test_a_paper_that_spells_out_a_known_short_name_otherwise_means_its_own() -> None:
    method = EntityType.METHOD
    own = called(method, "RAG", "ripeness-aware grading")
    usual = called(method, "RAG", "retrieval-augmented generation")
    assert len(set(slugs(own, usual, called(method, "RAG")))) == 2


def introducing(entity: Entity) -> Extraction:
    """A paper that calls a thing its own."""
    return Extraction(id=entity.name, entities=(entity,), facts=(Fact(role=Role.INTRODUCES, entity=entity.id),))


@pytest.mark.parametrize(
    ("known", "written"),
    [("StableMoE", "Stable-MoE"), ("ChartBench", "CharBench"), ("Apache Hive", "Hive"), ("HumanEval", "HumaneEval")],
)
def test_what_a_paper_calls_its_own_is_no_other_spelling_of_a_known_name(known: str, written: str) -> None:
    types = {"StableMoE": EntityType.METHOD, "Apache Hive": EntityType.SYSTEM}
    entity = called(types.get(known, EntityType.DATASET), written)
    usual = called(entity.type, known)
    named = LINKER.over(papers(usual, entity))
    own = LINKER.over([*papers(usual), introducing(entity)])
    assert named.canonical(entity) == named.canonical(usual)
    assert own.canonical(entity) != own.canonical(usual)


def test_a_papers_own_short_name_is_not_all_of_the_known_thing_that_it_is_spelt_out_as() -> None:
    own, usual = called(EntityType.METHOD, "BPlum", "beam plum search"), called(EntityType.METHOD, "beam plum search")
    catalog = Catalog.of([Entry("x:beam", EntityType.METHOD, "beam plum search")])
    linker = Linker(catalog)
    named, introduced = linker.over(papers(own, usual)), linker.over([*papers(usual), introducing(own)])
    assert named.canonical(own) == named.canonical(usual)
    assert introduced.canonical(own) != introduced.canonical(usual)


def test_own_names_of_two_papers_differ_by_a_hyphen_and_not_by_a_word_that_says_what_it_is() -> None:
    one, other, longer = (called(EntityType.METHOD, name) for name in ("P-LUM", "PLUM", "PLUM-Framework"))
    apart, joined = LINKER.over(map(introducing, (one, other))), LINKER.over(map(introducing, (other, longer)))
    assert apart.canonical(one) != apart.canonical(other)
    assert joined.canonical(other) == joined.canonical(longer)


def test_an_owner_is_left_out_where_one_alone_is_told() -> None:
    one, other, bare = (called(EntityType.SYSTEM, name) for name in ("IBM Plumtree", "Apple Plumtree", "Plumtree"))
    assert len(set(slugs(one, bare))) == 1
    assert len(set(slugs(one, other, bare))) == 3


def test_a_version_is_no_other_name_of_its_family() -> None:
    assert slugs(*(called(EntityType.SYSTEM, name) for name in ("Lean 4", "Lean4", "Lean"))) == ["lean-4"] * 2 + [
        "lean"
    ]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("LLaMA 7B", "LLaMA-7B"),
        ("Llama-2-13B", "Llama 2 13B"),
        ("StarCoder- 15B", "StarCoder-15B"),
        ("Plum 7B", "Plum 7B"),
    ],
)
def test_a_size_of_a_known_model_is_spelled_as_its_family_is(written: str, label: str) -> None:
    ((thing, said),) = LINKER.over(papers(model(written))).describe()
    assert said.label == label
    assert thing.slug == slugs(model(label))[0]


def test_the_label_is_what_most_papers_write_and_names_the_node() -> None:
    linked = LINKER.over(papers(model("plumnet-7b"), model("PlumNet-7B"), model("PlumNet-7B"), model("Plum Net 7B")))
    ((thing, told),) = linked.describe()
    assert (thing.slug, told.label) == ("plumnet-7b", "PlumNet-7B")
    assert [alias.name for alias in told.aliases] == ["Plum Net 7B", "plumnet-7b"]


FORMS = [
    ("PGN", "Plum Growth Network"),
    ("PGN", "Pear Graph Navigator"),
    ("PGN",),
    ("LLaMA-2-7B",),
    ("Llama 2 (7B)",),
    ("Llama2-7b-chat",),
    ("Stable-Difusion", "SD"),
    ("SD", "stable diffusion"),
    ("SD", "sparse decoder"),
    ("Plum",),
    ("plums",),
    ("PlumNet model",),
    ("PlumNet",),
    ("Plum-Net", "PN"),
]


@settings(deadline=None, max_examples=40)
@given(some.permutations([model(*forms) for forms in FORMS]), some.integers(2, len(FORMS)))
def test_the_order_of_papers_changes_nothing(entities: list[Entity], count: int) -> None:
    kept = entities[:count]
    there, back = LINKER.over(papers(*kept)), LINKER.over(papers(*reversed(kept)))
    assert [there.canonical(entity) for entity in kept] == [back.canonical(entity) for entity in kept]
    assert list(there.describe()) == list(back.describe())


@settings(deadline=None, max_examples=60)
@given(some.sampled_from(EntityType), some.text(min_size=1, max_size=30))
def test_any_name_is_a_thing_and_equal_to_itself(type: EntityType, name: str) -> None:
    entity = called(type, name)
    linked = LINKER.over(papers(entity, entity))
    assert [told.label for _, told in linked.describe()]
    assert linked.canonical(entity) == linked.canonical(called(type, name))


def test_a_rule_forces_two_names_together_and_another_keeps_two_apart() -> None:
    rules = Rules(same=(("Model", "Plum", "Prune"),), different=(("Model", "PlumNet", "PlumNet model"),))
    linker = Linker(known(), rules)
    assert len(set(slugs(model("Plum"), model("Prune"), linker=linker))) == 1
    assert len(set(slugs(model("PlumNet"), model("PlumNet model"), linker=linker))) == 2
    assert len(set(slugs(model("PlumNet"), model("PlumNet model")))) == 1


def test_a_rule_parts_an_alias_from_its_entry() -> None:
    apart = Rules(different=(("Method", "LoRA", "low-rank adaptation"),))
    names = [called(EntityType.METHOD, name) for name in ("LoRA", "low-rank adaptation")]
    assert len(set(slugs(*names, linker=Linker(known(), apart)))) == 2


def test_a_rule_parts_an_alias_also_where_extraction_gave_it_the_entry_s_name() -> None:
    apart = Rules(different=(("Method", "LoRA", "low-rank adaptation"),))
    written = Entity(id="e1", type=EntityType.METHOD, name="LoRA", mentions=("Low-Rank Adaptation",))
    usual = called(EntityType.METHOD, "LoRA")
    assert len(set(slugs(written, usual, linker=Linker(known(), apart)))) == 2
    assert len(set(slugs(written, usual))) == 1


def test_a_rule_may_join_two_entries_of_the_catalogue_with_all_their_aliases() -> None:
    linker = Linker(known(), Rules(same=(("Method", "low-rank adaptation", "QLoRA"),)))
    names = [called(EntityType.METHOD, name) for name in ("LoRA", "low-rank adaptation", "QLoRA")]
    assert len(set(slugs(*names, linker=linker))) == 1


def test_rules_that_contradict_each_other_are_refused() -> None:
    rules = Rules(same=(("Model", "Plum", "Prune"), ("Model", "Prune", "Sloe")), different=(("Model", "Plum", "Sloe"),))
    with pytest.raises(KgError, match="'Prune' and 'Sloe' are to be the same"):
        Linker(known(), rules)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("same: [[Modle, a, b]]", r"rules.yaml: same 1: .*'Model'"),
        ("same: [[Model, a]]", r"rules.yaml: same 1: "),
        ("equal: []", r"rules.yaml: equal: "),
        ("same: [", r"rules.yaml, line 1: not valid YAML"),
        ("- a", r"rules.yaml: expected the keys"),
        ("different: [[Model, Plum-7B, plum 7b]]", r"one spelling of one name"),
        ("same: [[Model, a, b]]\ndifferent: [[Model, b, a]]", r"to be the same and to be different"),
    ],
)
def test_a_bad_file_of_rules_is_named_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf8")
    with pytest.raises(KgError, match=message):
        Rules.load(path)


def test_the_rules_that_ship_with_the_package_are_few_and_hold() -> None:
    rules = shipped()
    assert 1 <= len(rules.same) + len(rules.different) < 100
    for type, first, second in rules.same:
        assert len(set(slugs(called(type, first), called(type, second)))) == 1
    for type, first, second in rules.different:
        assert len(set(slugs(called(type, first), called(type, second)))) == 2


def test_every_merge_in_the_graph_says_why() -> None:
    store = graph_of(
        record(entities=(called(EntityType.METHOD, "LoRA", "Low-Rank Adaptation", "LoRA layers"),)),
        record("Pears", entities=(model("PlumNet"),)),
        record("Figs", entities=(model("PlumNet model"),)),
        record("Sloes", entities=(model("PlumNet"), model("Stable-Difusion"))),
    )
    query = PREFIXES + "SELECT ?why { ?thing kg:mergedBecause ?why }"
    assert sorted(row["why"].value for row in rows(store, query)) == [
        "“LoRA layers”: so called in a paper",
        "“Low-Rank Adaptation”: a label in the catalogue",
        "“PlumNet model”: same but for words that need not be said",
        "“Stable-Difusion”: spelling like “Stable Diffusion” (0.89)",
    ]


def test_a_size_hangs_on_its_version_and_that_on_its_family() -> None:
    store = graph_of(record(entities=(model("LLaMA-2-7B-Chat"), called(EntityType.DATASET, "ImageNet-1K"))))
    query = PREFIXES + "SELECT ?a ?r ?b { ?a ?r ?b . FILTER(?r IN (kg:variantOf, kg:partOf)) }"
    links = {tuple(row[name].value.rpartition("/")[2] for name in "arb") for row in rows(store, query)}
    assert ("llama-2", "ontology#variantOf", "llama") in links
    assert ("imagenet-1k", "ontology#partOf", "imagenet") in links
    label = PREFIXES + "SELECT ?label { <https://w3id.org/paper-kg/id/model/llama> skos:prefLabel ?label }"
    assert [row["label"].value for row in rows(store, label)] == ["LLaMA"]


def test_a_parent_is_the_nearest_thing_that_is_known() -> None:
    linked = LINKER.over(papers(model("Plum-2-7B-Chat"), model("Plum-2-7B"), model("Plum"), model("Sloe-7B")))
    above = {thing.slug: linked.above(thing) for thing, _ in linked.describe()}
    assert {slug: place and (place[0], place[1].slug) for slug, place in above.items()} == {
        "plum-2-7b-chat": (Relation.VARIANT_OF, "plum-2-7b"),
        "plum-2-7b": (Relation.VARIANT_OF, "plum"),
        "plum": None,
        "sloe-7b": None,
    }


@pytest.mark.parametrize(
    ("child", "parent", "related"),
    [
        ("PLUM-2", "PLUM", True),
        ("PLUM++", "PLUM", True),
        ("PLUM-Lite", "PLUM", True),
        ("PLUM-DPO", "PLUM", False),  # another method, for plums
        ("PL2UM", "PLUM", False),  # a number within a word
        ("plum reasoning", "PLUM", False),
        ("PL2", "PL", False),  # too short to tell
    ],
)
def test_a_version_or_edition_of_a_method_hangs_on_it_and_what_only_holds_its_name_does_not(
    child: str, parent: str, related: bool
) -> None:
    entity = called(EntityType.METHOD, child)
    linked = LINKER.over(papers(entity, called(EntityType.METHOD, parent)))
    assert (linked.above(linked.canonical(entity)) is not None) is related


def test_what_the_catalogue_says_of_a_place_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "plums.ttl").write_text(
        """@prefix kg: <https://w3id.org/paper-kg/ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix d: <https://w3id.org/paper-kg/id/dataset/> .
        d:plum-2 a kg:Dataset ; skos:prefLabel "Plum-2" ; kg:partOf d:orchard .
        d:plum a kg:Dataset ; skos:prefLabel "Plum" . d:orchard a kg:Dataset ; skos:prefLabel "Orchard" .""",
        encoding="utf8",
    )
    catalog = Catalog.load(tmp_path)
    entity = called(EntityType.DATASET, "Plum 2")
    linked = Linker(catalog, Rules(), papers(entity))
    assert linked.above(linked.canonical(entity)) is None
    reached = {entity_iri(BASE, EntityType.DATASET, linked.canonical(entity).slug)}
    told = {(q.subject.value.rpartition("/")[2], q.predicate.value) for q in catalog_quads(catalog, reached)}
    assert ("plum-2", BASE + "ontology#partOf") in told
    assert any(subject == "orchard" for subject, _ in told)


def test_the_words_of_a_metric_meet_the_metric_of_another_paper() -> None:
    result = Result(metric="plum-rates", value=2.0, unit="x", evidence="2x", span=(0, 2))
    store = graph_of(
        record("Figs", entities=(called(EntityType.METRIC, "plum rate"),)), record("Sloes", results=(result,))
    )
    query = PREFIXES + "SELECT ?m { ?r a kg:Result ; kg:metric ?m }"
    assert [row["m"] for row in rows(store, query)] == [NamedNode(BASE + "id/metric/plum-rate")]
