// The frame around the pages: which one the address names, theme, sign-in, and what every page tells of the mesh.

import { get, onUnauthenticated, write } from "./api.js";
import { el, visible } from "./dom.js";
import { live } from "./live.js";
import { number, plural } from "./text.js";
import * as containers from "./pages/containers.js";
import * as dns from "./pages/dns.js";
import * as finding from "./pages/finding.js";
import * as findings from "./pages/findings.js";
import * as mesh from "./pages/mesh.js";
import * as processes from "./pages/processes.js";
import * as signatures from "./pages/signatures.js";
import * as sources from "./pages/sources.js";

const PAGES = [
  { path: "/", name: "Findings", page: findings, pattern: /^\/$/ },
  { path: "/mesh", name: "Mesh", page: mesh, pattern: /^\/mesh$/ },
  { path: "/signatures", name: "Signatures", page: signatures, pattern: /^\/signatures$/ },
  { path: "/containers", name: "Containers", page: containers, pattern: /^\/containers$/ },
  { path: "/processes", name: "Processes", page: processes, pattern: /^\/processes$/ },
  { path: "/dns", name: "DNS", page: dns, pattern: /^\/dns$/ },
  { path: "/sources", name: "Data sources", page: sources, pattern: /^\/sources$/ },
  { path: "", name: "Finding", page: finding, pattern: /^\/findings\/(\d+)$/ },
];

const main = document.getElementById("main");
const alarms = document.getElementById("alarms");
const state = document.getElementById("live");
const nav = document.getElementById("nav");

let open = { close() {} };

/** Goes to another page of the console. */
export function go(address) {
  history.pushState(null, "", address);
  show(true);
}

function show(byHand) {
  open.close();
  const { pathname } = location;
  const entry = PAGES.find(p => p.pattern.test(pathname));
  nav.querySelectorAll("a").forEach(link => {
    const current = link.getAttribute("href") === (entry?.path || "/");
    if (current) {
      link.setAttribute("aria-current", "page");
      link.parentElement.parentElement.scrollLeft = link.offsetLeft - 24;
    } else {
      link.removeAttribute("aria-current");
    }
  });
  document.title = `${entry?.name ?? "Not found"} · TraceeMesh`;
  if (!entry) {
    main.replaceChildren(el("h1", {}, "Not found"), el("p", {}, "There is no such page."));
    open = { close() {} };
    return;
  }

  const cancel = new AbortController();
  const page = entry.page.open({ argument: entry.pattern.exec(pathname)[1], signal: cancel.signal });
  const stream = live({ view: page.view ?? "", handlers: { health, ...page.handlers }, onState: connection });
  main.replaceChildren(...page.content);
  if (byHand) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  open = {
    close() {
      cancel.abort();
      stream.close();
      page.close?.();
    },
  };
}

function connection(now) {
  const texts = { live: "live", away: "service away, trying again", bus: "bus away, trying again" };
  state.textContent = texts[now];
  state.className = `live ${now === "live" ? "on" : "off"}`;
}

// What is lost, or not there, stands above every page until it is no longer so.
function health({ missing, silent, lost, unclosed }) {
  connection("live");
  const lines = [
    ...Object.entries(lost).map(([node, reasons]) => {
      const total = Object.values(reasons).reduce((sum, n) => sum + n, 0);
      const why = Object.entries(reasons).filter(([, n]) => n > 0).map(([reason, n]) => `${visible(reason)} ${number(n)}`).join(", ");
      return `${plural(total, "event")} lost on ${visible(node)}: ${why}`;
    }),
    ...unclosed.map(node => `${visible(node)}: a collector ended without closing its books: what it had then is unknown`),
    ...silent.map(service => `${visible(service)} is silent`),
    ...missing.map(visible),
  ];
  alarms.replaceChildren(...lines.map(line => el("div", { class: "alarm" }, el("span", {}, line), el("a", { href: "/mesh" }, "See the mesh"))));
}

function theme() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => {
    button.textContent = dark() ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    label();
  });
  label();
}

function signIn(message) {
  open.close();
  open = { close() {} };
  const note = el("p", { class: "note bad", role: "status" });
  const token = el("input", { type: "password", autocomplete: "current-password", required: true, id: "token" });
  main.replaceChildren(
    el("h1", {}, "Sign in"),
    el("p", { class: "lead" }, `This console is for those who have a token of its access policy (${visible(message)}).`),
    el("form", {
      class: "form panel",
      onsubmit: async event => {
        event.preventDefault();
        try {
          await write("POST", "session", { token: token.value });
          location.reload();
        } catch (error) {
          note.textContent = error.message;
        }
      },
    }, el("label", {}, "Token", token), el("div", { class: "buttons" }, el("button", { class: "main" }, "Sign in")), note));
  token.focus();
}

let asking = false;

function start() {
  nav.replaceChildren(...PAGES.filter(p => p.path).map(p => el("li", {}, el("a", { href: p.path }, p.name))));
  theme();
  onUnauthenticated(message => {
    if (!asking) {
      asking = true;
      signIn(message);
    }
  });
  document.addEventListener("click", event => {
    const link = event.target.closest?.("a[href^='/']");
    if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (link.getAttribute("href") !== location.pathname + location.search) {
        go(link.getAttribute("href"));
      }
    }
  });
  addEventListener("popstate", () => show(true));
  const signOut = document.getElementById("signout");
  signOut.addEventListener("click", async () => {
    await write("DELETE", "session", "{}");
    location.reload();
  });
  get("session").then(session => {
    signOut.hidden = !session.canSignOut;
    show(false);
  }, error => {
    if (error.status !== 401) {
      show(false);
    }
  });
}

start();
