"""A generation's seal: what it was built from, and the length and SHA-256 of each of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SEAL = "build.json"
_WORKING = ("LOCK", "LOG")
"""Files that the store writes for itself when it is opened."""


def seal(generation: Path, manifest: dict[str, Any]) -> None:
    """Writes the seal of a complete generation into it."""
    files = {path.name: _fingerprint(path) for path in _data_files(generation)}
    text = json.dumps({**manifest, "files": files}, indent=2, ensure_ascii=False)
    (generation / SEAL).write_text(text + "\n", encoding="utf8")


def read_seal(generation: Path) -> dict[str, Any] | None:
    """The manifest with its ``files``; None where it is missing or damaged."""
    try:
        loaded = json.loads((generation / SEAL).read_text(encoding="utf8"))
    except (OSError, ValueError):
        return None
    return loaded if isinstance(loaded, dict) and isinstance(loaded.get("files"), dict) else None


def identity(generation: Path) -> str:
    """Sixteen letters that no other build has. Raises OSError when there is no seal."""
    return hashlib.sha256((generation / SEAL).read_bytes()).hexdigest()[:16]


def broken_seals(generation: Path) -> Iterator[str]:
    """What differs from the seal, a sentence each; nothing for a sound generation."""
    sealed = read_seal(generation)
    if sealed is None:
        yield f"{generation / SEAL}: missing or damaged, so nothing vouches for this generation"
        return
    present = {path.name: path for path in _data_files(generation)}
    for name in sorted(sealed["files"].keys() | present.keys()):
        path = generation / name
        if name not in present:
            yield f"{path}: missing"
        elif name not in sealed["files"]:
            yield f"{path}: no file of this generation"
        else:
            yield from _difference(path, sealed["files"][name])


def _difference(path: Path, expected: object) -> Iterator[str]:
    try:
        found = _fingerprint(path)
    except OSError as error:
        yield f"{path}: cannot be read ({error.strerror})"
        return
    length = expected.get("bytes") if isinstance(expected, dict) else None
    if found["bytes"] != length:
        yield f"{path}: {found['bytes']:,} bytes instead of {length}"
    elif found != expected:
        yield f"{path}: its content has changed (SHA-256)"


def _data_files(generation: Path) -> list[Path]:
    return sorted(path for path in generation.iterdir() if path.name != SEAL and not path.name.startswith(_WORKING))


def _fingerprint(path: Path) -> dict[str, int | str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
