"""The trained network at run time: an encoder run by ONNX Runtime, and its small heads in NumPy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from kg.extract.candidates import Reading
from kg.extract.heads import Floats
from kg.extract.stacking import stacked_trees
from kg.extract.tags import TAGS
from kg.extract.words import LONGEST_WORD, Words

PARTS = ("encoder.onnx", "heads.npz", "tokenizer.json")
"""The files of a network."""

WINDOW = 160
"""The most word pieces that the encoder sees at once; a window holds whole sentences where they fit."""


class Network:
    """The network of a directory with ``PARTS``. NumPy's linear algebra keeps to one thread from then on."""

    def __init__(self, directory: Path) -> None:
        # Documents are spread over processes, not over threads: those of the heads' small products would wait for each
        # other wherever another process computes.
        threadpool_limits(1, "blas")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(directory / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = load_tokenizer(directory)
        with np.load(directory / "heads.npz") as arrays:
            self.heads: dict[str, Floats] = dict(arrays)
        self.trees = stacked_trees(self.heads)

    def read(self, words: Words, features: Floats) -> Reading:
        """Reads one document; ``features`` has one row a word. Time is linear in the number of words."""
        width = self.heads["role.weight"].shape[1]
        states = np.empty((len(words), width), np.float32)
        tags = np.empty((len(words), TAGS), np.float32)
        for ids, owners in windows(self._tokenizer, words):
            hidden, logits = self._session.run(None, {"ids": ids[None], "features": features[owners]})
            first = np.flatnonzero(np.diff(owners, prepend=-1))
            states[owners[first]] = hidden[first]
            tags[owners[first]] = softmax(logits[first])
        return Reading(states, tags)


def load_tokenizer(directory: Path) -> Tokenizer:
    """The tokenizer of a network or of base weights, which neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def windows(tokenizer: Tokenizer, words: Words) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The word pieces of a document in windows of at most ``WINDOW``: their ids, and the word that each is of.

    A window ends with a sentence where one ends in it, else with a word; every word has at least one piece.
    """
    ids, owners = _pieces(tokenizer, words)
    behind = np.cumsum(np.bincount(owners, minlength=len(words)))
    sentences = np.array(words.sentences)
    breaks = np.append(np.flatnonzero(np.diff(sentences)) + 1, len(words))
    start, done = 0, 0
    while start < len(words):
        end = int(np.searchsorted(behind, done + WINDOW, side="right"))
        whole = int(breaks[np.searchsorted(breaks, end, side="right") - 1])
        end = whole if start < whole <= end else end
        stop = int(behind[end - 1])
        yield ids[done:stop], owners[done:stop]
        start, done = end, stop


def _pieces(tokenizer: Tokenizer, words: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ids of all word pieces and the word of each."""
    pieces = [_pieces_of(tokenizer, word[:LONGEST_WORD]) for word in words.texts]
    sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
    ids = np.fromiter(chain.from_iterable(pieces), np.int64, int(sizes.sum()))
    return ids, np.repeat(np.arange(len(pieces)), sizes)


@lru_cache(maxsize=1 << 15)
def _pieces_of(tokenizer: Tokenizer, word: str) -> tuple[int, ...]:
    """The ids of a word's pieces, no more than fit a window; a word without a piece is an unknown one."""
    ids = tokenizer.encode([word], is_pretokenized=True, add_special_tokens=False).ids
    return tuple(ids[:WINDOW]) or (tokenizer.token_to_id("[UNK]") or 0,)


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def weights_digest(directory: Path) -> str:
    """A hash of a network's weights."""
    return hashlib.sha256(b"".join((directory / part).read_bytes() for part in PARTS)).hexdigest()
