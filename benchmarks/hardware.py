"""The share of real hardware names that resolve to a known vendor and kind.

    python benchmarks/hardware.py ../shared/external/mlperf/systems.jsonl ../shared/gold/dev.jsonl

The first file describes the systems of MLPerf Training submissions
(https://github.com/mlcommons/training_results_v4.1): accelerators and host processors as their owners write them. The
second holds annotated papers, whose mentions of devices count, not those of classes of devices such as GPU or RISC-V.
A name resolves when its canonical form (:func:`kg.extract.hardware.device_name`) has an entry of the catalogue, or
else begins with a product line, and that entry has a vendor and a kind. The baseline looks the name up as written.

| names with vendor and kind | names | as written | canonical form |
|----------------------------|------:|-----------:|---------------:|
| MLPerf accelerators        |    23 |      47.8% |         100.0% |
| MLPerf processors          |    39 |       2.6% |         100.0% |
| devices in papers          |    46 |      67.4% |         100.0% |

The rules were written with these names in view. The catalogue's chips of research groups were listed from memory by one
who had seen no annotations; two of the names (GOBO, PULP-OPEN) are among them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Literal, NamedNode
from rich.console import Console
from rich.table import Table

from kg.catalog import Catalog, Entry, known
from kg.extract.hardware import device_name
from kg.names import normal_form
from kg.records import EntityType

_KG = "https://w3id.org/paper-kg/ontology#"

Resolve = Callable[[Catalog, str], Entry | None]


def by_canonical_form(catalog: Catalog, name: str) -> Entry | None:
    """The entry of a device, or of the product line that it belongs to, as the graph has it."""
    canonical = device_name(catalog, name)
    numbered = catalog.line(canonical)
    return catalog.find(EntityType.HARDWARE, canonical) or (numbered[0] if numbered else None)


def as_written(catalog: Catalog, name: str) -> Entry | None:
    """The entry that has exactly this name."""
    return next((entry for entry in catalog if entry.type is EntityType.HARDWARE and name in entry.labels), None)


def system_names(path: Path, field: str) -> set[str]:
    """The distinct names in one field of MLPerf's system descriptions."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    return {row[field].strip() for row in rows} - {"", "N/A"}


def device_names(path: Path, catalog: Catalog) -> set[str]:
    """The distinct mentions of devices in annotated papers: not of classes, nor of what a paper itself introduces."""
    kinds = {quad.subject for quad in catalog.quads if quad.object == NamedNode(_KG + "HardwareKind")}
    classes = {
        normal_form(EntityType.HARDWARE, quad.object.value)
        for quad in catalog.quads
        if quad.subject in kinds and isinstance(quad.object, Literal)
    }
    names = set()
    for line in path.read_text(encoding="utf8").splitlines():
        record = json.loads(line)
        for entity in record["entities"]:
            of_a_class = normal_form(EntityType.HARDWARE, entity["name"]) in classes
            if entity["type"] == "Hardware" and not of_a_class and entity["id"] not in record["introduces"]:
                names |= set(entity["mentions"])
    return names


def resolved(names: set[str], resolve: Resolve, catalog: Catalog) -> set[str]:
    """The names whose entry has a vendor and a kind."""
    described = [
        {quad.subject.value for quad in catalog.quads if quad.predicate == NamedNode(_KG + property)}
        for property in ("vendor", "kind")
    ]
    entries = {name: resolve(catalog, name) for name in names}
    return {name for name, entry in entries.items() if entry and all(entry.iri in have for have in described)}


def main() -> None:
    """Prints a table and the names that do not resolve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", type=Path, help="MLPerf's system descriptions, JSON Lines")
    parser.add_argument("gold", type=Path, help="annotated papers, JSON Lines")
    arguments = parser.parse_args()
    catalog = known()
    groups = {
        "MLPerf accelerators": system_names(arguments.systems, "accelerator_model_name"),
        "MLPerf processors": system_names(arguments.systems, "host_processor_model_name"),
        "devices in papers": device_names(arguments.gold, catalog),
    }
    table = Table(title="names with vendor and kind", title_justify="left")
    for column in ("", "names", "as written", "canonical form"):
        table.add_column(column, justify="right" if column else "left")
    missing = {}
    for group, names in groups.items():
        found = [resolved(names, resolve, catalog) for resolve in (as_written, by_canonical_form)]
        table.add_row(group, str(len(names)), *(f"{len(some) / len(names):.1%}" for some in found))
        missing[group] = sorted(names - found[-1])
    console = Console()
    console.print(table)
    for group, names_left in missing.items():
        if names_left:
            console.print(f"{group}, not resolved: {', '.join(names_left)}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
