"""Texts annotated by other schemes, from which the encoder learns too: TDMSci and SciREX (both Apache-2.0)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel, ValidationError
from tokenizers import Tokenizer

from kg.records import KgError
from kg.train.examples import Example, tagged_example

SCHEMES: dict[str, tuple[str, ...]] = {
    "tdmsci": ("TASK", "DATASET", "METRIC"),
    "scirex": ("Method", "Task", "Metric", "Material"),
}
"""The types of each scheme."""

_CHUNK = 240
"""Words that are read together of a whole paper."""
_CHUNKS = 5
"""Chunks of a paper that are learned from: its front."""
_TIGHT_LEFT = frozenset(",.;:)]?!%")
_TIGHT_RIGHT = frozenset("([")

Span = tuple[int, int, int]


def tdmsci(path: Path, tokenizer: Tokenizer) -> Iterator[Example]:
    """The sentences of a CoNLL file: word, offset and BIO label, tab-separated, an empty line between sentences.

    Source: Hou et al., TDMSci (EACL 2021). Raises KgError for a label that is unknown.
    """
    kinds = SCHEMES["tdmsci"]
    for number, (words, labels) in enumerate(_conll(path), start=1):
        spans: list[Span] = []
        for i, label in enumerate(labels):
            if label.startswith("B-"):
                behind = i + 1
                while behind < len(labels) and labels[behind] == f"I-{label[2:]}":
                    behind += 1
                if label[2:] not in kinds:
                    raise KgError(f"{path}, sentence {number}: unknown label {label}")
                spans.append((i, behind, kinds.index(label[2:])))
        yield _example(words, spans, tokenizer)


def _conll(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    with path.open(encoding="utf8") as lines:
        for filled, sentence in groupby(lines, key=lambda line: bool(line.strip())):
            if filled:
                rows = [line.rstrip("\n").split("\t") for line in sentence]
                yield [row[0] for row in rows], [row[-1] for row in rows]


class _Paper(BaseModel):
    """What is read of a SciREX paper; spans are of words."""

    words: list[str]
    sentences: list[tuple[int, int]]
    ner: list[tuple[int, int, str]]


def scirex(path: Path, tokenizer: Tokenizer) -> Iterator[Example]:
    """The front of each paper of a SciREX file, in chunks of whole sentences.

    Source: Jain et al., SciREX (ACL 2020); its spans end exclusively. Raises KgError for a line that is no paper.
    """
    kinds = SCHEMES["scirex"]
    with path.open(encoding="utf8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                paper = _Paper.model_validate_json(line)
            except ValidationError as error:
                why = error.errors()[0]["msg"]
                raise KgError(f"{path}, line {number}: no paper of SciREX ({why}); is the file cut short?") from error
            for start, end in _chunks(paper.sentences):
                spans = [
                    (a - start, b - start, kinds.index(kind))
                    for a, b, kind in paper.ner
                    if start <= a and b <= end and kind in kinds
                ]
                yield _example(paper.words[start:end], spans, tokenizer)


def _chunks(sentences: Iterable[Sequence[int]]) -> list[list[int]]:
    chunks: list[list[int]] = []
    for start, end in sentences:
        if end - start > _CHUNK:
            continue
        if chunks and chunks[-1][1] == start and end - chunks[-1][0] <= _CHUNK:
            chunks[-1][1] = end
        else:
            chunks.append([start, end])
    return chunks[:_CHUNKS]


def _example(words: list[str], spans: list[Span], tokenizer: Tokenizer) -> Example:
    text, offsets = _joined(words)
    # A text has a title line, which here is empty.
    placed = sorted((offsets[a][0] + 1, offsets[b - 1][1] + 1, kind) for a, b, kind in spans)
    return tagged_example("\n" + text, placed, tokenizer)


def _joined(words: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Words as a text without the spaces that tokenizing put round punctuation, and the place of each."""
    text = ""
    offsets = []
    for i, word in enumerate(words):
        before = words[i - 1] if i else ""
        hyphen = "-" in (word, before) and before[-1:] + word[:1] != "--"
        tight = word in _TIGHT_LEFT or before in _TIGHT_RIGHT or hyphen or word in ("'s", "’s")
        if text and not tight:
            text += " "
        offsets.append((len(text), len(text) + len(word)))
        text += word
    return text, offsets
