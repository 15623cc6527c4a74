"""Acronym identification on the data of SDU@AAAI-21, beside the published baseline and one of our own.

    python benchmarks/acronyms.py ../shared/external/acronyms/ai_dev.json [MORE.json ...]

The data (https://github.com/amirveyseh/AAAI-21-SDU-shared-task-1-AI) are sentences of arXiv papers as tokens, each with
a label: B-short, I-short, B-long, I-long or O. A form counts as found when both its ends are right. Precision and
recall are the means of those of short forms and of long forms; F1 is their harmonic mean, as in the task's own scorer.

| F1                                | ai_dev | ai_truth |
|-----------------------------------|-------:|---------:|
| the task's baseline, its own code |  85.46 |    84.09 |
| capitals and initials             |  88.51 |    86.69 |
| ours                              |  93.62 |    91.42 |

Our rules were written with the errors on ai_dev in view; ai_truth, the labels of the test set, was only scored.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from kg.extract.abbreviations import find_long_forms, find_short_forms

Forms = set[tuple[str, int, int]]
"""What is found in one sentence: kind (short, long), first token, token after the last."""

_CLOSING = re.compile(r"[,.;:?!)\]}%]|'s|n't")
_OPENING = re.compile(r"[(\[{]")
_JOINING = re.compile(r"[-–/]")


class Sentence(NamedTuple):
    """The tokens of one sentence and the forms that its labels mark."""

    tokens: list[str]
    forms: Forms


class Score(NamedTuple):
    """Precision, recall and F1, in percent."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


PUBLISHED = Score(93.22, 78.90)
"""The task's own rules, after Schwartz and Hearst, on ai_dev.json: README, and what their code gives when run."""


def read(path: Path) -> list[Sentence]:
    """The sentences of a file of the task."""
    rows = json.loads(path.read_text(encoding="utf8"))
    return [Sentence(row["tokens"], set(labelled(row["labels"]))) for row in rows]


def labelled(labels: list[str]) -> Iterator[tuple[str, int, int]]:
    """The forms that BIO labels mark.

    >>> list(labelled(["B-long", "I-long", "O", "B-short"]))
    [('long', 0, 2), ('short', 3, 4)]
    """
    start = 0
    for end in range(1, len(labels) + 1):
        if end == len(labels) or not labels[end].startswith("I-") or labels[end][2:] != labels[start][2:]:
            if labels[start] != "O":
                yield labels[start][2:], start, end
            start = end


def written(tokens: list[str]) -> tuple[str, list[int]]:
    """The sentence as it was written before it was split, and where each token starts in it.

    >>> written(["A", "state", "-", "space", "model", "(", "SSM", ")", "."])
    ('A state-space model (SSM).', [0, 2, 7, 8, 14, 20, 21, 24, 25])
    """
    text, starts, joined = "", [], True
    for token in tokens:
        joins = _JOINING.fullmatch(token) is not None
        if not (joined or joins or _CLOSING.fullmatch(token)):
            text += " "
        starts.append(len(text))
        text += token
        joined = joins or _OPENING.fullmatch(token) is not None
    return text, starts


def ours(tokens: list[str]) -> Forms:
    """What :mod:`kg.extract.abbreviations` finds in the running text."""
    text, starts = written(tokens)
    ends = [start + len(token) for start, token in zip(starts, tokens, strict=True)]
    found = [("short", span) for span in find_short_forms(text)] + [("long", span) for span in find_long_forms(text)]
    forms = set()
    for kind, (left, right) in found:
        inside = [n for n in range(len(tokens)) if starts[n] < right and left < ends[n]]
        forms.add((kind, inside[0], inside[-1] + 1))
    return forms


def by_capitals(tokens: list[str]) -> Forms:
    """The rule to beat: words mostly of capitals, and the words around a bracket whose initials spell them."""
    forms: Forms = set()
    for n, token in enumerate(tokens):
        if not (2 <= len(token) <= 10 and sum(c.isupper() for c in token) > 0.6 * len(token)):
            continue
        forms.add(("short", n, n + 1))
        size = len(token)
        if n > size and tokens[n - 1] == "(":
            first = n - 1 - size
        elif tokens[n + 1 : n + 2] == ["("]:
            first = n + 2
        else:
            continue
        initials = "".join(word[0] for word in tokens[first : first + size])
        if initials.lower() == token.lower():
            forms.add(("long", first, first + size))
    return forms


def flat(forms: Forms) -> Forms:
    """The forms that one row of labels can hold: no short form inside a long one.

    >>> flat({("long", 0, 2), ("short", 1, 2)})
    {('long', 0, 2)}
    """
    covered = {n for kind, first, end in forms if kind == "long" for n in range(first, end)}
    return {form for form in forms if form[0] == "long" or covered.isdisjoint(range(*form[1:]))}


def score(sentences: list[Sentence], find: Callable[[list[str]], Forms], kinds: tuple[str, ...]) -> Score:
    """How well the forms of some kinds are found: the mean over the kinds."""
    found = [flat(find(sentence.tokens)) for sentence in sentences]
    precisions, recalls = [], []
    for kind in kinds:
        predicted = {(n, *form) for n, forms in enumerate(found) for form in forms if form[0] == kind}
        gold = {(n, *form) for n, sentence in enumerate(sentences) for form in sentence.forms if form[0] == kind}
        right = len(predicted & gold)
        precisions.append(100 * right / max(1, len(predicted)))
        recalls.append(100 * right / max(1, len(gold)))
    return Score(sum(precisions) / len(kinds), sum(recalls) / len(kinds))


def main() -> None:
    """Prints a table for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="ai_dev.json or another labelled file")
    for path in parser.parse_args().files:
        sentences = read(path)
        table = Table(title=f"{path.name}: {len(sentences)} sentences", title_justify="left")
        for name in ("", "P", "R", "F1", "F1 short", "F1 long"):
            table.add_column(name, justify="right" if name else "left")
        table.add_row("published baseline (ai_dev)", *(f"{n:.2f}" for n in (*PUBLISHED, PUBLISHED.f1)), "", "")
        for name, find in (("capitals and initials", by_capitals), ("ours", ours)):
            both = score(sentences, find, ("short", "long"))
            kinds = (score(sentences, find, (kind,)).f1 for kind in ("short", "long"))
            table.add_row(name, *(f"{n:.2f}" for n in (*both, both.f1, *kinds)))
        Console().print(table)


if __name__ == "__main__":
    main()
