// A process as a line of a tree.

import { clipped, el, visible } from "./dom.js";

const nameOf = path => (path ?? "").split("/").pop();

/** info is a process of tracee/process_tree; subject is the one that it is about. */
export function processLabel(info, subject = false) {
  const command = Array.isArray(info.cmd) ? info.cmd.join(" ") : info.cmd ?? "";
  const path = info.executionBinary?.path ?? "";
  return el("span", {},
    el("span", { class: subject ? "subject" : null }, visible(nameOf(path) || command.split(" ")[0] || "unknown")),
    el("span", { class: "pid" }, ` ${info.pid}`),
    info.isAlive ? null : el("span", { class: "soft" }, " ended"),
    info.containerId ? el("span", { class: "soft" }, ` in ${visible(info.containerId.slice(0, 12))}`) : null,
    command || path ? el("span", { class: "soft mono" }, " ", clipped(command || path, 120)) : null);
}
