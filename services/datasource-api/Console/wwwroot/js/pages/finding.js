// One finding: what happened, who did it, where, and what was not seen.

import { get, pretty } from "../api.js";
import { clipped, el, panel, table, terms, visible } from "../dom.js";
import { processLabel } from "../tree.js";
import { exactly, number, plural, when } from "../text.js";

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

export function open({ argument, signal }) {
  const title = el("h1", {}, "Finding");
  const body = el("div", {}, el("p", { class: "soft" }, "Loading"));
  show(argument, title, body, signal);
  return { content: [el("p", {}, el("a", { href: "/" }, "All findings")), title, body] };
}

async function show(sequence, title, body, signal) {
  try {
    const { finding } = await get(`findings/${sequence}`, {}, signal);
    const surroundings = el("div", {}, panel("Process ancestry", el("p", { class: "soft" }, "Asking the process tree")));
    const where = el("div", {});
    const properties = finding.metadata?.Properties ?? {};
    const severity = SEVERITIES[properties.Severity] ?? "info";
    document.title = `${visible(finding.eventName)} · TraceeMesh`;
    title.replaceChildren(visible(properties.signatureName ?? finding.eventName), " ", el("span", { class: `badge ${severity}` }, severity));
    body.replaceChildren(
      el("p", { class: "lead" }, el("code", {}, visible(finding.eventName)), ` at ${when(finding.timestamp)} on `, visible(finding.mesh?.node ?? finding.hostName), ". ", visible(finding.metadata?.Description)),
      completeness(finding.mesh?.completeness),
      el("div", { class: "columns" },
        el("div", {}, surroundings, event(finding), lookups(finding.mesh?.lookups ?? [])),
        el("div", {}, process(finding), where, signature(finding, properties))),
      el("details", { class: "panel" }, el("summary", {}, "The finding as JSON"), el("pre", { class: "mono" }, visible(pretty(finding)).replaceAll("\\u000a", "\n"))));
    const context = await get(`findings/${sequence}/context`, {}, signal);
    surroundings.replaceChildren(ancestry(context.ancestry, finding));
    where.replaceChildren(container(context.container, finding), names(context.names));
  } catch (error) {
    if (error.name !== "AbortError") {
      body.append(el("p", { class: "bad", role: "alert" }, error.message));
    }
  }
}

// Loss comes first, and large: a finding whose evidence has holes must not look like one that has none.
function completeness(state) {
  if (!state || state.state === "complete") {
    return el("p", { class: "good" }, "Complete: nothing was lost on this node before it.");
  }

  const reasons = Object.entries(state.reasons ?? {}).map(([reason, n]) => `${visible(reason)} ${number(n)}`).join(", ");
  const cold = state.state === "cold" || state.cold;
  return el("section", { class: "panel loss", role: "alert" },
    el("h2", { class: "bad" }, state.lost ? `Incomplete: ${plural(state.lost, "event")} lost before it` : `Incomplete: ${visible(state.state)}`),
    reasons && el("p", {}, `Why: ${reasons}. Positions ${number(state.from)} to ${number(state.to)}.`),
    cold && el("p", {}, "The signature had lost what it remembered: a detector took over without its state."),
    el("p", {}, "What this signature did not see may belong to this finding, or be one of its own."));
}

function event(finding) {
  const data = (finding.args ?? []).filter(a => a.name !== "triggeredBy");
  const trigger = (finding.args ?? []).find(a => a.name === "triggeredBy")?.value;
  return panel("What happened",
    data.length > 0 && terms(data.map(a => [visible(a.name), value(a.value)])),
    trigger && el("div", {},
      el("p", {}, "Made of the event ", el("code", {}, visible(trigger.name)), `, which returned ${visible(trigger.returnValue)}.`),
      table("Arguments of the event", [{ text: "Argument", name: true }, "Type", "Value"], (trigger.args ?? []).map(a => [el("code", {}, visible(a.name)), el("span", { class: "soft" }, visible(a.type)), value(a.value)]))));
}

function value(content) {
  if (content === null || typeof content !== "object") {
    return clipped(String(content));
  }

  return Array.isArray(content) && content.every(item => typeof item !== "object")
    ? el("span", { class: "mono" }, clipped(content.map(String).join(" ")))
    : el("span", { class: "mono" }, clipped(pretty(content).replaceAll(/\s+/g, " ")));
}

function ancestry(answer, finding) {
  const title = "Process ancestry";
  if (answer?.status !== "found") {
    return panel(title, el("p", { class: "warn" }, `The process tree does not tell it (${visible(answer?.status ?? "the finding names no process")}): its node may be gone, or remembers less far back.`), self(finding));
  }

  // Told from the process to its ancestors; drawn from the ancestors down.
  const lineage = (answer.values.process_lineage ?? []).map(p => p.info).reverse();
  let tree = null;
  for (let i = lineage.length - 1; i >= 0; i--) {
    tree = el("ul", {}, el("li", {}, processLabel(lineage[i], i === lineage.length - 1), tree));
  }

  tree?.classList.add("tree");
  return panel(title, tree ?? self(finding));
}

const self = finding => el("ul", { class: "tree" }, el("li", {}, el("span", { class: "subject" }, visible(finding.processName)), ` [${finding.hostProcessId}], parent ${finding.hostParentProcessId}`));

const process = finding => panel("Process", terms([
  ["name", finding.processName],
  ["executable", finding.executable?.path],
  ["pid on the host", `${finding.hostProcessId} (thread ${finding.hostThreadId}, parent ${finding.hostParentProcessId})`],
  ["pid in its namespace", finding.processId === finding.hostProcessId ? "" : String(finding.processId)],
  ["user id", String(finding.userId)],
  ["system call", finding.syscall],
  ["time", exactly(finding.timestamp)],
  ["host", finding.hostName],
]));

function container(answer, finding) {
  if (!finding.containerId) {
    return panel("Container", el("p", { class: "soft" }, "None: it happened on the host."));
  }

  const known = answer?.status === "found" ? answer.values : {};
  const pod = finding.kubernetes ?? {};
  return panel("Container and pod",
    answer?.status !== "found" && el("p", { class: "warn" }, `The data source does not know it (${visible(answer?.status)}); this is what the finding says.`),
    finding.mesh?.enrichment && el("p", { class: "warn" }, `What is known of it is incomplete: ${visible(finding.mesh.enrichment)}.`),
    terms([
      ["id", finding.containerId],
      ["name", known.container_name || finding.container?.name],
      ["image", known.container_image || finding.container?.image],
      ["digest", finding.container?.imageDigest],
      ["created", known.container_ctime ? exactly(known.container_ctime) : ""],
      ["pod", known.k8s_pod_name || pod.podName],
      ["namespace", known.k8s_pod_namespace || pod.podNamespace],
      ["pod id", known.k8s_pod_id || pod.podUID],
    ]));
}

function names(answers) {
  return answers.length === 0 ? el("div") : panel("Names of its addresses",
    terms(answers.map(a => [visible(a.address), a.status === "found" ? a.values.dns_queries.join(", ") || a.values.dns_root : `no name known (${a.status})`])));
}

function lookups(asked) {
  return panel("Lookups of the signature", asked.length === 0
    ? el("p", { class: "soft" }, "It asked nothing.")
    : table("Lookups of the signature", ["Data source", "Key", "Answer"], asked.map(l => [
      el("code", {}, visible(`${l.namespace}/${l.id}`)),
      value(l.key),
      el("span", {}, el("span", { class: l.status === "found" || l.status === "not_found" ? null : "warn" }, visible(l.status)), " ", l.values ? value(l.values) : null, l.enrichment ? ` (${visible(l.enrichment)})` : null)])));
}

const signature = (finding, properties) => panel("Signature", terms([
  ["id", properties.signatureID],
  ["version", finding.metadata?.Version],
  ["technique", [properties.Technique, properties.external_id && `(${properties.external_id})`].filter(Boolean).join(" ")],
  ["category", properties.Category],
  ["finding", finding.mesh?.id],
  ["position", finding.mesh ? `${finding.mesh.position} of load ${finding.mesh.loadId}, partition ${finding.mesh.partition}` : ""],
]));
