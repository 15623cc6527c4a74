"""What XML 1.0 can hold."""

from __future__ import annotations

import re

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fit_for_xml(text: str) -> str:
    r"""The text with U+FFFD for each character that XML 1.0 cannot hold, which no escape can write.

    >>> fit_for_xml("a\x08b")
    'a\ufffdb'
    """
    return _UNFIT.sub("\ufffd", text)
