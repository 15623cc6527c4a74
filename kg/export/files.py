"""A graph as files that other tools read: RDF in its serialisations, GraphML, and a page for the browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import networkx as nx
from pyoxigraph import Literal, RdfFormat, Store, Triple, serialize

from kg.export.jsonld import write_jsonld
from kg.graph import PREFIXES
from kg.graph.network import networkx_graph
from kg.records import KgError, UsageError
from kg.view import write_page
from kg.xml import fit_for_xml


def export(store: Store, formats: Sequence[str], directory: Path, name: str = "graph") -> list[Path]:
    """Writes the graph in each format as ``directory/name.format``; returns the files.

    ``ttl``, ``nt`` and ``rdfxml`` hold every triple; ``nq``, ``trig`` and ``jsonld`` keep the named graphs too.
    Each file appears whole or not at all. Raises KgError for an unknown format or a directory that cannot be written.
    """
    for format in formats:
        if format not in WRITERS:
            raise UsageError(f"there is no export format '{format}'; there are {', '.join(WRITERS)}")
    return [
        write_whole(directory / f"{name}.{_SUFFIXES.get(format, format)}", _writer(store, format)) for format in formats
    ]


def write_whole(path: Path, write: Callable[[Path], None]) -> Path:
    """Has a file written under a temporary name and renames it. Raises KgError when it cannot be."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise KgError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return path


def _writer(store: Store, format: str) -> Callable[[Path], None]:
    return lambda path: WRITERS[format](store, path)


def _triples(store: Store) -> Iterator[Triple]:
    yield from sorted({quad.triple for quad in store}, key=str)


def _write_nq(store: Store, path: Path) -> None:
    with path.open("wb") as out:
        out.writelines(sorted(f"{quad} .\n".encode() for quad in store))


def _write_union(format: RdfFormat) -> Callable[[Store, Path], None]:
    def write(store: Store, path: Path) -> None:
        prefixes = None if format is RdfFormat.N_TRIPLES else PREFIXES
        with path.open("wb") as out:
            serialize(_triples(store), out, format, prefixes=prefixes)

    return write


def _write_rdfxml(store: Store, path: Path) -> None:
    with path.open("wb") as out:
        serialize(map(_fit_triple, _triples(store)), out, RdfFormat.RDF_XML, prefixes=PREFIXES)


def _fit_triple(triple: Triple) -> Triple:
    """The triple with U+FFFD for what XML 1.0 cannot hold, which no escape can write."""
    text = triple.object
    if not isinstance(text, Literal) or (fit := fit_for_xml(text.value)) == text.value:
        return triple
    language = {"language": text.language} if text.language else {"datatype": text.datatype}
    return Triple(triple.subject, triple.predicate, Literal(fit, **language))


def _write_trig(store: Store, path: Path) -> None:
    quads = sorted(store, key=lambda quad: (str(quad.graph_name), str(quad)))
    with path.open("wb") as out:
        serialize(quads, out, RdfFormat.TRIG, prefixes=PREFIXES)


def _write_graphml(store: Store, path: Path) -> None:
    graph = networkx_graph(store)
    for facts in (*(node for _, node in graph.nodes(data=True)), *(edge for *_, edge in graph.edges(data=True))):
        facts.update({key: fit_for_xml(text) for key, text in facts.items() if isinstance(text, str)})
    nx.write_graphml(graph, path, encoding="utf-8", named_key_ids=True)


def _write_html(store: Store, path: Path) -> None:
    write_page(store, path)


WRITERS: dict[str, Callable[[Store, Path], None]] = {
    "ttl": _write_union(RdfFormat.TURTLE),
    "trig": _write_trig,
    "nt": _write_union(RdfFormat.N_TRIPLES),
    "nq": _write_nq,
    "jsonld": write_jsonld,
    "rdfxml": _write_rdfxml,
    "graphml": _write_graphml,
    "html": _write_html,
}
_SUFFIXES = {"rdfxml": "rdf"}
