// The page's own script; the two constants in front of it hold the drawing as data.
const nodes = new vis.DataSet(NODES);
const edges = new vis.DataSet(EDGES);
const network = new vis.Network(document.getElementById("graph"), { nodes, edges }, {
  physics: false,
  interaction: { hover: true, tooltipDelay: 120, hideEdgesOnDrag: true },
  nodes: { scaling: { label: { drawThreshold: 3 } }, font: { size: 15, face: "system-ui, sans-serif", strokeWidth: 3, strokeColor: "#ffffff" }, borderWidth: 1 },
  edges: { arrows: { to: { enabled: true, scaleFactor: 0.5 } }, color: { opacity: 0.55 }, smooth: false, font: { size: 10, color: "#5a6472" } },
});
const about = document.getElementById("about");

function put(parent, tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.appendChild(element);
  return element;
}

function describe(id) {
  const node = nodes.get(id);
  about.replaceChildren();
  put(about, "h2", node.name);
  put(about, "p", node.kind);
  if (node.link) {
    const link = put(about, "a", node.link);
    link.href = node.link;
    link.rel = "noreferrer";
    link.target = "_blank";
  }
  const list = put(about, "dl", "");
  for (const edge of edges.get({ filter: (e) => e.from === id || e.to === id })) {
    const other = nodes.get(edge.from === id ? edge.to : edge.from);
    put(list, "dt", `${edge.role} · ${other.name}`);
    put(list, "dd", edge.evidence);
  }
}

network.on("selectNode", (event) => describe(event.nodes[0]));
const names = document.getElementById("names");
nodes.forEach((node) => put(names, "option", node.name));
document.getElementById("find").addEventListener("change", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  const found = nodes.get({ filter: (node) => node.name.toLowerCase() === wanted })[0]
    || nodes.get({ filter: (node) => wanted && node.name.toLowerCase().includes(wanted) })[0];
  if (found) {
    network.selectNodes([found.id]);
    network.focus(found.id, { scale: 1.1 });
    describe(found.id);
  } else if (wanted) {
    about.replaceChildren();
    put(about, "h2", "Not drawn");
    put(about, "p", `None of the ${nodes.length} nodes of this drawing has “${event.target.value.trim()}” in its name. The graph may have more: kg show finds them all.`);
  }
});
