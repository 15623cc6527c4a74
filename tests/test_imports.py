"""The rooms of the house import only what stands above them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

ALLOWED = {
    "records": set(),
    "names": {"records"},
    "resources": {"records"},
    "units": set(),
    "catalog": {"records", "names", "resources"},
    "changes": set(),
    "comparison": {"records", "catalog", "changes"},
    "read": {"records"},
    "extract": {"records", "names", "units", "catalog"},
    "link": {"records", "names", "resources", "catalog"},
    "corrections": {"records", "names", "read", "link"},
    "graph": {"records", "names", "resources", "units", "catalog", "comparison", "link", "corrections"},
    "store": {"records"},
    "xml": set(),
    "sparql": set(),
    "endpoint": {"records", "sparql"},
    "catalog_check": {"records", "names", "catalog", "graph"},
    "query": {"records", "resources", "graph", "store", "endpoint", "sparql"},
    "validate": {"records", "resources", "graph", "store", "query"},
    "build": {"records", "catalog", "read", "extract", "link", "corrections", "graph", "store", "query"},
    "review": {"records", "read", "corrections", "graph", "store", "query"},
    "show": {"records", "graph", "store", "query"},
    "stats": {"records", "graph", "store", "query"},
    "view": {"records", "graph", "store", "query"},
    "export": {"records", "resources", "graph", "store", "query", "view", "xml"},
    "serve": {"records", "graph", "store", "query", "sparql", "xml"},
    "evaluate": {"records", "extract", "read"},
    "report": {"records", "evaluate"},
    "train": {"records", "catalog", "read", "extract", "evaluate"},
    "console": {"records", "report"},
    "api": {"records", "graph", "store", "query"},
    "__init__": {"api", "store"},
}


def room(path: Path) -> str:
    return path.relative_to(ROOT / "kg").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        found |= {name.split(".")[1] for name in names if name.startswith("kg.")}
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "kg").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_rooms_above_it(path: Path) -> None:
    if room(path) == "cli":
        return
    assert imported(path) - {room(path)} <= ALLOWED[room(path)]
