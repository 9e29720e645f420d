import { el } from "../dom.js";
import { all, nodePage } from "../entries.js";
import { plural } from "../text.js";
import { processLabel } from "../tree.js";

const LIMIT = 10000;

// A branch with more children than this begins closed.
const MANY = 30;

export function open({ signal }) {
  return { content: nodePage({ title: "Processes", lead: "The process tree of a node, now or as of a moment that it still remembers.", source: "process_tree", signal, show }) };
}

async function show(parameters, signal) {
  // The text is looked for here: a process that matches is shown below its ancestors, which may not.
  const { entries, more, evicted } = await all({ ...parameters, filter: "" }, LIMIT, signal);
  const processes = entries.map(e => e.values.process_info?.info ?? e.values.process_lineage?.[0]?.info).filter(Boolean);
  const wanted = parameters.filter.toLowerCase();
  const byId = new Map(processes.map(p => [p.entityId, p]));
  const kept = new Set();
  const matches = processes.filter(p => !wanted || JSON.stringify([p.cmd, p.executionBinary?.path, p.pid, p.containerId]).toLowerCase().includes(wanted));
  for (const match of matches) {
    for (let p = match; p && !kept.has(p.entityId); p = byId.get(p.parentEntityId)) {
      kept.add(p.entityId);
    }
  }

  const children = new Map();
  const roots = [];
  for (const p of processes.filter(q => kept.has(q.entityId))) {
    if (byId.has(p.parentEntityId) && p.parentEntityId !== p.entityId) {
      children.set(p.parentEntityId, [...(children.get(p.parentEntityId) ?? []), p]);
    } else {
      roots.push(p);
    }
  }

  return {
    note: `${plural(matches.length, "process", "processes")}${more ? ", and more than can be drawn" : ""}${evicted ? `; ${plural(evicted, "ended one")} forgotten early` : ""}`,
    content: roots.length === 0 ? [] : [el("div", { class: "panel scroll", tabindex: "0", role: "region", "aria-label": "Process tree" }, el("ul", { class: "tree" }, roots.map(p => branch(p, children, wanted && new Set(matches), 0))))],
  };
}

function branch(process, children, matches, depth) {
  const below = depth < 200 ? children.get(process.entityId) ?? [] : [];
  const label = processLabel(process, Boolean(matches) && matches.has(process));
  return el("li", {}, below.length === 0 ? label : el("details", { open: Boolean(matches) || below.length <= MANY },
    el("summary", {}, label),
    el("ul", {}, below.map(p => branch(p, children, matches, depth + 1)))));
}
