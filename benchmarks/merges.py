"""What linking makes one of the names of many papers, by reason, for a reader to judge.

    python benchmarks/merges.py training/arxiv.jsonl [--shown 40]

Takes the names and introductions of annotated records without their texts, so short forms are not joined with what
the text spells them out as. Prints how many names were joined with another's label for each reason, beside how many
are that label but for case, hyphens and spaces, and a sample of those that are not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from kg.catalog import known
from kg.link import Linker
from kg.records import Entity, Extraction, Fact, Role

_QUOTED = re.compile(r" “.*”")


def records(path: Path) -> Iterator[Extraction]:
    """The names and introductions of annotated records."""
    with path.open(encoding="utf8") as lines:
        for line in lines:
            told = json.loads(line)
            entities = tuple(
                Entity(id=e["id"], type=e["type"], name=e["name"], mentions=(e["name"],)) for e in told["entities"]
            )
            facts = tuple(Fact(role=Role.INTRODUCES, entity=id) for id in told["introduces"])
            yield Extraction(id=told["id"], entities=entities, facts=facts)


def bare(name: str) -> str:
    """A name without case, hyphens and spaces."""
    return re.sub(r"[-_\s]", "", name.casefold())


def main() -> None:
    """Prints the counts and the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, help="annotated records, JSON Lines")
    parser.add_argument("--shown", type=int, default=40, help="how many names to show for each reason")
    arguments = parser.parse_args()
    merged: dict[str, list[str]] = defaultdict(list)
    plain: dict[str, int] = defaultdict(int)
    for thing, told in Linker(known(), records=records(arguments.records)).describe():
        for name, because in told.aliases:
            reason = _QUOTED.sub("", because).partition(" (")[0]
            if bare(name) == bare(told.label):
                plain[reason] += 1
            else:
                merged[reason].append(f"{told.label} ({thing.type.value}) <- {name}")
    chance = random.Random(0)
    for reason, names in sorted(merged.items(), key=lambda pair: -len(pair[1])):
        print(f"\n{reason}: {plain[reason]} spelled alike, {len(names)} not")
        for line in sorted(chance.sample(names, min(len(names), arguments.shown))):
            print(f"    {line}")


if __name__ == "__main__":
    main()
