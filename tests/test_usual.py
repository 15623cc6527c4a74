"""What annotated papers tell of a name's roles: how it is counted, fitted and used."""

from __future__ import annotations

import numpy as np
import pytest

from kg.catalog import Catalog, Entry
from kg.extract.role_head import ROLES
from kg.extract.usual import NONE_USUAL, UsualRoles
from kg.records import Entity, EntityType, Extraction, Fact, Paper, Role
from kg.train.calibrate import apply, calibrations, platt
from kg.train.usual import role_rates

DATASET, METHOD = EntityType.DATASET, EntityType.METHOD
CATALOG = Catalog.of([Entry("x", DATASET, "Visual Plums", ["VPlum"])])
EVALUATED, BUILDS = ROLES.index(Role.EVALUATED_ON), ROLES.index(Role.BUILDS_ON)


def paper(roles: dict[str, Role | None], scores: float = 1.0) -> Extraction:
    """A record of data sets by name, each in a role or none."""
    entities = tuple(Entity(id=name, type=DATASET, name=name, mentions=(name,)) for name in roles)
    facts = tuple(Fact(role=role, entity=name, score=scores) for name, role in roles.items() if role)
    return Extraction(id=1, entities=entities, facts=facts, paper=Paper(id=1, title="Plums", abstract="Plums."))


def rates() -> UsualRoles:
    tested, trained = Role.EVALUATED_ON, Role.TRAINED_ON
    papers = [paper({"VPlum": tested, "Plum-Crawl": trained, f"Fig{n}": tested}) for n in range(6)]
    return role_rates([*papers, paper({"Visual Plums": tested, "Rare": trained})], CATALOG)


def test_what_names_usually_are_is_counted_over_their_spellings() -> None:
    told = rates()
    assert told.of([(DATASET, "Visual plums")], CATALOG).tolist() == told.of([(DATASET, "VPlum")], CATALOG).tolist()
    tested, crawled = told.of([(DATASET, "VPlum"), (DATASET, "plum crawl")], CATALOG)[:, EVALUATED]
    assert tested > 0 > crawled


def test_a_name_that_few_papers_have_or_of_another_type_tells_nothing() -> None:
    told = rates().of([(DATASET, "Rare"), (METHOD, "VPlum"), (DATASET, "never seen")], CATALOG)
    assert not told.any()


def test_more_papers_tell_more() -> None:
    def odds(papers: int) -> float:
        told = role_rates((paper({"Plum": Role.EVALUATED_ON, "Fig": None}) for _ in range(papers)), CATALOG)
        return float(told.of([(DATASET, "Plum")], CATALOG)[0, EVALUATED])

    assert 0 < odds(3) < odds(30)


def test_a_network_has_what_was_written_to_its_arrays() -> None:
    told = rates()
    read = UsualRoles.among(told.arrays())
    assert read.rows == told.rows
    assert read.odds == pytest.approx(told.odds, abs=0.01)
    assert UsualRoles.among({}) is not None
    assert not NONE_USUAL.of([(DATASET, "VPlum")], CATALOG).any()


def test_calibration_finds_how_much_names_count_and_never_more_than_once() -> None:
    chance = np.random.default_rng(0)
    names = ["VPlum" if up else "Plum-Crawl" for up in chance.uniform(size=2_000) < 0.5]
    likely = {"VPlum": 0.95, "Plum-Crawl": 0.05}
    pairs = [
        (
            paper({name: Role.EVALUATED_ON if chance.uniform() < likely[name] else None}),
            paper({name: Role.EVALUATED_ON}, 0.5),
        )
        for name in names
    ]
    told = rates()
    fitted = calibrations(pairs, told, CATALOG)
    row = UsualRoles.among(fitted)
    assert row.odds[:, EVALUATED] == pytest.approx(told.odds[:, EVALUATED], abs=0.01)
    assert not row.odds[:, ROLES.index(Role.TASKS)].any()
    high, low = (apply(fitted, paper({name: Role.EVALUATED_ON}, 0.5), CATALOG).facts[0].score for name in likely)
    assert high > 0.5 > low


def test_what_stands_beside_a_score_is_weighed_as_much_as_it_tells() -> None:
    chance = np.random.default_rng(1)
    scores, beside = chance.uniform(0.05, 0.95, 20_000), chance.normal(size=20_000)
    odds = np.log(scores / (1 - scores)) + 0.5 * beside
    right = chance.uniform(size=20_000) < 1 / (1 + np.exp(-odds))
    assert platt(scores.tolist(), right.tolist(), beside.tolist()) == pytest.approx([1, 0, 0.5], abs=0.1)
