"""Writes the named queries with a worked example each: ``python docs/queries.py exports/graph docs/queries.md``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pyoxigraph import Store

from kg.query import NamedQuery, Table, answer, named_queries
from kg.store import GraphDirectory

SHOWN = 6
"""Rows of an answer that the page shows."""
LONGEST = 160
"""Characters of a cell."""


INTRODUCTION = """# The named queries

`kg queries` lists them; `kg query NAME -p parameter=value` asks one. The answers here are those of the graph of the
example papers, which `make demo` builds; the papers, systems and figures in them are invented. A query is a file in
`queries/`, and `kg query my-question.rq` asks one of your own.
"""


def page(store: Store) -> str:
    """The page, with answers of the graph of the example papers."""
    parts = [INTRODUCTION]
    for query in named_queries():
        parts.append("\n".join(described(query, store)))
    return "\n".join(parts)


def described(query: NamedQuery, store: Store) -> Iterator[str]:
    """The lines about one query."""
    yield f"## {query.title}\n"
    yield f"{query.description}\n"
    for parameter in query.parameters:
        default = f"; {parameter.default} unless given" if parameter.default else ""
        yield f"- `{parameter.name}`: {parameter.text}{default}"
    if query.parameters:
        yield ""
    yield f"```sh\n{query.example}\n```\n"
    told = answer(store, query, dict(values(query.example)), "table")
    assert isinstance(told, Table)
    yield "| " + " | ".join(told.columns) + " |"
    yield "|" + " --- |" * len(told.columns)
    for row in told.rows[:SHOWN]:
        yield "| " + " | ".join(map(cell, row)) + " |"
    if len(told.rows) > SHOWN:
        yield f"\n… and {len(told.rows) - SHOWN} more."
    yield ""


def values(example: str) -> Iterator[tuple[str, str]]:
    """The parameters that an example gives: ``kg query beats -p baseline=vLLM``."""
    words = shlex.split(example)
    for option, word in pairwise(words):
        if option == "-p":
            name, _, value = word.partition("=")
            yield name, value


def cell(text: str) -> str:
    """A text that stays in its cell."""
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return short.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    graph, target = map(Path, sys.argv[1:])
    temporary = target.with_name(target.name + ".tmp")
    temporary.write_text(page(GraphDirectory(graph).store()), encoding="utf8")
    os.replace(temporary, target)
