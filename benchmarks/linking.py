"""How well names are linked, beside string equality, and how time and memory grow with the number of papers.

    python benchmarks/linking.py ../shared/gold/dev.jsonl ../shared/corpus/dev.jsonl

Of the annotated names that stand in two papers or more, every two (paper, entity) are a pair: true where type and
name are equal, found where linking gives one thing. Three inputs: the names as annotated (what is merged too much);
each entity named by its first mention (what the annotators' names hide); with CORPUS, the entities that `kg extract`
finds, where they share a mention with an annotated one. Disagreements are printed for a reader to judge: annotators
differ (transformer, Transformer), and both figures stand, strict and with such spellings counted as one.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import kg.read
from kg.catalog import Catalog, known
from kg.extract import extract
from kg.link import Linker
from kg.link.forms import folded, plain
from kg.link.labels import Labels
from kg.link.similar import SIMILAR, slip_of
from kg.records import MIN_SCORE, Entity, EntityType, Extraction

SIZES = (10_000, 30_000, 100_000)
THRESHOLDS = (0.8, SIMILAR, 0.88, 0.9, 0.95)
SAMPLE = 3000


class Item(NamedTuple):
    """An annotated entity of a paper, and the entity that stands for it in the input."""

    truth: tuple[EntityType, str]
    entity: Entity


def repeated(gold: list[Extraction]) -> set[tuple[EntityType, str]]:
    """The annotated names that stand in two papers or more."""
    papers = Counter(name for record in gold for name in {(e.type, e.name) for e in record.entities})
    return {name for name, count in papers.items() if count > 1}


def by_mention(record: Extraction) -> Extraction:
    """The record, each entity named by its first mention."""
    renamed = tuple(e.model_copy(update={"name": e.mentions[0] if e.mentions else e.name}) for e in record.entities)
    return record.model_copy(update={"entities": renamed})


def aligned(gold: list[Extraction], found: list[Extraction]) -> Iterator[tuple[Entity, Entity]]:
    """Each annotated entity with the found one of its type that shares the most mentions with it."""
    by_paper = {str(record.id): record for record in found}
    for record in gold:
        for entity in record.entities:
            others = [e for e in by_paper[str(record.id)].entities if e.type is entity.type]
            shared = {e.id: len({*e.mentions} & {*entity.mentions}) for e in others}
            best = max(others, key=lambda e: shared[e.id], default=None)
            if best and shared[best.id]:
                yield entity, best


def score(items: list[Item], same: Callable[[Entity], object], folded: bool) -> tuple[float, float, Counter[str]]:
    """Pairwise precision and recall, and the pairs of annotated names that were merged, by number of pairs."""

    def truth(item: Item) -> tuple[EntityType, str]:
        type, name = item.truth
        return type, re.sub(r"[\W_]+", "", name.casefold()).removesuffix("s") if folded else name

    true = Counter(truth(item) for item in items)
    found: dict[object, Counter[tuple[EntityType, str]]] = defaultdict(Counter)
    for item in items:
        found[item.truth[0], same(item.entity)][truth(item)] += 1
    hits = sum(pairs(n) for names in found.values() for n in names.values())
    merged: Counter[str] = Counter()
    for names in found.values():
        order = sorted(names)
        for place, (type, first) in enumerate(order):
            for _, second in order[place + 1 :]:
                merged[f"{type.value}: {first} = {second}"] += names[type, first] * names[type, second]
    claimed = sum(pairs(sum(names.values())) for names in found.values())
    return hits / claimed, hits / sum(pairs(n) for n in true.values()), merged


def pairs(count: int) -> int:
    """How many pairs so many things make."""
    return count * (count - 1) // 2


def table(title: str, items: list[Item], records: Iterable[Extraction]) -> None:
    """Prints one input's scores beside string equality, and what was merged and missed."""
    linker = Linker(known(), records=records)
    ways: dict[str, Callable[[Entity], object]] = {
        "kg": linker.canonical,
        "equal strings": lambda e: e.name,
        "equal but for case": lambda e: e.name.casefold(),
    }
    print(f"\n{title}: {len(items)} entities, {len({item.truth for item in items})} names")
    print(f"{'':24}{'precision':>10}{'recall':>10}{'':4}with spellings of annotators as one")
    for way, same in ways.items():
        strict, loose = score(items, same, False), score(items, same, True)
        print(f"{way:24}{strict[0]:10.4f}{strict[1]:10.4f}{'':4}{loose[0]:10.4f}{loose[1]:10.4f}")
    merged = score(items, linker.canonical, True)[2]
    print(
        "merged by kg, apart by annotators:", "; ".join(f"{text} ({n})" for text, n in merged.most_common(40)) or "none"
    )
    things: dict[tuple[EntityType, str], Counter[str]] = defaultdict(Counter)
    for item in items:
        things[item.truth][linker.canonical(item.entity).slug] += 1
    missed = {name: slugs for name, slugs in things.items() if len(slugs) > 1}
    lost = sorted(missed, key=lambda name: (sum(missed[name].values()) ** 2 * -1, name))
    print(
        "apart in kg, one by annotators:",
        "; ".join(f"{n[0].value}: {n[1]} {dict(missed[n])}" for n in lost[:40]) or "none",
    )


def thresholds() -> None:
    """Prints what each threshold of similarity does: to invented slips, and to names that the catalogue lacks."""
    chance = random.Random(0)
    entries = [e for e in known() if any(len(word) > 6 for word in folded(e.type, plain(e.name)))]
    sample = chance.sample(entries, SAMPLE)
    held = {entry.iri for entry in sample}
    whole, rest = Labels(known()), Labels(Catalog.of(entry for entry in known() if entry.iri not in held))
    slips = [(entry, misspelt(entry.name, chance)) for entry in sample]
    print(f"\n{SAMPLE} names of the catalogue, misspelt by us, and as they are where the catalogue lacks them")
    print(f"{'least similarity':18}{'put right':>12}{'put wrong':>12}{'unknown names merged':>24}")
    for least in THRESHOLDS:
        found = [(entry, slip_of(whole, entry.type, text, least)) for entry, text in slips]
        right = sum(slip is not None and slip.entry is entry for entry, slip in found)
        wrong = sum(slip is not None and slip.entry is not entry for entry, slip in found)
        false = [entry.name for entry in sample if slip_of(rest, entry.type, entry.name, least)]
        shares = f"{right / SAMPLE:12.1%}{wrong / SAMPLE:12.2%}{len(false) / SAMPLE:24.2%}"
        print(f"{least:<18}{shares}  {', '.join(false[:6])}")


def misspelt(name: str, chance: random.Random) -> str:
    """The name with one letter of its longest word left out, doubled or swapped with the next."""
    word = max(re.findall(r"[^\W\d_]+", name), key=len)
    place = chance.randrange(1, len(word) - 1)
    slip = chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    return name.replace(word, slip, 1)


def replicated(gold: list[Extraction], count: int) -> Iterator[Extraction]:
    """So many records: the annotated ones again and again, each time with other letters behind the first word."""
    for number in range(count):
        turn, place = divmod(number, len(gold))
        code = "".join(chr(ord("a") + turn // 26**digit % 26) for digit in range(3)) if turn else ""
        record = gold[place]
        entities = tuple(
            Entity.model_construct(
                id=e.id, type=e.type, name=renamed(e.name, code), mentions=tuple(renamed(m, code) for m in e.mentions)
            )
            for e in record.entities
        )
        yield record.model_copy(update={"entities": entities, "results": ()})


def renamed(name: str, code: str) -> str:
    """The name with letters behind its first word."""
    return re.sub(r"^(\W*[^\W\d_]+)", rf"\g<1>{code}", name)


def growth(path: Path) -> None:
    """Prints the processor's seconds and peak memory of linking, each size in a process of its own."""
    print(f"\n{'papers':>10}{'seconds':>10}{'memory, MB':>12}{'seconds / n·log n, against the first':>40}")
    first = 0.0
    for size in SIZES:
        done = subprocess.run(
            [sys.executable, __file__, str(path), "--scale", str(size)], capture_output=True, text=True, check=True
        )
        seconds, memory = map(float, done.stdout.split())
        share = seconds / (size * math.log(size))
        first = first or share
        print(f"{size:10}{seconds:10.1f}{memory / 1024:12.0f}{share / first:40.2f}")


def scale(gold: list[Extraction], size: int) -> None:
    """Prints the processor's seconds for linking so many records, not for making them, and the peak memory in KiB."""
    Linker(known())
    began = time.process_time()
    for _ in replicated(gold, size):
        pass
    making = time.process_time() - began
    began = time.process_time()
    linker = Linker(known(), records=replicated(gold, size))
    things = sum(1 for _ in linker.describe())
    seconds = time.process_time() - began - making
    assert things
    status = Path("/proc/self/status").read_text().split()
    print(seconds, status[status.index("VmHWM:") + 1])


def main() -> None:
    """Prints every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="annotated records as JSON Lines")
    parser.add_argument("corpus", type=Path, nargs="?", help="their papers, to extract from")
    parser.add_argument("--scale", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    gold = [Extraction.model_validate(json.loads(line)) for line in arguments.gold.open(encoding="utf8")]
    if arguments.scale:
        scale(gold, arguments.scale)
        return
    names = repeated(gold)

    def kept(pairs: Iterable[tuple[Entity, Entity]]) -> list[Item]:
        return [Item((a.type, a.name), b) for a, b in pairs if (a.type, a.name) in names]

    table("names as annotated", kept((e, e) for record in gold for e in record.entities), gold)
    plain_records = [by_mention(record) for record in gold]
    both = [
        (a, b)
        for one, other in zip(gold, plain_records, strict=True)
        for a, b in zip(one.entities, other.entities, strict=True)
    ]
    table("named by the first mention", kept(both), plain_records)
    if arguments.corpus:
        found = list(extract(kg.read.open(arguments.corpus)))
        table("as extracted", kept(aligned(gold, found)), [record.above(MIN_SCORE) for record in found])
    thresholds()
    began = time.perf_counter()
    linker = Linker(known(), records=gold)
    list(linker.describe())
    print(f"\nlinking {len(gold)} papers: {time.perf_counter() - began:.2f} s")
    growth(arguments.gold)


if __name__ == "__main__":
    main()
