// The mesh itself: what goes through it, who is there, and what was lost.

import { clipped, el, panel, table, terms, visible } from "../dom.js";
import { exactly, number, plural, rate } from "../text.js";

const STATES = { ready: "good", starting: "warn", degraded: "warn", silent: "bad" };

export function open() {
  const body = el("div", {}, el("p", { class: "soft" }, "Taking a picture of the mesh"));
  return {
    view: "mesh",
    handlers: { mesh: picture => draw(body, picture) },
    content: [el("h1", {}, "Mesh"), el("p", { class: "lead" }, "From the kernel to the findings, with rates of the last second and the books of each node."), body],
  };
}

function draw(body, picture) {
  const focus = document.activeElement?.id;
  const scrolled = [...body.querySelectorAll(".scroll")].map(e => e.scrollLeft);
  const parts = [
    hops(picture),
    el("div", { class: "cards" }, picture.nodes.map(books)),
    picture.nodes.length === 0 && panel("Books", el("p", { class: "soft" }, "No node keeps books yet: no collector or enricher was heard.")),
    services(picture),
    partitions(picture),
  ];
  body.replaceChildren(...parts.filter(Boolean));
  body.querySelectorAll(".scroll").forEach((e, i) => { e.scrollLeft = scrolled[i] ?? 0; });
  if (focus) {
    document.getElementById(focus)?.focus({ preventScroll: true });
  }
}

function hops({ services, findings }) {
  const of = name => services.filter(s => s.service === name);
  const sum = (name, counter) => of(name).reduce((total, s) => total + (s.rates[counter] ?? 0), 0);
  const hop = (title, name, value, text) => {
    const all = of(name);
    const broken = all.length === 0 || all.some(s => s.state === "silent" || s.state === "degraded");
    return el("li", { class: broken && "broken" },
      el("div", { class: "soft" }, title),
      el("div", { class: "rate" }, value),
      el("div", { class: "soft" }, text),
      el("div", { class: broken ? "bad" : "good" }, all.length === 0 ? "not there" : `${all.filter(s => s.state === "ready").length} of ${all.length} ready`));
  };
  const arrow = () => el("li", { class: "arrow", "aria-hidden": "true" }, "→");
  return el("ol", { class: "hops", "aria-label": "Hops, from the kernel to the findings" },
    hop("Collectors", "collector", rate(sum("collector", "collector_produced")), `events, in ${rate(sum("collector", "collector_frames"))} raw frames`),
    arrow(),
    hop("Enrichers", "enricher", rate(sum("enricher", "raw_frames")), `raw frames in, ${rate(sum("enricher", "event_frames"))} event frames out`),
    arrow(),
    hop("Detectors", "detector", rate(sum("detector", "events_judged")), `events judged, ${rate(sum("detector", "evaluations"))} evaluations`),
    arrow(),
    el("li", {},
      el("div", { class: "soft" }, "Findings"),
      el("div", { class: "rate" }, rate(sum("detector", "findings_stored"))),
      el("div", { class: "soft" }, `${plural(findings, "finding")} in the stream`),
      el("div", {}, el("a", { href: "/" }, "See them"))));
}

function books(node) {
  const lost = Object.entries(node.lost).filter(([, n]) => n > 0);
  const total = lost.reduce((sum, [, n]) => sum + n, 0);
  const bad = total > 0 || node.unclosed.length > 0;
  return el("section", { class: bad ? "panel loss" : "panel" },
    el("h2", {}, `Books of ${visible(node.node)}`),
    el("p", { class: bad ? "bad" : "good" }, total > 0 ? `${plural(total, "event")} lost` : node.unclosed.length ? "Nothing known as lost, and not everything is known" : "Nothing lost"),
    terms([
      ["produced", number(node.produced)],
      ["derived", number(node.derived)],
      ["judged", number(node.judged)],
      ...Object.entries(node.filtered).map(([rule, n]) => [`filtered (${visible(rule)})`, number(n)]),
      ...lost.map(([reason, n]) => [el("span", { class: "bad" }, `lost (${visible(reason)})`), el("strong", { class: "bad" }, number(n))]),
      ["in flight", number(node.inFlight)],
      ...node.unclosed.map(load => ["not closed", `load ${load}: what it had in the ring is unknown`]),
    ]),
    node.losses.length > 0 && el("details", {}, el("summary", {}, "Where"),
      el("ul", {}, node.losses.map(l => el("li", {}, `${visible(l.reason)}: positions ${number(l.from)} to ${number(l.to)}`)))));
}

function services({ services }) {
  return panel("Services", table(
    "Services",
    ["Service", { text: "Instance", name: true }, "Node", { text: "Process", number: true }, "State", "Started", "What it counts"],
    services.map(s => [
      visible(s.service),
      visible(s.instance),
      visible(s.node),
      String(s.pid),
      el("span", { class: STATES[s.state] ?? "warn" }, visible(s.reason ? `${s.state}: ${s.reason}` : s.state)),
      exactly(s.started).slice(0, 19),
      counters(s),
    ])));
}

const opened = new Set();

function counters(service) {
  const id = `counters-${service.service}-${service.instance}`;
  const moving = Object.entries(service.rates).sort(([, a], [, b]) => b - a).slice(0, 3).map(([name, value]) => `${name.replaceAll("_", " ")} ${rate(value)}`).join(", ");
  const details = el("details", { open: opened.has(id) },
    el("summary", { id }, visible(moving || "nothing moves")),
    terms(Object.entries(service.counters).map(([name, value]) => [name.replaceAll("_", " "), number(value)])),
    service.unavailableEvents.length > 0 && el("p", {}, "This kernel cannot give: ", clipped(service.unavailableEvents.join(", "), 120)));
  details.addEventListener("toggle", () => (details.open ? opened.add(id) : opened.delete(id)));
  return details;
}

function partitions({ partitions: owners }) {
  const owned = Object.entries(owners);
  return panel("Partitions",
    owned.length === 0 ? el("p", { class: "soft" }, "None with events has an owner.")
      : table("Partitions", ["Partition", { text: "Judged by", name: true }], owned.map(([partition, owner]) => [partition, visible(owner)])));
}
