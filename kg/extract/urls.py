"""The addresses in a text."""

from __future__ import annotations

from collections.abc import Iterator

from kg.extract.tokens import URL


def find_urls(text: str) -> Iterator[str]:
    """Every URL once, in order, without the punctuation that closes the sentence or bracket around it.

    >>> list(find_urls("(see https://github.com/a/b). Or https://x.org/wiki/A_(b)."))
    ['https://github.com/a/b', 'https://x.org/wiki/A_(b)']
    """
    seen = set()
    for match in URL.finditer(text):
        url = match.group()
        while url and (
            url[-1] in ".,;:!?\\*" or (url[-1] in ")]" and url.count("(["[url[-1] == "]"]) < url.count(url[-1]))
        ):
            url = url[:-1]
        if url not in seen:
            seen.add(url)
            yield url
