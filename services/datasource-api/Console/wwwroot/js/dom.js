// The one place that makes elements. Everything from outside becomes a text node, never markup.

const CLIP = 240;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const CONTROLS = new RegExp(CONTROL.source, "g");

/** An element: el("p", {class: "soft"}, "text", child, null). Properties starting with "on" are listeners. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }

    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (key === "value" || key === "checked" || key === "disabled" || key === "hidden") {
      element[key] = value;
    } else {
      element.setAttribute(key, value === true ? "" : String(value));
    }
  }

  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Text in which characters that steer a terminal, or turn the reading direction, show as their numbers. */
export function visible(text) {
  text = String(text ?? "");
  return CONTROL.test(text)
    ? text.replace(CONTROLS, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : text;
}

/** Text from outside, long ones cut, with a button that shows the rest. */
export function clipped(text, limit = CLIP) {
  const whole = visible(text);
  if (whole.length <= limit) {
    return el("span", { class: "clip" }, whole);
  }

  const shown = document.createTextNode(`${whole.slice(0, limit)}…`);
  const more = el("button", {
    type: "button",
    "aria-expanded": "false",
    onclick: () => {
      const open = more.getAttribute("aria-expanded") === "true";
      more.setAttribute("aria-expanded", String(!open));
      shown.data = open ? `${whole.slice(0, limit)}…` : whole;
      more.textContent = open ? `all ${whole.length} characters` : "less";
    },
  }, `all ${whole.length} characters`);
  return el("span", { class: "clip" }, shown, more);
}

/** A table from headings and rows of cells; a heading {text, number: true} is a column of numbers. */
export function table(caption, headings, rows) {
  const columns = headings.map(heading => (typeof heading === "string" ? { text: heading } : heading));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {},
      el("thead", {}, el("tr", {}, columns.map(c => el("th", { scope: "col", class: c.number && "number" }, c.text)))),
      el("tbody", {}, rows.map(cells => el("tr", {}, cells.map((cell, i) => el("td", { class: columns[i].number ? "number" : columns[i].name && "name" }, cell)))))));
}

/** Terms and what they are; a pair with an empty value is left out. */
export function terms(pairs) {
  return el("dl", {}, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== 0)
    .map(([term, value]) => [el("dt", {}, term), el("dd", {}, value instanceof Node ? value : clipped(value))]));
}

export function panel(title, ...children) {
  return el("section", { class: "panel" }, el("h2", {}, title), ...children);
}
