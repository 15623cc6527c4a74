"""The graph as one stand-alone page: drawn by vis-network as pyvis ships it, with nothing to fetch."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import jinja2
import networkx as nx
import pyvis
from markupsafe import Markup
from pyoxigraph import NamedNode, Store
from pyvis.network import Network

from kg.graph.network import networkx_graph
from kg.graph.vocabulary import SPARQL_PREFIXES
from kg.query import find_node, rows
from kg.records import KgError

COLOURS = {
    "Paper": "#9aa5b1",
    "Model": "#3b6fd4",
    "Method": "#2a9d8f",
    "System": "#8e5bd0",
    "Dataset": "#e09f3e",
    "Metric": "#d1588f",
    "Task": "#6a994e",
    "Hardware": "#c8392f",
}
MOST_NODES = 220
_HERE = Path(__file__).resolve().parent
_LIBRARY = Path(pyvis.__file__).resolve().parent / "templates" / "lib" / "vis-9.1.2"
_WEB = re.compile(r"https?://", re.I)
_LINKS = (
    SPARQL_PREFIXES
    + """
SELECT ?paper (MIN(?address) AS ?link) WHERE {
  ?paper a kg:Paper .
  OPTIONAL { ?paper fabio:hasArXivId ?arxiv . BIND(CONCAT("https://arxiv.org/abs/", ?arxiv) AS ?own) }
  OPTIONAL { ?paper prism:doi ?doi . BIND(CONCAT("https://doi.org/", ?doi) AS ?other) }
  OPTIONAL { ?paper kg:url ?url }
  BIND(COALESCE(?own, ?other, STR(?url)) AS ?address)
} GROUP BY ?paper
"""
)


def write_page(store: Store, path: Path, focus: str | None = None, depth: int = 2) -> None:
    """Writes the page of a graph, or of what stands within ``depth`` steps of the thing named ``focus``.

    At most ``MOST_NODES`` nodes are drawn, those with the most facts, and the page says so. Raises KgError
    for a focus that is not in the graph.
    """
    whole = networkx_graph(store)
    centre = find_node(store, focus, "Any").value if focus else None
    if centre is not None and centre not in whole:
        raise KgError(
            f"there is nothing to draw around '{focus}': no paper names it as a thing; try: kg show '{focus}'"
        )
    drawn = select(whole, centre, depth)
    data = _drawing(drawn, _links(store))
    note = (
        f"{drawn.number_of_nodes():,} of {whole.number_of_nodes():,} nodes, those with the most facts"
        if (drawn.number_of_nodes() < whole.number_of_nodes())
        else f"{whole.number_of_nodes():,} nodes"
    )
    title = f"Around {whole.nodes[centre]['label']}" if centre else "The paper knowledge graph"
    path.write_text(page(title, note, data), encoding="utf8")


def select(graph: nx.MultiDiGraph, centre: str | None, depth: int) -> nx.MultiDiGraph:
    """What is drawn: facts that say more than that a thing is mentioned, and mentions of what several papers name."""
    telling = nx.MultiDiGraph()
    edges = sorted(graph.edges(keys=True, data=True), key=lambda edge: (edge[3]["role"] == "mentions", edge[2]))
    for source, target, key, facts in edges:
        mention = facts["role"] == "mentions"
        if not mention or (graph.in_degree(target) > 1 and not telling.has_edge(source, target)):
            telling.add_edge(source, target, key=key, **facts)
    if centre is not None:
        telling.add_node(centre)
        near = nx.single_source_shortest_path_length(telling.to_undirected(as_view=True), centre, cutoff=depth)
        telling = telling.subgraph(near).copy()
    ranked = sorted(telling, key=lambda node: (node != centre, -telling.degree(node), node))
    drawn = telling.subgraph(ranked[:MOST_NODES]).copy()
    drawn.remove_nodes_from([node for node in list(drawn) if drawn.degree(node) == 0 and node != centre])
    for node in drawn:
        drawn.nodes[node].update(graph.nodes[node])
    return drawn


def layout(graph: nx.MultiDiGraph) -> dict[str, tuple[int, int]]:
    """Places in pixels by springs; a light spring to the middle keeps parts that are not connected together."""
    if not graph:
        return {}
    middle = ""
    springs = nx.Graph()
    springs.add_edges_from((source, target, {"weight": 1.0}) for source, target in sorted(graph.edges()))
    springs.add_edges_from((middle, node, {"weight": 0.15}) for node in sorted(graph))
    places = nx.spring_layout(springs, seed=7, k=3.5 / max(len(springs), 1) ** 0.5, iterations=200)
    spread = 72 * len(springs) ** 0.5
    return {node: (round(float(x) * spread), round(float(y) * spread)) for node, (x, y) in places.items() if node}


def page(title: str, note: str, data: tuple[str, str]) -> str:
    """The whole page; ``data`` are the nodes and edges as JSON that is safe inside a script element."""
    library = _without_addresses((_LIBRARY / "vis-network.min.js").read_text(encoding="utf8"))
    script = f"const NODES = {data[0]};\nconst EDGES = {data[1]};\n{(_HERE / 'view.js').read_text(encoding='utf8')}"
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE), autoescape=True)
    return environment.get_template("view.html").render(
        title=title,
        note=note,
        legend=[{"type": kind, "colour": colour} for kind, colour in COLOURS.items()],
        library=Markup(library),
        library_style=Markup((_LIBRARY / "vis-network.css").read_text(encoding="utf8")),
        script=Markup(script),
        script_hashes=Markup(" ".join(_hash(text) for text in (library, script))),
    )


def _drawing(graph: nx.MultiDiGraph, links: dict[str, str]) -> tuple[str, str]:
    network = Network(directed=True)
    ids = {node: number for number, node in enumerate(sorted(graph), start=1)}
    places = layout(graph)
    for node, facts in graph.nodes(data=True):
        name, kind = facts.get("label", node), facts.get("type", "Paper")
        network.add_node(
            ids[node],
            label=name if len(name) <= 30 else name[:28] + "…",
            name=name,
            title=f"{kind}: {name}\n{graph.degree(node)} facts",
            kind=kind,
            color=COLOURS.get(kind, COLOURS["Paper"]),
            shape="square" if kind == "Paper" else "dot",
            size=9 + 5 * min(graph.degree(node), 25) ** 0.5 if kind != "Paper" else 9,
            font={
                "color": "#7a8594" if kind == "Paper" else "#1c2430",
                "size": 13 if kind == "Paper" else round(15 + 3 * min(graph.degree(node), 40) ** 0.5),
            },
            link=links.get(node, ""),
            x=places[node][0],
            y=places[node][1],
        )
    for source, target, facts in graph.edges(data=True):
        count = f" ×{facts['count']}" if "count" in facts else ""
        network.add_edge(
            ids[source],
            ids[target],
            role=facts["role"] + count,
            evidence=facts["evidence"],
            title=f"{facts['role']}{count} ({facts['score']:.2f})\n{facts['evidence']}",
            color=COLOURS.get(graph.nodes[target].get("type", ""), COLOURS["Paper"]),
        )
    nodes, edges, *_ = network.get_network_data()
    return _script_json(nodes), _script_json(edges)


def _links(store: Store) -> dict[str, str]:
    found = {}
    for row in rows(store, _LINKS):
        if row["link"] is not None and isinstance(row["paper"], NamedNode) and _WEB.match(row["link"].value):
            found[row["paper"].value] = row["link"].value
    return found


def _script_json(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False)
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _without_addresses(script: str) -> str:
    """The library without any address: comments lose the scheme, the SVG namespace is joined at run time."""
    script = script.replace('"http://www.w3.org/', '"http:"+"//www.w3.org/')
    return re.sub(r"https?://", "", script)


def _hash(script: str) -> str:
    """The Content-Security-Policy source of an inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf8')).digest()).decode()}'"
