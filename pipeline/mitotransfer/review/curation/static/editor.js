// Editing one column of a row: values as chips with names of the vocabulary, or plain text.

import { ask } from "./api.js";
import { combobox } from "./combobox.js";
import { button, make } from "./dom.js";
import { ARROWS, DIRECTIONS } from "./words.js";

/**
 * An editor for `field` of a row of `table`. `save(value)` and `cancel()` are called; `values` (default: those that stand) are
 * what it begins with. Returns the element; `element.start()` puts the cursor in it.
 */
export function editor(table, field, { save, cancel, values = field.values }) {
  const chips = field.kind === "terms" || field.kind === "effects";
  const body = chips ? new Chips(table, field, values) : new Plain(table, field, values);
  const done = () => save(body.value());
  const hint = chips ? "Enter adds, Backspace takes the last away, Ctrl+Enter saves, Escape leaves" : "Enter saves, Escape leaves";
  const element = make("div", { class: "editor", role: "group", "aria-label": `Edit ${field.label}` },
    body.box,
    make("div", { class: "typing" }, ...body.typing, button("Save", done, { class: "save" }), button("Cancel", cancel)),
    make("p", { class: "foot" }, hint),
    field.edited_by ? make("p", { class: "foot" }, `${field.edited_by} wrote this. Where another reviewer writes another value, both wait as a conflict.`) : null,
  );
  element.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const plain = event.key === "Enter" && !chips && event.target.tagName !== "BUTTON";
    if (plain || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      body.finish?.();
      done();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      cancel();
    }
  });
  element.start = () => body.input.focus();
  element.values = () => body.list();
  return element;
}

class Plain {
  constructor(table, field, values) {
    const text = values[0]?.text ?? "";
    if (field.kind === "truth") {
      this.input = make("select", { "aria-label": field.label }, ...["true", "false"].map((word) => make("option", { value: word }, word)));
      this.input.value = text || "false";
      this.typing = [this.input];
      return;
    }
    this.input = make("input", { type: "text", "aria-label": field.label });
    this.input.value = text;
    const offers = (typed) => ask("values", { table, field: field.name, typed });
    this.typing = [combobox(this.input, { offers, pick: (offer) => { this.input.value = offer.text; } })];
  }

  value() {
    return this.input.value;
  }

  list() {
    return [{ text: this.input.value, id: "" }];
  }
}

class Chips {
  constructor(table, field, values) {
    this.effects = field.kind === "effects";
    this.values = values.map((value) => ({ ...value }));
    this.box = make("div", { class: "chips", role: "list", "aria-label": `Values of ${field.label}` });
    this.input = make("input", { type: "text", "aria-label": `Add to ${field.label}`, placeholder: "add a value" });
    this.direction = this.effects ? directions("increase", "Direction of what is added") : null;
    const typing = combobox(this.input, {
      offers: (typed) => ask("values", { table, field: field.name, typed }),
      pick: (offer) => this.add(offer.text, offer.id),
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.typing = [typing, this.direction];
    this.draw();
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.finish();
    } else if (event.key === "Backspace" && !this.input.value && this.values.length) {
      this.remove(this.values.length - 1);
    }
  }

  /** Takes in what is still in the text field. */
  finish() {
    if (this.input.value.trim()) this.add(this.input.value, "");
  }

  add(typed, id) {
    for (const part of typed.split(";")) {
      const text = part.trim().replace(/\s+/g, " ");
      if (!text) continue;
      const value = { text, id };
      if (this.effects) {
        value.direction = this.direction.value;
        value.arrow = ARROWS[value.direction];
      }
      if (!this.values.some((one) => written(one) === written(value))) this.values.push(value);
    }
    this.input.value = "";
    this.draw();
  }

  remove(number) {
    this.values.splice(number, 1);
    this.draw();
    this.input.focus();
  }

  draw() {
    this.box.replaceChildren(...this.values.map((value, number) => make("span", { class: `chip ${unknown(value) ? "unknown" : ""}`, role: "listitem" },
      value.text,
      this.effects ? this.turn(value) : null,
      button("×", () => this.remove(number), { "aria-label": `Take ${value.text} away` }),
    )));
  }

  turn(value) {
    const select = directions(value.direction ?? "change", `Direction of ${value.text}`);
    value.direction ??= "change";
    value.arrow = ARROWS[value.direction];
    select.addEventListener("change", () => {
      value.direction = select.value;
      value.arrow = ARROWS[select.value];
    });
    return select;
  }

  value() {
    this.finish();
    return this.values.map(written).join("; ");
  }

  list() {
    return this.values;
  }
}

const written = (value) => (value.arrow ? `${value.text} ${value.arrow}` : value.text);

export const unknown = (value) => !value.id || value.id.split(":").includes("-");

function directions(chosen, label) {
  const select = make("select", { "aria-label": label }, ...Object.entries(DIRECTIONS).map(([value, word]) => make("option", { value }, `${ARROWS[value]} ${word}`)));
  select.value = chosen;
  return select;
}

/** A value as it stands on the page. */
export function chip(value, kind, dropped = false) {
  const listed = kind === "terms" || kind === "effects";
  const strange = listed && !dropped && unknown(value);
  return make("span", { class: `chip ${listed ? "" : "text"} ${strange ? "unknown" : ""} ${dropped ? "dropped" : ""}`, title: strange ? "not in the vocabulary" : value.id || null },
    value.text,
    value.arrow ? make("span", { class: "arrow", title: DIRECTIONS[value.direction] }, make("span", { "aria-hidden": "true" }, value.arrow), make("span", { class: "unseen" }, DIRECTIONS[value.direction])) : null,
    strange ? make("span", { class: "unseen" }, "(not in the vocabulary)") : null,
  );
}
