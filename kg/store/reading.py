"""Generations that someone reads: a lock on the directory keeps it on disk, and falls with the process."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path


class Reading:
    """A generation that is not removed as long as this is open."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when there is no such directory, or it is being removed."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if not self.is_at(path):
                raise FileNotFoundError(f"{path}: removed")
        except OSError:
            os.close(self._descriptor)
            raise

    def is_at(self, path: Path) -> bool:
        """Whether this very directory stands at a path."""
        try:
            return os.path.samestat(os.stat(path), os.fstat(self._descriptor))
        except OSError:
            return False

    def close(self) -> None:
        """Lets the generation go."""
        os.close(self._descriptor)


def remove_unread(path: Path) -> bool:
    """Removes a generation that nobody reads, or what stands in the place of one; returns whether it did."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        path.unlink(missing_ok=True)
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        shutil.rmtree(path, ignore_errors=True)
        return True
    finally:
        os.close(descriptor)
