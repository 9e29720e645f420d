import { clipped, el, table, visible } from "../dom.js";
import { all, nodePage } from "../entries.js";
import { plural } from "../text.js";

const LIMIT = 5000;

export function open({ signal }) {
  return { content: nodePage({ title: "DNS", lead: "Names and addresses that processes of a node resolved, as long as the answers hold, now or as of a moment.", source: "dns", signal, show }) };
}

async function show(parameters, signal) {
  const { entries, more, evicted } = await all(parameters, LIMIT, signal);
  return {
    note: `${plural(entries.length, "name or address", "names and addresses")}${more ? ", and more: narrow the text" : ""}${evicted ? `; ${plural(evicted, "entry", "entries")} made room for others` : ""}`,
    content: entries.length === 0 ? [] : [el("div", { class: "panel" }, table(
      "Names and addresses",
      [{ text: "Asked", name: true }, "First asked name", "Names", "Addresses"],
      entries.map(({ key, values }) => [
        clipped(key),
        visible(values.dns_root ?? ""),
        clipped((values.dns_queries ?? []).join(", ")),
        el("span", { class: "mono" }, clipped((values.ip_addresses ?? []).join(", "))),
      ])))],
  };
}
