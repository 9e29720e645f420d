// A list of any length that draws only the rows in sight.

import { el } from "./dom.js";

const MARGIN = 6;

export class VirtualList {
  #rows = [];
  #drawn = new Map();
  #space = el("div", { class: "space" });
  #draw;
  #key;
  #height = 0;
  #frame = 0;
  #resize;

  /** draw(row) makes the element of a row, key(row) tells rows apart. */
  constructor({ label, draw, key }) {
    this.#draw = draw;
    this.#key = key;
    this.element = el("div", { class: "list", role: "group", "aria-label": label, tabindex: "0", onscroll: () => this.#schedule(), onkeydown: event => this.#onKey(event) }, this.#space);
    this.#resize = new ResizeObserver(() => {
      this.#height = 0;
      this.#schedule();
    });
    this.#resize.observe(this.element);
  }

  /** Shows these rows. Who has scrolled down keeps seeing what he sees, though rows come in above it. */
  show(rows) {
    const top = this.element.scrollTop;
    const height = this.#rowHeight();
    const index = Math.floor(top / height);
    const anchor = top > 0 && index < this.#rows.length ? this.#key(this.#rows[index]) : null;
    this.#rows = rows;
    this.#space.style.height = `${rows.length * height}px`;
    if (anchor !== null) {
      const now = rows.findIndex(row => this.#key(row) === anchor);
      if (now >= 0 && now !== index) {
        this.element.scrollTop = top + (now - index) * height;
      }
    }

    this.#schedule();
  }

  destroy() {
    cancelAnimationFrame(this.#frame);
    this.#resize.disconnect();
  }

  #rowHeight() {
    if (!this.#height) {
      const probe = el("div", { class: "row" });
      this.#space.append(probe);
      this.#height = probe.offsetHeight || 56;
      probe.remove();
      this.#space.style.height = `${this.#rows.length * this.#height}px`;
      this.#drawn.forEach(element => element.remove());
      this.#drawn.clear();
    }

    return this.#height;
  }

  #schedule() {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#paint();
      });
    }
  }

  #paint() {
    const height = this.#rowHeight();
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - MARGIN);
    const last = Math.min(this.#rows.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / height) + MARGIN);
    const wanted = new Map();
    for (let i = first; i < last; i++) {
      wanted.set(this.#key(this.#rows[i]), i);
    }

    for (const [key, element] of this.#drawn) {
      if (wanted.has(key)) {
        continue;
      }

      // What has the focus stays, out of sight, as long as there is such a row.
      const index = element === document.activeElement ? this.#rows.findIndex(row => this.#key(row) === key) : -1;
      if (index >= 0) {
        wanted.set(key, index);
      } else {
        element.remove();
        this.#drawn.delete(key);
      }
    }

    for (const [key, index] of wanted) {
      let element = this.#drawn.get(key);
      if (!element) {
        element = this.#draw(this.#rows[index]);
        this.#drawn.set(key, element);
        this.#space.append(element);
      }

      element.style.transform = `translateY(${index * height}px)`;
    }
  }

  // Arrows go from row to row, Home and End to the ends.
  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || !this.#rows.length) {
      return;
    }

    event.preventDefault();
    const focused = [...this.#drawn].find(([, element]) => element === document.activeElement)?.[0];
    const at = focused === undefined ? -1 : this.#rows.findIndex(row => this.#key(row) === focused);
    const next = Math.max(0, Math.min(this.#rows.length - 1, at + step));
    const height = this.#rowHeight();
    const top = next * height;
    if (top < this.element.scrollTop || top + height > this.element.scrollTop + this.element.clientHeight) {
      this.element.scrollTop = step < 0 ? top : top + height - this.element.clientHeight;
    }

    this.#paint();
    this.#drawn.get(this.#key(this.#rows[next]))?.focus({ preventScroll: true });
  }
}
