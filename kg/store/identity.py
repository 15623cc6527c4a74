"""Which readings are of the same paper, and the one paper that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg.records import Paper, title_key


class Reading(NamedTuple):
    """What tells a paper apart, of one place where it was read."""

    row: int
    title_key: str
    arxiv_id: str | None
    doi: str | None


def same_papers(readings: Iterable[Reading]) -> Iterator[tuple[int, str]]:
    """Each reading's row and the name of its group; readings of one paper share a group, whatever their order.

    A shared arXiv identifier or DOI makes one paper of two readings. So does a shared title, unless papers
    of that title bear different arXiv identifiers or different DOIs: these stay apart, and the readings
    of the title that bear neither are a paper of their own.

    >>> a, b, c = Reading(1, "t", "2699.1", None), Reading(2, "t", None, "10.1/x"), Reading(3, "u", None, "10.1/x")
    >>> len({group for _, group in same_papers([a, b, c])})
    1
    >>> len({group for _, group in same_papers([a, b._replace(arxiv_id="2699.2"), Reading(4, "t", None, None)])})
    3
    """
    known = list(readings)
    groups = _Groups()
    for reading in known:
        if reading.arxiv_id and reading.doi:
            groups.join(reading.arxiv_id, reading.doi)
    titles: dict[str, set[str]] = {}
    arxiv_ids: dict[str, set[str]] = {}
    dois: dict[str, set[str]] = {}
    for reading in known:
        if name := reading.arxiv_id or reading.doi:
            paper = groups.of(name)
            titles.setdefault(reading.title_key, set()).add(paper)
            arxiv_ids.setdefault(paper, set()).update(filter(None, [reading.arxiv_id]))
            dois.setdefault(paper, set()).update(filter(None, [reading.doi]))
    for title, papers in sorted(titles.items()):
        agree = all(len(set().union(*(of[paper] for paper in papers))) <= 1 for of in (arxiv_ids, dois))
        if len(papers) == 1 or agree:
            for paper in papers:
                groups.join(title, paper)
    for reading in known:
        yield reading.row, groups.of(reading.arxiv_id or reading.doi or reading.title_key)


class _Groups:
    """Names joined into groups (union-find); a group is called by its least name."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def of(self, name: str) -> str:
        top = name
        while (parent := self._parents.get(top, top)) != top:
            top = parent
        while (parent := self._parents.get(name, name)) != top:
            self._parents[name], name = top, parent
        return top

    def join(self, one: str, other: str) -> None:
        least, greatest = sorted((self.of(one), self.of(other)))
        self._parents[greatest] = least


def merge(papers: list[Paper]) -> Paper:
    """One paper of several readings of it, whatever their order: the longest abstract, all sources.

    >>> a, b = Paper(id=2, title="T", abstract="short"), Paper(id=1, title="T", abstract="longer", date="2024")
    >>> merge([a, b]) == merge([b, a]), merge([a, b]).abstract, merge([a, b]).date
    (True, 'longer', '2024')
    """
    best = max(papers, key=lambda p: (len(p.abstract), p.abstract, p.title, _by_id(p)))
    own = sorted((p for p in papers if p.id != title_key(p.title)), key=_by_id)
    return best.model_copy(
        update={
            "id": own[0].id if own else best.id,
            "authors": max(papers, key=lambda p: (len(p.authors), p.authors)).authors,
            "date": min((p.date for p in papers if p.date), default=None),
            "urls": tuple(sorted({url for p in papers for url in p.urls})),
            "arxiv_id": min((p.arxiv_id for p in papers if p.arxiv_id), default=None),
            "doi": min((p.doi for p in papers if p.doi), default=None),
            "source": tuple(sorted({s for p in papers for s in p.source}, key=lambda s: (s.file, s.position))),
        }
    )


def _by_id(paper: Paper) -> tuple[str, str]:
    return str(paper.id), type(paper.id).__name__
