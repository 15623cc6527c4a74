"""JSON-LD that reads like ordinary JSON: short names from ``ontology/context.jsonld``, which stands in the file."""

from __future__ import annotations

import json
from pathlib import Path

from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.resources import resource

_LANGUAGE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def write_jsonld(store: Store, path: Path) -> None:
    """Writes an object a named graph, with its nodes sorted by IRI.

    Conversion and compaction are those of the JSON-LD 1.1 API, a graph at a time, so that memory does not grow with
    the number of papers.
    """
    context = json.loads((resource("ontology") / "context.jsonld").read_bytes())
    with path.open("w", encoding="utf8") as out:
        out.write(f'{{"@context": {_text(context["@context"])},\n"@graph": [')
        for number, name in enumerate(sorted(store.named_graphs(), key=str)):
            quads = sorted(store.quads_for_pattern(None, None, None, name), key=str)
            expanded = jsonld.from_rdf({name.value: [_triple(quad) for quad in quads]}, {"useNativeTypes": True})
            compacted = jsonld.compact(expanded, context, {"skipExpansion": True})
            del compacted["@context"]
            out.write(f"{',' if number else ''}\n{_text(compacted)}")
        out.write("\n]}\n")


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _triple(quad: Quad) -> dict[str, dict[str, str]]:
    """A triple as PyLD holds it; its own reading of N-Quads confuses the letters after a backslash."""
    return {"subject": _term(quad.subject), "predicate": _term(quad.predicate), "object": _term(quad.object)}


def _term(term: object) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "IRI", "value": term.value}
    assert isinstance(term, Literal)  # graphs hold no blank nodes
    if term.language:
        return {"type": "literal", "value": term.value, "datatype": _LANGUAGE, "language": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
