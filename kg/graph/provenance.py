"""Who and what made the claims of a graph (PROV-O): builds and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode, Quad

from kg.corrections import Correction
from kg.graph.vocabulary import PROV, RDF, RDFS, SCHEMA, XSD, graph_iri, term

INFLUENCED = NamedNode(PROV + "wasInfluencedBy")
_TYPE, _LABEL = NamedNode(RDF + "type"), NamedNode(RDFS + "label")
_ANNOTATION = "annotation"
_ACTIVITY, _ASSOCIATED = NamedNode(PROV + "Activity"), NamedNode(PROV + "wasAssociatedWith")


def activity_iri(base: str, pipeline: str) -> NamedNode:
    """The IRI of what made the claims of records: a version of the pipeline, or annotation where they name none."""
    return NamedNode(f"{base}id/build/{quote(pipeline, safe='') or _ANNOTATION}")


def build_quads(activities: set[NamedNode], base: str) -> Iterator[Quad]:
    """One activity a pipeline version, which all its claims share, without clock times: equal builds are equal."""
    graph = graph_iri(base, "provenance")
    for activity in sorted(activities, key=str):
        version = unquote(activity.value.rpartition("/")[2])
        if version == _ANNOTATION:
            agent = NamedNode(f"{base}id/agent/annotators")
            yield Quad(activity, _TYPE, _ACTIVITY, graph)
            yield Quad(activity, _LABEL, Literal("annotation", language="en"), graph)
            yield Quad(activity, _ASSOCIATED, agent, graph)
            yield Quad(agent, _TYPE, NamedNode(PROV + "Agent"), graph)
            yield Quad(agent, _LABEL, Literal("the annotators of the records", language="en"), graph)
            continue
        agent = NamedNode(f"{base}id/software/{quote(version, safe='')}")
        label = Literal(f"extraction by paper-kg, pipeline {version}", language="en")
        yield Quad(activity, _TYPE, _ACTIVITY, graph)
        yield Quad(activity, _LABEL, label, graph)
        yield Quad(activity, _ASSOCIATED, agent, graph)
        yield Quad(agent, _TYPE, NamedNode(PROV + "SoftwareAgent"), graph)
        yield Quad(agent, _LABEL, Literal("paper-kg", language="en"), graph)
        yield Quad(agent, NamedNode(SCHEMA + "softwareVersion"), Literal(version), graph)


def correction_iri(base: str, key: str) -> NamedNode:
    """The IRI of a correction by its key."""
    return NamedNode(f"{base}id/correction/{key}")


def correction_quads(correction: Correction, base: str) -> Iterator[Quad]:
    """Who made a correction, and when: PROV asks for a time, which is the first of the day."""
    graph = graph_iri(base, "provenance")
    activity = correction_iri(base, correction.key)
    agent = NamedNode(f"{base}id/person/{quote(correction.by, safe='')}")
    ended = Literal(f"{correction.on.isoformat()}T00:00:00Z", datatype=NamedNode(XSD + "dateTime"))
    yield Quad(activity, _TYPE, term("Correction"), graph)
    yield Quad(activity, _TYPE, _ACTIVITY, graph)  # said for readers that do not reason
    yield Quad(activity, _LABEL, Literal(correction.what, language="en"), graph)
    yield Quad(activity, _ASSOCIATED, agent, graph)
    yield Quad(activity, NamedNode(PROV + "endedAtTime"), ended, graph)
    if correction.because:
        yield Quad(activity, term("because"), Literal(correction.because), graph)
    yield Quad(agent, _TYPE, NamedNode(PROV + "Person"), graph)
    yield Quad(agent, NamedNode(SCHEMA + "name"), Literal(correction.by), graph)
