"""The addresses in a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kg.extract.tokens import URL

_PUNCTUATION = ".,;:!?\\*"
_OPENED = {")": "(", "]": "["}


def find_urls(text: str) -> Iterator[str]:
    """Every URL once, in order, without the punctuation that closes the sentence or bracket around it.

    >>> list(find_urls("(see https://github.com/a/b). Or https://x.org/wiki/A_(b)."))
    ['https://github.com/a/b', 'https://x.org/wiki/A_(b)']
    """
    seen = set()
    for match in URL.finditer(text):
        url = _trimmed(match.group())
        if url not in seen:
            seen.add(url)
            yield url


def _trimmed(url: str) -> str:
    end, left = len(url), Counter(url)
    while end and (
        (last := url[end - 1]) in _PUNCTUATION or left[_OPENED.get(last, last)] < left[last]  # closes nothing inside
    ):
        end -= 1
        left[last] -= 1
    return url[:end]
