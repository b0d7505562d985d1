// The filter: what is chosen, as parameters that the server understands and the address keeps.

import { ask } from "./api.js";
import { combobox } from "./combobox.js";
import { byId, make } from "./dom.js";
import { FLAGS, SORTS, STATES } from "./words.js";

const PLAIN = ["text", "table", "status", "sort", "article", "study", "field", "value", "rule", "low", "high"];

export class Filters {
  /** `form`: to be filled; `start`: what the server said first; `changed()` is called when something else is wanted. */
  constructor(form, start, changed) {
    this.form = form;
    this.changed = changed;
    this.waiting = 0;
    form.replaceChildren(...this.simple(start), this.further(start));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.now(); byId("list").focus(); });
    form.addEventListener("change", () => this.now());
    form.addEventListener("input", (event) => {
      if (["text", "number"].includes(event.target.type)) this.soon();
    });
  }

  /** What is asked for, without what is empty. */
  asked() {
    const found = {};
    for (const name of PLAIN) {
      const value = this.form.elements[name].value.trim();
      if (value && !(name === "low" && Number(value) <= 0) && !(name === "high" && Number(value) >= 1)) found[name] = value;
    }
    const flags = [...this.form.querySelectorAll("input[name=flags]:checked")].map((box) => box.value);
    if (flags.length) found.flags = flags.join(",");
    return found;
  }

  /** Fills the form from parameters. */
  fill(wanted) {
    for (const name of PLAIN) this.form.elements[name].value = wanted.get(name) ?? "";
    const flags = (wanted.get("flags") ?? "").split(",");
    for (const box of this.form.querySelectorAll("input[name=flags]")) box.checked = flags.includes(box.value);
    if (PLAIN.slice(4).some((name) => wanted.get(name)) || flags[0]) this.form.querySelector("details").open = true;
    this.tell();
  }

  clear() {
    this.fill(new URLSearchParams());
    this.now();
  }

  focus() {
    this.form.elements.text.focus();
    this.form.elements.text.select();
  }

  now() {
    clearTimeout(this.waiting);
    this.tell();
    this.changed();
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.now(), 180);
  }

  tell() {
    const more = Object.keys(this.asked()).filter((name) => !["text", "table", "status", "sort"].includes(name)).length;
    this.form.querySelector("summary").textContent = more ? `More filters (${more} set)` : "More filters";
  }

  simple(start) {
    const tables = [["", "All tables"], ...start.tables.map((table) => [table.name, table.title])];
    const states = [["", "Any decision"], ["open", "still open"], ["decided", "decided"], ...start.states.map((state) => [state, STATES[state][1]])];
    states.splice(states.findIndex(([value]) => value === "proposed"), 1); // "open" is that, and conflicts
    return [
      make("input", { type: "text", role: "searchbox", name: "text", placeholder: "Words in values, sentences, ids …", "aria-label": "Words in values, sentences or ids" }),
      make("div", { class: "line" }, choice("table", "Table", tables), choice("status", "Decision", states)),
      make("div", { class: "line" }, choice("sort", "Order", Object.entries(SORTS).map(([value, text]) => [value, `Order: ${text}`]))),
    ];
  }

  further(start) {
    const columns = new Map(start.tables.flatMap((table) => table.columns.map((column) => [column.name, column.label])));
    const fields = [["", "any field"], ...columns];
    const rules = [["", "any rule"], ...start.rules.map(([rule, count]) => [rule, `${rule} (${count})`])];
    const flags = start.flags.map((flag) => make("label", {}, make("input", { type: "checkbox", name: "flags", value: flag }), FLAGS[flag] ?? flag));
    const share = { type: "number", min: "0", max: "1", step: "0.05" };
    return make("details", {}, make("summary", {}, "More filters"), make("div", { class: "grid" },
      make("label", {}, "Field", choice("field", "Field", fields)),
      make("label", {}, "holds", make("input", { type: "text", name: "value", placeholder: "any value" })),
      make("label", { class: "wide" }, "Rule", choice("rule", "Rule", rules)),
      make("label", {}, "Confidence from", make("input", { ...share, name: "low", placeholder: "0" })),
      make("label", {}, "to", make("input", { ...share, name: "high", placeholder: "1" })),
      make("label", {}, "Article", this.named("article", "PMC…, DOI")),
      make("label", {}, "Study", this.named("study", "authors, year")),
      make("fieldset", {}, make("legend", { class: "unseen" }, "Only rows that are"), ...flags),
      make("button", { type: "button", class: "wide", onclick: () => this.clear() }, "Clear all filters"),
    ));
  }

  named(name, placeholder) {
    const input = make("input", { type: "text", name, placeholder, "aria-label": `${name === "study" ? "Study" : "Article"} to filter by` });
    return combobox(input, {
      offers: (typed) => ask("names", { what: name, typed }),
      pick: (offer) => { input.value = offer.text; this.now(); },
    });
  }
}

function choice(name, label, options) {
  return make("select", { name, "aria-label": label }, ...options.map(([value, text]) => make("option", { value }, text)));
}
