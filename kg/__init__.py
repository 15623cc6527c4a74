"""The knowledge graph of machine-learning papers.

``kg.read.open(file)`` gives papers, ``kg.extract.extract(papers)`` records, ``kg.build.build(files, directory)``
a graph directory, and ``kg.open(directory)`` the graph in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.api import Graph

__all__ = ["open"]


def open(directory: Path | str) -> Graph:
    """The published graph of a directory, to query or take as rdflib or NetworkX.

    Raises kg.records.KgError when the directory holds none.
    """
    from kg.api import Graph
    from kg.store import GraphDirectory

    return Graph(GraphDirectory(directory).store())
