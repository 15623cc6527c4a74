"""The catalogue that ships, and the check that tells what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg.catalog import Catalog, known
from kg.catalog_check import check
from kg.extract.hardware import device_name, widen
from kg.extract.known import NameMatcher
from kg.graph.vocabulary import term
from kg.records import EntityType, KgError
from kg.resources import resource
from tests.test_cli import kg

PREFIXES = """@prefix kg: <https://w3id.org/paper-kg/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix id: <https://w3id.org/paper-kg/id/> .
@base <https://w3id.org/paper-kg/id/> .
"""
PEAR = '<hardware/pear> a kg:Hardware ; skos:prefLabel "Pear" '
PLUM = '<hardware/plum-1> a kg:Hardware ; skos:prefLabel "Plum 1" '


def catalog_of(directory: Path, turtle: str) -> Path:
    (directory / "plums.ttl").write_text(PREFIXES + turtle, encoding="utf8")
    return directory


def test_nothing_is_wrong_with_the_catalogue_that_ships() -> None:
    assert check(resource("ontology") / "catalog") == []


@pytest.mark.parametrize(
    ("turtle", "entry", "problem"),
    [
        (PLUM + f'. {PEAR} ; skos:altLabel "plum-1" .', "pear", "is also one of <https://w3id.org/paper-kg/id/hardware/plum-1>"),
        (PLUM + "; kg:kind <hardware/fruit> .", "plum-1", "kind refers to <https://w3id.org/paper-kg/id/hardware/fruit>"),
        (PLUM + "; kg:partOf <hardware/plum-1> .", "plum-1", "is above itself"),
        (PLUM + f"; kg:variantOf <hardware/pear> . {PEAR} ; kg:partOf <hardware/plum-1> .", "pear", "is above itself"),
        ('<hardware/pear> a kg:Hardware ; skos:prefLabel "Plum 1" .', "pear", "<https://w3id.org/paper-kg/id/hardware/plum-1>"),
        (PLUM + "; kg:tdp 5.0 .", "plum-1", "figures (tdp) but no dcterms:source"),
        (PLUM + '; skos:altLabel " Plum" .', "plum-1", "' Plum' has blanks"),
        (PLUM + '; skos:altLabel "Plum  One" .', "plum-1", "two in a row"),
        (PLUM + '; skos:altLabel "Plum\\u00a0One" .', "plum-1", "unseen characters"),
        ("<hardware/plum-1> a kg:Hardware .", "plum-1", "has 0 skos:prefLabel"),
    ],
)  # fmt: skip
def test_each_fault_is_one_finding_with_file_and_entry(tmp_path: Path, turtle: str, entry: str, problem: str) -> None:
    (finding,) = check(catalog_of(tmp_path, turtle))
    assert finding.file == tmp_path / "plums.ttl"
    assert finding.entry.endswith(f"/hardware/{entry}")
    assert problem in finding.problem


def test_names_of_different_types_may_be_the_same(tmp_path: Path) -> None:
    assert check(catalog_of(tmp_path, PLUM + '. <model/plum-1> a kg:Model ; skos:prefLabel "Plum 1" .')) == []


def test_figures_with_a_source_are_fine(tmp_path: Path) -> None:
    assert check(catalog_of(tmp_path, PLUM + '; kg:tdp 5.0 ; dcterms:source "Plum 1 data sheet" .')) == []


def test_a_directory_without_a_catalogue_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"no \.ttl file"):
        check(tmp_path)


def test_the_command_prints_a_line_a_finding_and_fails(tmp_path: Path) -> None:
    done = kg("catalog", "check", catalog_of(tmp_path, PLUM + "; kg:tdp 5.0 ."))
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{tmp_path / 'plums.ttl'}: <https://w3id.org/paper-kg/id/hardware/plum-1>: ")


def test_the_command_has_an_example_and_passes_on_what_ships() -> None:
    assert "kg catalog check ontology/catalog" in kg("catalog", "check", "--help").stdout.partition("Example")[2]
    assert kg("catalog", "check").returncode == 0


def test_every_device_has_a_vendor_and_a_kind() -> None:
    catalog = known()
    kinds = {quad.subject for quad in catalog.quads if quad.object == term("HardwareKind")}
    have = {(quad.subject, quad.predicate) for quad in catalog.quads}
    devices = [NamedNode(entry.iri) for entry in catalog if entry.type is EntityType.HARDWARE]
    assert len(devices) >= 330
    for device in set(devices) - kinds:
        assert (device, term("vendor")) in have, device
        assert (device, term("kind")) in have, device


def test_figures_are_decimal_numbers_above_zero() -> None:
    figures = {term(name) for name in ("memory", "memoryBandwidth", "peakThroughput", "tdp")}
    values = [quad.object for quad in known().quads if quad.predicate in figures]
    assert len(values) > 500
    for value in values:
        assert isinstance(value, Literal)
        assert value.datatype.value.endswith("#decimal"), value
        assert float(value.value) > 0, value


@pytest.mark.parametrize(
    ("string", "name"),
    [
        ("A100-SXM4-80GB", "NVIDIA A100"),
        ("NVIDIA A100 - PCIe - 80 GB", "NVIDIA A100"),
        ("RTX 2080 Ti (11G)", "NVIDIA GeForce RTX 2080 Ti"),
        ("NVIDIA Blackwell GPU (B200-SXM-180GB)", "NVIDIA B200"),
        ("Cloud TPU v4", "Google TPU v4"),
        ("TPU-v5e", "Google TPU v5e"),
        ("Jetson Orin Nano 8GB", "NVIDIA Jetson Orin Nano"),
        ("Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel Xeon"),
        ("Intel(R)Xeon(R)Platinum 8490H", "Intel Xeon Platinum 8490H"),
        ("Xeon Gold 6248", "Intel Xeon Gold 6248"),
        ("AMD EPYC 9654 96-Core Processor", "AMD EPYC 9654"),
        ("Intel Core i7-9700K", "Intel Core i7-9700K"),
        ("Summit", "Summit supercomputer"),
        ("HBM", "HBM"),
        ("PCIe", "PCIe"),
    ],
)
def test_a_device_is_named_in_full_however_it_is_written(string: str, name: str) -> None:
    assert device_name(known(), string) == name


def test_a_hidden_name_tells_what_a_typed_name_means_but_is_not_looked_for(tmp_path: Path) -> None:
    catalog = Catalog.load(catalog_of(tmp_path, PLUM + '; skos:hiddenLabel "Orchard" .'))
    entry = catalog.find(EntityType.HARDWARE, "orchard")
    assert entry is not None
    assert entry.name == "Plum 1"
    assert catalog.told_by(EntityType.HARDWARE, "Orchard") is None
    assert [found.name for found in NameMatcher(catalog)("The Orchard has a Plum 1.")] == ["Plum 1"]


@pytest.mark.parametrize(
    "text", ["in this summit", "Summit and Titan", "a new Aurora", "frontier models", "the M1 and the T4"]
)
def test_ordinary_words_are_no_hardware(text: str) -> None:
    hardware = Catalog.of(entry for entry in known() if entry.type is EntityType.HARDWARE)
    assert list(NameMatcher(hardware)(text)) == []


@pytest.mark.parametrize(
    ("text", "mention", "name"),
    [
        ("on an Intel Xeon Gold 6248 CPU at 2.5 GHz", "Intel Xeon Gold 6248", "Intel Xeon Gold 6248"),
        ("two Xeon E5-2690 v4 processors", "Xeon E5-2690 v4", "Intel Xeon E5-2690 v4"),
        ("a Core i9-14900K", "Core i9-14900K", "Intel Core i9-14900K"),
        ("the Snapdragon 778G", "Snapdragon 778G", "Qualcomm Snapdragon 778G"),
        ("on Xeon 2048 tokens", "Xeon", "Intel Xeon"),
        ("a Jetson 2021 release", "Jetson", "NVIDIA Jetson"),
    ],
)
def test_a_number_behind_a_product_line_belongs_to_the_name(text: str, mention: str, name: str) -> None:
    found = [widen(known(), text, c) for c in NameMatcher(known())(text) if c.type is EntityType.HARDWARE]
    longest = max(found, key=lambda c: c.end - c.start)
    assert (text[longest.start : longest.end], longest.name) == (mention, name)


def test_a_variant_found_in_a_text_is_its_device() -> None:
    (found,) = {c.name for c in NameMatcher(known())("an A100 80GB") if c.type is EntityType.HARDWARE}
    assert found == "NVIDIA A100"
