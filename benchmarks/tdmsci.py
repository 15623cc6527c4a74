"""Task, data set and metric mentions on the TDMSci test set, beside its authors' released predictions.

    python benchmarks/tdmsci.py ../shared/external/tdmsci/conllFormat

Micro-averaged F1 of spans with their type, exact and with any overlap, as the authors' predictions score in the same
run. Two rows are ours: the tags that learned TDMSci's own scheme from its training sentences, and our own scheme as it
is, which annotates other things (its guidelines differ: plain words such as "word" or "sentence" tasks).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kg.extract.candidates import notes
from kg.extract.network import Network, softmax
from kg.extract.pipeline import pipeline
from kg.extract.recognizer import WEIGHTS
from kg.extract.tags import decode

KINDS = ("TASK", "DATASET", "METRIC")
Spans = set[tuple[int, int, str]]


def brat(path: Path) -> Spans:
    """The spans of a brat file: number, type with offsets, text."""
    rows = (line.split("\t")[1].split() for line in path.read_text(encoding="utf8").splitlines() if line[:1] == "T")
    return {(int(row[1]), int(row[-1]), row[0]) for row in rows}


def sentences(text: str) -> list[tuple[int, str]]:
    """The lines of the test text with their offsets; each is a sentence."""
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            found.append((at, line.rstrip("\n")))
        at += len(line)
    return found


def ours(text: str) -> tuple[Spans, Spans]:
    """What the tags of TDMSci's scheme and of our own say."""
    nlp = pipeline()
    heads = Network(WEIGHTS).heads
    learned: Spans = set()
    own: Spans = set()
    for at, sentence in sentences(text):
        # The text of a paper begins with a title line, which here is empty.
        found = notes(nlp("\n" + sentence))
        shift = at - 1
        logits = found.reading.states @ heads["tags.tdmsci.weight"].T + heads["tags.tdmsci.bias"]
        logits = logits + found.features @ heads["hints.tdmsci.weight"].T
        for tagged in decode(softmax(logits)):
            start, end = found.words.span(tagged.first, tagged.last)
            learned.add((start + shift, end + shift, KINDS[tagged.kind]))
        for entity in found.entities:
            kind = entity.type.value.upper()
            if kind in KINDS:
                own |= {(start + shift, end + shift, kind) for start, end in entity.spans}
    return learned, own


def f1(gold: Spans, found: Spans, overlap: bool) -> float:
    """F1 of spans; with ``overlap`` one that touches a span of the same type counts as right."""

    def right(one: tuple[int, int, str], others: Spans) -> bool:
        if not overlap:
            return one in others
        return any(one[0] < b and a < one[1] and kind == one[2] for a, b, kind in others)

    precision = sum(right(span, gold) for span in found) / max(1, len(found))
    recall = sum(right(span, found) for span in gold) / max(1, len(gold))
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="the data set's conllFormat directory")
    directory: Path = parser.parse_args().directory / "eval_brat"
    gold = brat(directory / "test" / "test.ann")
    learned, own = ours((directory / "test" / "test.txt").read_text(encoding="utf8"))
    systems = {
        "authors' predictions": brat(next((directory / "prediction").glob("*.ann"))),
        "kg, tags of TDMSci's scheme": learned,
        "kg, our own scheme": own,
    }
    print(f"{'F1':30}{'exact':>8}{'overlap':>9}" + "".join(f"{kind.lower():>9}" for kind in KINDS))
    for name, found in systems.items():
        each = (f1({s for s in gold if s[2] == k}, {s for s in found if s[2] == k}, False) for k in KINDS)
        print(
            f"{name:30}{f1(gold, found, False):8.3f}{f1(gold, found, True):9.3f}" + "".join(f"{x:9.3f}" for x in each)
        )


if __name__ == "__main__":
    main()
