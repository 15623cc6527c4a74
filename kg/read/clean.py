"""Text from outside made fit for XML, SQLite and UTF-8, one character for one, so that offsets stay."""

from __future__ import annotations

import re

LONGEST_ABSTRACT = 1_000_000
"""Characters; a longer text is no abstract."""

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\n\u2028\u2029]")


def clean_text(text: str) -> str:
    """The text with control characters as spaces and lone surrogates as U+FFFD; its length is unchanged.

    >>> clean_text("a\\x07b\\ud800c")
    'a b\ufffdc'
    """
    return _UNFIT.sub(lambda match: " " if match.group() < "\ud800" else "\ufffd", text)


def clean_title(title: str) -> str:
    """A title on one line, of unchanged length."""
    return _BREAKS.sub(" ", clean_text(title))
