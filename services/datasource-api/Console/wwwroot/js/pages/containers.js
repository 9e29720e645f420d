import { clipped, el, table } from "../dom.js";
import { all, nodePage } from "../entries.js";
import { exactly, plural } from "../text.js";

const LIMIT = 5000;

export function open({ signal }) {
  return { content: nodePage({ title: "Containers", lead: "Containers of a node, now or as of a moment that it still remembers.", source: "containers", signal, show }) };
}

async function show(parameters, signal) {
  const { entries, more, evicted } = await all(parameters, LIMIT, signal);
  return {
    note: `${plural(entries.length, "container")}${more ? ", and more: narrow the text" : ""}${evicted ? `; ${plural(evicted, "ended one")} forgotten early` : ""}`,
    content: entries.length === 0 ? [] : [el("div", { class: "panel" }, table(
      "Containers",
      [{ text: "Name", name: true }, "Image", "Pod", "Id", "Created"],
      entries.map(({ values: c }) => [
        clipped(c.container_name || "not known yet"),
        clipped(c.container_image ?? ""),
        clipped([c.k8s_pod_namespace, c.k8s_pod_name].filter(Boolean).join("/") + (c.k8s_pod_sandbox ? " (sandbox)" : "")),
        el("span", { class: "mono", title: c.container_id }, clipped((c.container_id ?? "").slice(0, 12))),
        c.container_ctime ? exactly(c.container_ctime) : "",
      ])))],
  };
}
