// One row in full: what it says, why, who decided what, and the means to decide.

import { button, link, make } from "./dom.js";
import { chip, editor } from "./editor.js";
import { evidence } from "./evidence.js";
import { FLAGS, STATES } from "./words.js";

export class Detail {
  /** `pane`: where it stands; `act`: decide(…), step(n), titles; all that is done here goes there. */
  constructor(pane, act) {
    this.pane = pane;
    this.act = act;
    this.row = null;
    this.editing = null; // {name, element}
    this.noting = null;
  }

  get busy() {
    return Boolean(this.editing || this.noting);
  }

  /** Shows a row; none: says so. A row that is shown again stays where it was scrolled to. */
  show(row) {
    const same = row && this.row && row.id === this.row.id;
    this.row = row;
    this.editing = null;
    this.noting = null;
    if (!row) {
      this.pane.replaceChildren(make("p", { class: "empty" }, "No row fits the filter."));
      return;
    }
    this.pane.replaceChildren(
      this.head(row),
      this.actions(row),
      ...this.notices(row),
      make("div", { class: "both" },
        this.fields(row),
        evidence(row, (line, decision, settle) => this.act.decide({ decision, evidence: line.id, settle: settle ? "others" : "" }))),
      ...this.past(row),
    );
    if (!same) this.pane.scrollTop = 0;
  }

  head(row) {
    const [glyph, word] = STATES[row.status];
    return make("header", { class: "head" },
      make("p", { class: "kicker" }, make("span", {}, this.act.title(row.table)), ...row.links.map((one) => link(one.text, one.url, one.title))),
      make("h2", { id: "row-title" }, row.title),
      make("p", { class: "study" }, row.study),
      make("p", { class: "badges" },
        make("span", { class: `badge ${row.status}` }, make("span", { "aria-hidden": "true" }, `${glyph} `), word),
        row.confidence ? make("span", { class: "badge number" }, `confidence ${row.confidence}`) : null,
        make("span", { class: "badge" }, `from ${{ both: "table and prose", curator: "a curator" }[row.source] ?? row.source}`),
        ...row.flags.map((flag) => make("span", { class: `badge ${flag}` }, FLAGS[flag] ?? flag)),
      ),
    );
  }

  actions(row) {
    const key = (letter) => make("kbd", { "aria-hidden": "true" }, letter);
    const verdict = (text, decision, letter) => {
      const pressed = row.verdict === decision;
      const keys = { class: decision, "aria-pressed": String(pressed), "aria-keyshortcuts": letter };
      return make("button", { type: "button", id: decision, onclick: () => this.act.verdict(decision), ...keys }, text, " ", key(letter));
    };
    const plain = (text, letter, onclick, more = {}) => make("button", { type: "button", onclick, "aria-keyshortcuts": letter, ...more }, text, " ", key(letter));
    return make("div", { class: "actions", role: "toolbar", "aria-label": "This row" },
      verdict("Accept", "accept", "a"),
      verdict("Reject", "reject", "r"),
      plain("Edit", "e", () => this.startEditing(), { id: "edit" }),
      plain("Note", "n", () => this.startNote(), { id: "note" }),
      plain("Back", "k", () => this.act.step(-1), { class: "push", "aria-label": "Row before" }),
      plain("Next", "j", () => this.act.step(1), { "aria-label": "Next row" }),
    );
  }

  notices(row) {
    const found = [];
    if (row.conflict) found.push(this.conflict(row.conflict));
    if (row.fate) found.push(make("div", { class: "notice" }, row.fate));
    for (const note of row.notes) found.push(make("div", { class: "notice" }, make("strong", {}, `${note.who}: `), note.note));
    return found;
  }

  conflict(conflict) {
    const choices = conflict.sides.map((side) => button(`Take what ${side.who} said`, () => this.act.settle(side.who), { title: side.said.join("; ") }));
    return make("section", { class: "notice bad", "aria-labelledby": "conflict-title" },
      make("h3", { id: "conflict-title" }, "Reviewers disagree; nothing of it is applied"),
      make("ul", {}, ...conflict.sides.map((side) => make("li", {}, make("strong", {}, side.who), `: ${side.said.join("; ")}`))),
      make("div", { class: "choices", id: "choices" }, ...choices),
    );
  }

  // -- values --------------------------------------------------------------------------------------------------------

  fields(row) {
    const full = row.fields.filter((field) => field.values.length || field.proposed || field.dropped.length || field.edited_by);
    const empty = row.fields.filter((field) => !full.includes(field));
    this.places = new Map();
    return make("section", { class: "part", "aria-labelledby": "values-title" },
      make("h3", { id: "values-title" }, "Values"),
      make("dl", { class: "fields" }, ...full.map((field) => this.field(field))),
      empty.length ? make("p", { class: "missing" }, "Not stated:", ...empty.map((field) => {
        const place = button(field.label, () => this.edit(field.name), { class: "plain field", "aria-label": `Add ${field.label}` });
        this.places.set(field.name, place);
        return place;
      })) : null,
    );
  }

  field(field) {
    const open = button("edit", () => this.edit(field.name), { class: "plain open field", "aria-label": `Edit ${field.label}` });
    this.places.set(field.name, open);
    const values = field.values.map((value) => chip(value, field.kind));
    const dropped = field.dropped.map((text) => chip({ text: text }, field.kind, true));
    const was = [];
    if (field.proposed && (field.edited_by || !dropped.length)) was.push(make("p", { class: "was" }, `read as: ${field.proposed.map(plain).join("; ") || "not stated"}${field.edited_by ? ` · changed by ${field.edited_by}` : ""}`));
    if (dropped.length) was.push(make("p", { class: "was" }, "Struck out: the evidence for it was rejected."));
    const cell = make("dd", { "data-field": field.name }, ...(values.length ? values : [make("span", { class: "soft" }, "empty")]), ...dropped, open, ...was);
    return make("div", {}, make("dt", {}, field.label), cell);
  }

  /** Puts the cursor on the first column, or the one edited last; arrows go on from there, Enter opens it. */
  startEditing() {
    const place = this.places?.get(this.last) ?? this.places?.values().next().value;
    place?.focus();
  }

  /** Opens the editor of a column; `values`: what a reviewer had written that was not saved. */
  edit(name, values = undefined) {
    const field = this.row.fields.find((one) => one.name === name);
    if (!field) return;
    this.closeEditor();
    this.last = name;
    const place = this.places.get(name);
    const options = { save: (value) => this.save(field, value), cancel: () => { this.closeEditor(); place.focus(); } };
    const element = editor(this.row.table, field, values ? { ...options, values } : options);
    const home = place.closest("dd") ?? place.closest("p");
    this.editing = { name, element, home, before: [...home.childNodes] };
    home.replaceChildren(...(home.tagName === "P" ? [make("strong", {}, field.label)] : []), element);
    element.start();
  }

  closeEditor() {
    if (this.editing) this.editing.home.replaceChildren(...this.editing.before);
    this.editing = null;
  }

  save(field, value) {
    const before = field.values.map(plain).join("; ");
    if (value === before || (field.kind === "truth" && value === (before || "false"))) {
      this.closeEditor();
      this.places.get(field.name).focus();
      return;
    }
    this.act.decide({ decision: "edit", field: field.name, value }, this.editing?.element.values());
  }

  startNote() {
    if (this.noting) return;
    const text = make("textarea", { rows: 2, "aria-label": "Note on this row", maxlength: 2000 });
    const leave = () => { this.noting?.remove(); this.noting = null; this.pane.querySelector("#note").focus(); };
    const keep = () => (text.value.trim() ? this.act.decide({ decision: "note", note: text.value.trim() }) : leave());
    this.noting = make("div", { class: "editor", role: "group", "aria-label": "Note" }, text,
      make("div", { class: "foot" }, button("Save note", keep, { class: "save" }), button("Cancel", leave), make("span", {}, "Ctrl+Enter saves, Escape leaves")));
    this.noting.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); leave(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); keep(); }
    });
    this.pane.querySelector(".actions").after(this.noting);
    text.focus();
  }

  past(row) {
    if (!row.history.length) return [];
    return [make("section", { class: "part past", "aria-labelledby": "past-title" }, make("h3", { id: "past-title" }, "What was decided"),
      make("ol", {}, ...row.history.map((one) => make("li", {},
        make("time", { datetime: one.at }, when(one.at)),
        make("span", { class: one.gone ? "gone" : "" }, `${one.who} ${one.what}`),
        one.note ? ` “${one.note}”` : "",
        one.gone ? make("span", { class: "soft" }, ` (${one.gone})`) : null,
      ))))];
  }
}

export const plain = (value) => (value.arrow ? `${value.text} ${value.arrow}` : value.text);

function when(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
