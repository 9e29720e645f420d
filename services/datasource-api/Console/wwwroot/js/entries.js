// What data sources hold, read page by page.

import { get } from "./api.js";
import { el } from "./dom.js";
import { nanoseconds } from "./text.js";

const PAGE = 1000;

/** All entries, up to a limit; tells whether there are more and how many made room for others. */
export async function all(parameters, limit, signal) {
  const entries = [];
  let next = "";
  let evicted = 0;
  do {
    const page = await get("entries", { ...parameters, after: next, limit: PAGE }, signal);
    entries.push(...page.entries);
    next = page.next;
    evicted = page.evicted;
  } while (next && entries.length < limit);
  return { entries, more: next !== "", evicted };
}

/** The nodes that have a source of the mesh's own; empty while nobody has it. */
export async function nodesOf(id, signal) {
  const { sources } = await get("sources", {}, signal);
  return sources.find(s => s.namespace === "tracee" && s.id === id)?.nodes ?? [];
}

/** A page about a source of a node: node, time and text above, what load makes of them below. */
export function nodePage({ title, lead, source, signal, show }) {
  const node = el("select", {});
  const time = el("input", { type: "datetime-local", step: "1" });
  const filter = el("input", { type: "search", placeholder: "any text" });
  const note = el("p", { class: "note", role: "status" });
  const body = el("div", {});
  let asked = 0;

  async function load() {
    const mine = ++asked;
    note.className = "note soft";
    note.textContent = "Asking";
    try {
      const parameters = { namespace: "tracee", id: source, node: node.value, time: nanoseconds(time.value), filter: filter.value };
      const shown = await show(parameters, signal);
      if (mine === asked) {
        note.textContent = shown.note;
        body.replaceChildren(...shown.content);
      }
    } catch (error) {
      if (error.name !== "AbortError" && mine === asked) {
        note.className = "note bad";
        note.textContent = error.message;
        body.replaceChildren();
      }
    }
  }

  (async () => {
    try {
      const nodes = await nodesOf(source, signal);
      if (!nodes.length) {
        note.className = "note warn";
        note.textContent = "No node answers for this: its enricher is not there, or has just started. Ask again in a moment.";
      }

      node.replaceChildren(...nodes.map(name => el("option", { value: name }, name)));
      if (nodes.length) {
        await load();
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        note.className = "note bad";
        note.textContent = error.message;
      }
    }
  })();

  return [
    el("h1", {}, title),
    el("p", { class: "lead" }, lead),
    el("form", { class: "filters", onsubmit: event => { event.preventDefault(); load(); } },
      el("label", {}, "Node", node),
      el("label", {}, "As of", time),
      el("label", {}, "Contains", filter),
      el("button", { class: "main" }, "Show"),
      el("button", { type: "button", onclick: () => { time.value = ""; load(); } }, "Now")),
    note,
    body,
  ];
}
