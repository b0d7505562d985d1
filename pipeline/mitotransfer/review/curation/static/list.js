// The list of rows: only what is in sight is on the page, so that 20,000 rows are as quick as twenty.

import { make } from "./dom.js";
import { SHORT, STATES } from "./words.js";

const HEIGHT = 66;
const SPARE = 8;

export class List {
  /** `box`: the list box; `fetch(ids)` gives rows in short; `choose(id)` is called when one is clicked. */
  constructor(box, fetch, choose) {
    this.box = box;
    this.fetch = fetch;
    this.choose = choose;
    this.ids = [];
    this.places = new Map();
    this.known = new Map();
    this.coming = new Set();
    this.chosen = "";
    this.shown = new Map();
    this.space = make("div", { class: "space", role: "presentation" });
    box.append(this.space);
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(box);
  }

  /** Other rows: those of a filter. What is known of rows stays known unless `anew`. */
  set(ids, anew = false) {
    this.ids = ids;
    this.places = new Map(ids.map((id, place) => [id, place]));
    if (anew) this.known.clear();
    this.space.style.height = `${ids.length * HEIGHT}px`;
    for (const item of this.shown.values()) item.remove();
    this.shown.clear();
    this.draw();
  }

  /** A row in short, as it is now. */
  put(brief) {
    this.known.set(brief.id, brief);
    this.redraw(brief.id);
  }

  forget(ids) {
    for (const id of ids) this.known.delete(id);
    this.draw();
  }

  /** Marks a row and brings it into sight. */
  mark(id) {
    const before = this.chosen;
    this.chosen = id;
    for (const one of [before, id]) this.redraw(one);
    const place = this.places.get(id);
    if (place === undefined) {
      this.box.removeAttribute("aria-activedescendant");
      return;
    }
    const top = place * HEIGHT;
    if (top < this.box.scrollTop) this.box.scrollTop = Math.max(0, top - HEIGHT);
    else if (top + HEIGHT > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top - this.box.clientHeight + 2 * HEIGHT;
    this.draw();
    this.box.setAttribute("aria-activedescendant", `item-${id}`);
  }

  /** The row so many places on from the marked one; empty at the ends. */
  beside(step) {
    const place = this.places.get(this.chosen);
    return place === undefined ? (this.ids[0] ?? "") : (this.ids[place + step] ?? "");
  }

  redraw(id) {
    const item = this.shown.get(id);
    if (!item) return;
    const fresh = this.item(id);
    item.replaceWith(fresh);
    this.shown.set(id, fresh);
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / HEIGHT) - SPARE);
    const last = Math.min(this.ids.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / HEIGHT) + SPARE);
    const wanted = new Set(this.ids.slice(first, last));
    for (const [id, item] of this.shown) {
      if (!wanted.has(id)) {
        item.remove();
        this.shown.delete(id);
      }
    }
    const missing = [];
    for (const id of wanted) {
      if (!this.shown.has(id)) {
        const item = this.item(id);
        this.shown.set(id, item);
        this.box.append(item);
      }
      if (!this.known.has(id) && !this.coming.has(id)) missing.push(id);
    }
    if (missing.length) this.load(missing);
  }

  async load(ids) {
    ids.forEach((id) => this.coming.add(id));
    try {
      for (const brief of await this.fetch(ids)) this.put(brief);
    } finally {
      ids.forEach((id) => this.coming.delete(id));
    }
  }

  item(id) {
    const place = this.places.get(id);
    const brief = this.known.get(id);
    const properties = {
      class: `item ${brief?.status ?? ""}`,
      id: `item-${id}`,
      role: "option",
      "aria-selected": String(id === this.chosen),
      "aria-setsize": this.ids.length,
      "aria-posinset": place + 1,
      onclick: () => this.choose(id),
    };
    const item = make("div", properties, ...(brief ? inside(brief) : []));
    item.style.transform = `translateY(${place * HEIGHT}px)`;
    return item;
  }
}

function inside(brief) {
  const [glyph, word] = STATES[brief.status] ?? ["?", brief.status];
  const flags = brief.flags.map((flag) => make("span", { class: "flag" }, SHORT[flag] ?? flag));
  return [
    make("span", { class: "glyph", title: word }, make("span", { "aria-hidden": "true" }, glyph), make("span", { class: "unseen" }, word)),
    make("div", { class: "first" }, make("span", { class: "study" }, brief.study), ...flags, make("span", { class: "number", title: "confidence" }, brief.confidence)),
    make("div", { class: "title" }, brief.title),
    make("div", { class: "more" }, brief.more),
  ];
}
