"""What form an answer takes (Accept; RFC 9110, 12.5.1), and whether the client has it already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

Offer = tuple[str, str]
"""A media type and our name of the format."""

SOLUTIONS: tuple[Offer, ...] = (
    ("application/sparql-results+json", "json"),
    ("application/sparql-results+xml", "xml"),
    ("text/csv", "csv"),
    ("text/tab-separated-values", "tsv"),
    ("application/json", "json"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
)
GRAPHS: tuple[Offer, ...] = (
    ("text/turtle", "ttl"),
    ("application/n-triples", "nt"),
    ("application/rdf+xml", "rdfxml"),
    ("application/ld+json", "jsonld"),
    ("application/x-turtle", "ttl"),
    ("text/plain", "nt"),
    ("application/xml", "rdfxml"),
    ("application/json", "jsonld"),
)
PAGES: tuple[Offer, ...] = (("text/html", "html"), ("application/xhtml+xml", "html"), *GRAPHS[:4])
_TEXT = ("text/csv", "text/tab-separated-values", "text/turtle", "text/plain", "text/html", "application/n-triples")


@lru_cache(maxsize=1024)
def choose(accept: str, offers: Sequence[Offer]) -> Offer | None:
    """The offer that the header likes best, the earlier of equals; None when it takes none of them.

    >>> choose("text/csv;q=0.5, application/xml", SOLUTIONS)
    ('application/xml', 'xml')
    >>> choose("", GRAPHS), choose("image/png", GRAPHS)
    (('text/turtle', 'ttl'), None)
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    best, best_quality = None, 0.0
    for offer in offers:
        quality = _quality(offer[0], ranges)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def content_type(media: str) -> str:
    """The Content-Type of a media type; text is UTF-8."""
    return f"{media}; charset=utf-8" if media in _TEXT else media


def unchanged(held: str, etag: str) -> bool:
    """Whether an If-None-Match header names this very answer (RFC 9110, 13.1.2).

    >>> unchanged('"a", W/"b"', 'W/"b"'), unchanged("", 'W/"b"')
    (True, False)
    """
    return held.strip() == "*" or etag.removeprefix("W/") in (
        part.strip().removeprefix("W/") for part in held.split(",")
    )


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media, min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return media, 0.0
    return media, 1.0


def _quality(media: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the most specific range that holds a media type."""
    kind = media.partition("/")[0]
    for wanted in (media, f"{kind}/*", "*/*"):
        for range, quality in ranges:
            if range == wanted:
                return quality
    return 0.0
