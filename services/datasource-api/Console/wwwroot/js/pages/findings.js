// The first page: what was found, newest first, as it comes.

import { get } from "../api.js";
import { el, visible } from "../dom.js";
import { VirtualList } from "../list.js";
import { exactly, number, plural, when } from "../text.js";

/** Rows that a page keeps; older ones make room. */
const CAPACITY = 10000;

const PAGE = 500;
const OFFERED = 200;
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const FILTERS = ["severity", "signature", "container", "pod", "node", "text"];

// What was there stays there while another page is open.
const known = { rows: [], keys: new Set(), gaps: 0, first: 0 };

export function open({ signal }) {
  const filter = Object.fromEntries(FILTERS.map(name => [name, new URLSearchParams(location.search).get(name) ?? ""]));
  const list = new VirtualList({ label: "Findings, newest first", draw, key: row => row.key });
  const summary = el("p", { class: "soft", "aria-live": "polite" });
  const empty = el("p", { class: "empty", hidden: true });
  const older = el("button", { type: "button", onclick: loadOlder }, "Load older findings");
  const note = el("span", { class: "bad", role: "status" });
  const lists = Object.fromEntries(["signature", "container", "pod", "node"].map(name => [name, el("datalist", { id: `${name}s` })]));
  let frame = 0;

  function field(name, label, placeholder) {
    const input = el("input", {
      type: "search",
      value: filter[name],
      placeholder,
      list: lists[name] && `${name}s`,
      onfocus: () => lists[name] && offer(name),
      oninput: () => change(name, input.value),
    });
    return el("label", {}, label, input);
  }

  function offer(name) {
    const values = new Set(known.rows.map(row => (row.gap ? "" : fieldOf(row, name))).filter(Boolean));
    lists[name].replaceChildren(...[...values].sort().slice(0, OFFERED).map(value => el("option", { value })));
  }

  const severity = el("select", { onchange: () => change("severity", severity.value) },
    el("option", { value: "" }, "any"),
    SEVERITIES.map((name, i) => el("option", { value: name }, i === 0 ? name : `${name} and above`)));
  severity.value = filter.severity;

  function change(name, value) {
    filter[name] = value;
    const given = Object.entries(filter).filter(([, v]) => v);
    history.replaceState(null, "", given.length ? `/?${new URLSearchParams(given)}` : "/");
    schedule();
  }

  function schedule() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      render();
    });
  }

  function render() {
    const wanted = matcher(filter);
    const rows = known.rows.filter(row => row.gap || wanted(row));
    const shown = rows.filter(row => !row.gap).length;
    const all = known.rows.length - known.gaps;
    list.show(rows);
    summary.textContent = shown === all ? plural(all, "finding") : `${number(shown)} of ${plural(all, "finding")}`;
    empty.hidden = shown > 0;
    list.element.hidden = shown === 0;
    empty.textContent = all === 0 ? "Nothing found yet. What is found from now on appears here by itself." : "No finding matches these filters.";
    older.hidden = !(lowest() > known.first && known.rows.length < CAPACITY);
  }

  async function loadOlder() {
    older.disabled = true;
    note.textContent = "";
    try {
      const page = await get("findings", { before: lowest(), limit: PAGE }, signal);
      add(page.findings, false);
      known.first = page.first;
      render();
    } catch (error) {
      if (error.name !== "AbortError") {
        note.textContent = error.message;
      }
    } finally {
      older.disabled = false;
    }
  }

  if (known.rows.length) {
    render();
  }

  return {
    view: "findings",
    handlers: {
      begin({ fresh, first }) {
        if (fresh && known.rows.length) {
          known.rows = [];
          known.keys.clear();
          known.gaps = 0;
        }

        known.first = first;
        schedule();
      },
      findings(rows) {
        add(rows, true);
        schedule();
      },
      gap({ after, count, reason }) {
        known.rows.unshift({ gap: true, key: `gap-${after}-${count}`, seq: after, count, reason });
        known.gaps++;
        schedule();
      },
    },
    content: [
      el("h1", {}, "Findings"),
      el("search", { class: "filters" },
        el("label", {}, "Severity", severity),
        field("signature", "Signature", "name"),
        field("container", "Container", "id, name or image"),
        field("pod", "Pod", "name or namespace"),
        field("node", "Node", "name"),
        field("text", "Text", "anything in a row"),
        Object.values(lists)),
      summary,
      list.element,
      empty,
      el("div", { class: "tools" }, older, note),
    ],
    close() {
      cancelAnimationFrame(frame);
      list.destroy();
    },
  };
}

const lowest = () => known.rows.findLast(row => !row.gap)?.seq ?? 0;

// Rows come in the order of the stream. A finding that is there already came twice.
function add(rows, newer) {
  const fresh = rows.filter(row => !known.keys.has(row.seq)).map(row => ({ ...row, key: row.seq, search: null })).reverse();
  fresh.forEach(row => known.keys.add(row.key));
  known.rows = newer ? [...fresh, ...known.rows] : [...known.rows, ...fresh];
  while (known.rows.length > CAPACITY) {
    const oldest = known.rows.pop();
    known.keys.delete(oldest.key);
    known.gaps -= oldest.gap ? 1 : 0;
  }
}

const fieldOf = (row, name) => ({ signature: row.event, container: row.containerName || row.container, pod: row.pod, node: row.node })[name];

function matcher(filter) {
  const level = SEVERITIES.indexOf(filter.severity);
  const has = (wanted, ...texts) => !wanted || texts.some(text => text && text.toLowerCase().includes(wanted.toLowerCase()));
  return row => (level < 0 || SEVERITIES.indexOf(row.severity) <= level)
    && has(filter.signature, row.event, row.signature)
    && has(filter.container, row.container, row.containerName, row.image)
    && has(filter.pod, row.pod, row.podNamespace)
    && has(filter.node, row.node)
    && (!filter.text || has(filter.text, row.search ??= Object.values(row).filter(v => typeof v === "string").join(" ")));
}

function draw(row) {
  if (row.gap) {
    const why = { slow: "this page read too slowly", away: "this page was away too long", forgotten: "the stream no longer holds them" }[row.reason];
    return el("div", { class: "row gap", tabindex: "-1" }, el("span", {}, `${plural(row.count, "finding")} not shown here: ${why}. They may still be in the stream: load older findings, or tmesh findings.`));
  }

  const where = row.pod ? `${row.podNamespace}/${row.pod}` : row.containerName || row.container.slice(0, 12);
  return el("a", { class: "row fresh", href: `/findings/${row.seq}` },
    el("span", { class: "when", title: exactly(row.time) }, when(row.time)),
    el("span", { class: "severity" }, el("span", { class: `badge ${row.severity}` }, row.severity)),
    el("span", { class: "title" }, visible(row.event), el("span", { class: "soft" }, `  ${visible(row.signature)}`)),
    el("span", { class: "where" }, `${visible(row.process)}[${row.pid}]`),
    el("span", { class: "what" }, row.state === "complete" ? null : el("span", { class: "bad" }, `${visible(row.state)}${row.lost ? `: ${plural(row.lost, "event")} lost before it` : ""}  `), visible(row.what)),
    el("span", { class: "where" }, [visible(where), visible(row.node)].filter(Boolean).join(" on ")));
}
