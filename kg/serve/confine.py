"""The wall behind the reading of queries: a process that can open one directory only and connect to nothing.

Landlock (https://docs.kernel.org/userspace-api/landlock.html) lets a process, without any privilege, give up for good
what it will not need. The numbers are those of ``linux/landlock.h``, the same on every architecture.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
"""Every right over files that a version of Landlock knows."""
_BIND_AND_CONNECT = 0b11
_NETWORK_SINCE = 4
_NO_NEW_PRIVILEGES = 38
_RESOLVERS = ("/etc", "/run", "/lib", "/lib64", "/usr")
"""Where the C library finds how to resolve the name of a host, and certificates lie."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("directory", ctypes.c_int32))


def confine(directory: Path, network: bool) -> str | None:
    """From now on this thread, and what it starts, reads ``directory`` and no other file, and writes none.

    Without ``network`` it neither connects nor listens over TCP. What is open stays open. Returns what the kernel
    could not do of this, None if nothing.
    """
    if sys.platform != "linux":
        return "only Linux can keep an engine from files and the network"
    try:
        version = _landlock(_CREATE_RULESET, None, 0, _VERSION)
        _restrict(version, (str(directory), *(_RESOLVERS if network else ())), not network)
    except OSError as error:
        return f"this kernel cannot keep an engine from files and the network (Landlock: {error.strerror})"
    if version < _NETWORK_SINCE and not network:
        return "this kernel cannot keep an engine from the network (Landlock 4 of Linux 6.7 can)"
    return None


def _restrict(version: int, readable: Iterable[str], offline: bool) -> None:
    ruleset = _Ruleset(_FILES[min(version, 3)], _BIND_AND_CONNECT if offline and version >= _NETWORK_SINCE else 0)
    rules = _landlock(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.sizeof(ruleset), 0)
    try:
        for path in readable:
            with suppress(FileNotFoundError):
                _allow_reading(rules, path)
        ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _landlock(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow_reading(rules: int, path: str) -> None:
    directory = os.open(path, os.O_PATH)
    try:
        rule = _Beneath(_EXECUTE | _READ_FILE | _READ_DIR, directory)
        _landlock(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(directory)


def _landlock(number: int, *arguments: object) -> int:
    """A system call. Raises OSError."""
    result: int = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
