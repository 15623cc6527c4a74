"""A directory of weights, which is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from kg.extract.network import PARTS
from kg.records import KgError


def write_weights(directory: Path, write: Callable[[Path], None]) -> None:
    """Has weights written into a directory beside, which then takes the place of ``directory``."""
    may_hold_weights(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as beside:
        fresh = Path(beside, "fresh")
        fresh.mkdir()
        write(fresh)
        if directory.exists():
            os.rename(directory, Path(beside, "former"))
        os.rename(fresh, directory)


def may_hold_weights(directory: Path) -> None:
    """Raises KgError when something else than weights lies at a path, which weights would take the place of."""
    if directory.exists() and not (directory.is_dir() and {path.name for path in directory.iterdir()} <= set(PARTS)):
        raise KgError(f"{directory}: holds something else than weights; name another directory")
