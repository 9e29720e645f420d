// Data sources: which there are, what they hold, asking them, and writing, for whoever may.

import { get, parse, pretty, write } from "../api.js";
import { clipped, el, panel, table, terms, visible } from "../dom.js";
import { plural } from "../text.js";

const PAGE = 200;

export function open({ signal }) {
  const note = el("p", { class: "note bad", role: "status" });
  const menu = el("div", {});
  const body = el("div", {});
  const wanted = new URLSearchParams(location.search).get("source");

  (async () => {
    try {
      const { sources } = await get("sources", {}, signal);
      const chosen = sources.find(s => nameOf(s) === wanted) ?? null;
      menu.replaceChildren(chosen ? el("p", {}, el("a", { href: "/sources" }, "All data sources")) : overview(sources));
      body.replaceChildren(...(chosen ? one(chosen, signal) : []));
      note.textContent = wanted && !chosen ? `There is no data source ${visible(wanted)}, or you may not see it.` : "";
    } catch (error) {
      if (error.name !== "AbortError") {
        note.textContent = error.message;
      }
    }
  })();

  return { content: [el("h1", {}, wanted ? visible(wanted) : "Data sources"), wanted ? null : el("p", { class: "lead" }, "What signatures ask. Those of a node answer as of the event that asks; those of the mesh as of every write that was acknowledged."), note, menu, body].filter(Boolean) };
}

const nameOf = source => `${source.namespace}/${source.id}`;

const overview = sources => el("div", { class: "panel" }, table(
  "Data sources",
  [{ text: "Source", name: true }, "What it is", "Key", "Answer", "Where", "Version"],
  sources.map(s => [
    el("a", { href: `/sources?source=${encodeURIComponent(nameOf(s))}` }, visible(nameOf(s))),
    clipped(s.description),
    visible(s.keys),
    el("span", { class: "mono" }, clipped(s.schema, 90)),
    s.nodes.length ? s.nodes.map(visible).join(", ") : "mesh",
    visible(s.version),
  ])));

function one(source, signal) {
  const node = el("select", {}, source.nodes.map(name => el("option", { value: name }, name)));
  const filter = el("input", { type: "search", placeholder: "any text" });
  const note = el("p", { class: "note soft", role: "status" });
  const rows = el("div", {});
  const more = el("button", { type: "button", hidden: true, onclick: () => load(next) }, "More");
  const place = { namespace: source.namespace, id: source.id };
  let entries = [];
  let next = "";

  async function load(after = "") {
    try {
      const page = await get("entries", { ...place, node: node.value, filter: filter.value, after, limit: PAGE }, signal);
      entries = after ? [...entries, ...page.entries] : page.entries;
      next = page.next;
      more.hidden = !next;
      note.className = "note soft";
      note.textContent = `${plural(entries.length, "entry", "entries")}${next ? ", and more" : ""}${page.evicted ? `; ${plural(page.evicted, "entry", "entries")} made room for others` : ""}`;
      rows.replaceChildren(entries.length === 0 ? el("p", { class: "soft" }, "It holds nothing that matches.") : table(
        "Entries", [{ text: "Key", name: true }, "Answer", ...(source.mayWrite ? [""] : [])],
        entries.map(e => [
          show(e.key),
          show(e.values),
          ...(source.mayWrite ? [el("button", { type: "button", class: "danger", onclick: () => remove(e.key) }, "Delete")] : []),
        ])));
    } catch (error) {
      tell(error);
    }
  }

  async function remove(key) {
    await act(() => write("DELETE", "entries", body({ key: json(key) })), "Deleted");
  }

  async function act(request, done) {
    try {
      const answer = await request();
      await load();
      note.className = "note good";
      note.textContent = `${done}, as revision ${answer.revision}`;
    } catch (error) {
      tell(error);
    }
  }

  function tell(error) {
    if (error.name !== "AbortError") {
      note.className = "note bad";
      note.textContent = error.message;
    }
  }

  // Put together as text: a number keeps the digits that were typed.
  const body = values => `{${[...Object.entries(place).map(([k, v]) => [k, JSON.stringify(v)]), ...Object.entries(values)].map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(",")}}`;

  load();
  return [el("div", { class: "columns" },
    panel("Entries",
      el("form", { class: "filters", onsubmit: event => { event.preventDefault(); load(); } },
        source.nodes.length > 1 && el("label", {}, "Node", node),
        el("label", {}, "Contains", filter),
        el("button", { class: "main" }, "Show")),
      note, rows, more),
    el("div", {},
      panel("What it is", terms([["what", source.description], ["key", source.keys], ["answer", source.schema], ["where", source.nodes.length ? source.nodes.join(", ") : "mesh"]])),
      source.mayRead && ask(source, node, body),
      source.mayWrite && put(source, body, act)))];
}

const json = value => pretty(value);
const show = value => el("span", { class: "mono" }, clipped(typeof value === "object" && value !== null ? pretty(value).replaceAll(/\s+/g, " ") : String(value)));

// A text is what was typed; of any other type it is JSON.
function typed(text, type) {
  if (type === "string") {
    return JSON.stringify(text);
  }

  parse(text);
  return text;
}

function ask(source, node, body) {
  const key = el("input", { required: true, autocomplete: "off" });
  const answer = el("p", { class: "note mono", role: "status" });
  return panel("Ask it", el("form", {
    class: "form",
    onsubmit: async event => {
      event.preventDefault();
      try {
        const type = source.keys.includes("map") && key.value.startsWith("{") ? "map" : source.keys.includes("string") ? "string" : source.keys;
        const result = await write("POST", "lookup", body({ node: JSON.stringify(node.value), key: typed(key.value, type) }));
        answer.replaceChildren(visible(result.status), " ", result.values ? show(result.values) : "");
      } catch (error) {
        answer.replaceChildren(error instanceof SyntaxError ? `the key is to be ${visible(source.keys)}` : error.message);
      }
    },
  }, el("label", {}, `Key (${visible(source.keys)})`, key), el("div", { class: "buttons" }, el("button", { class: "main" }, "Ask")), answer));
}

function put(source, body, act) {
  const key = el("input", { required: true, autocomplete: "off", name: "key" });
  const value = el("textarea", { required: source.values !== "string", name: "value" });
  const note = el("p", { class: "note bad", role: "status" });
  return panel("Write to it", el("form", {
    class: "form",
    onsubmit: event => {
      event.preventDefault();
      note.textContent = "";
      try {
        const request = body({ key: typed(key.value, source.keys), value: typed(value.value, source.values) });
        act(() => write("PUT", "entries", request), "Written");
      } catch {
        note.textContent = `The key is ${visible(source.keys)}, the value ${visible(source.values)} ${visible(source.values === "map" ? source.schema : "")}, as JSON.`;
      }
    },
  },
  el("label", {}, `Key (${visible(source.keys)})`, key),
  el("label", {}, `Value (${visible(source.values)}${source.values === "map" ? `, JSON of ${visible(source.schema)}` : ""})`, value),
  el("div", { class: "buttons" }, el("button", { class: "main" }, "Write")), note));
}
