import { get } from "../api.js";
import { clipped, el, table, visible } from "../dom.js";
import { number, plural } from "../text.js";

const STATES = { running: "good", waiting: "warn", disabled: "bad", failed: "bad" };

export function open({ signal }) {
  const note = el("p", { class: "note soft", role: "status" }, "Asking the detectors");
  const body = el("div", {});
  load();

  async function load() {
    try {
      const { signatures, detectors, silentDetectors } = await get("signatures", {}, signal);
      const ill = signatures.filter(s => s.state !== "running").length;
      note.className = silentDetectors.length ? "note bad" : "note soft";
      note.textContent = `${plural(signatures.length, "signature")} in ${plural(detectors.length, "detector")}`
        + `${ill ? `, ${number(ill)} not running` : ""}${silentDetectors.length ? `; no answer from ${silentDetectors.map(visible).join(", ")}: what it judged is not in these numbers` : ""}`;
      body.replaceChildren(...(signatures.length ? [el("div", { class: "panel" }, tableOf(signatures))] : []));
    } catch (error) {
      if (error.name !== "AbortError") {
        note.className = "note bad";
        note.textContent = error.message;
      }
    }
  }

  return {
    content: [
      el("h1", {}, "Signatures"),
      el("p", { class: "lead" }, "What is looked for, and how it is with it, over all detectors since each started."),
      el("div", { class: "tools" }, el("button", { type: "button", onclick: load }, "Ask again")),
      note,
      body,
    ],
  };
}

const tableOf = signatures => table(
  "Signatures",
  ["Id", { text: "Event", name: true }, "State", { text: "Evaluations", number: true }, { text: "Findings", number: true }, { text: "Errors", number: true }, { text: "Lookups", number: true }, { text: "ns per event", number: true }, "Remarks"],
  signatures.map(s => [
    visible(s.id),
    el("code", {}, visible(s.eventName)),
    el("span", { class: STATES[s.state] ?? "warn" }, visible(s.state)),
    number(s.evaluations),
    number(s.findings),
    s.errors ? el("span", { class: "bad" }, number(s.errors)) : "0",
    number(s.lookups.asked) + (s.lookups.failed + s.lookups.late ? ` (${number(s.lookups.failed + s.lookups.late)} unanswered)` : ""),
    number(s.nsPerEvent),
    clipped([s.reason, s.unavailableEvents.length ? `without ${s.unavailableEvents.join(", ")}` : ""].filter(Boolean).join("; "), 160),
  ]));
