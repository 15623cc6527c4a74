"""The graph as Python programs use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import networkx as nx
import rdflib
from oxrdflib import OxigraphStore
from pyoxigraph import Store

from kg.graph.network import networkx_graph
from kg.query import NamedQuery, answer, find_query


class Graph:
    """A published graph, read-only."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def query(self, query: str, timeout: float | None = None, **parameters: str) -> dict[str, Any]:
        """The answer to a named query, or to SPARQL text, as SPARQL 1.1 results JSON.

        Raises kg.records.KgError as ``kg query`` does.
        """
        named = NamedQuery("query", "", "", (), "", query) if "{" in query else find_query(query)
        result = answer(self.store, named, _strings(parameters), "json", timeout)
        loaded: dict[str, Any] = json.loads(result) if isinstance(result, bytes) else {}
        return loaded

    def rdf(self) -> rdflib.Dataset:
        """The same store as an rdflib dataset whose default graph is the union of all graphs."""
        return rdflib.Dataset(store=OxigraphStore(store=self.store), default_union=True)

    def networkx(self) -> nx.MultiDiGraph:
        """Papers and things as nodes, facts as edges."""
        return networkx_graph(self.store)


def _strings(parameters: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items()}
