// The sentences behind a row: roles in colour and in words, where they stand, and what was decided of each.

import { button, link, make } from "./dom.js";
import { role } from "./words.js";

/** The part of the page with a row's evidence. `decide(line, decision, settle)` is called for one line. */
export function evidence(row, decide) {
  const lines = row.evidence;
  const title = make("h3", { id: "evidence-title" }, lines.length === 1 ? "1 line of evidence" : `${lines.length} lines of evidence`);
  return make("section", { class: "part", "aria-labelledby": "evidence-title" }, title, legend(lines), ...lines.map((line) => one(line, decide)));
}

function legend(lines) {
  const names = [...new Set(lines.flatMap((line) => line.pieces.map((piece) => piece[1])))].filter(Boolean);
  const words = new Map(names.map((name) => role(name)));
  if (!words.size) return null;
  const marks = [...words].map(([word, group]) => make("mark", { class: group }, word));
  return make("p", { class: "legend", "aria-label": "Meaning of the colours" }, ...marks);
}

function one(line, decide) {
  const conflict = line.conflicts.length > 0;
  return make("article", { class: `line-of ${line.decision === "reject" ? "rejected" : ""}`, "data-evidence": line.id },
    sentence(line),
    make("p", { class: "place" }, ...place(line)),
    make("div", { class: "verdict", role: "group", "aria-label": "This line of evidence" },
      verdict("Right", "accept", line, conflict, decide), verdict("Wrong", "reject", line, conflict, decide)),
    conflict ? make("p", { class: "place" }, `Reviewers disagree: ${line.conflicts.join("; ")}. Your choice settles it.`) : null,
  );
}

function verdict(text, decision, line, conflict, decide) {
  const pressed = line.decision === decision;
  const name = `${text}: this line of evidence`;
  return button(text, () => decide(line, decision, conflict), { class: decision, "aria-pressed": String(pressed), "aria-label": name });
}

export function sentence(line) {
  if (!line.pieces.length) return make("blockquote", { class: "soft" }, "The sentence may not be passed on (licence); follow the link to read it.");
  return make("blockquote", {}, ...line.pieces.map(([text, name, ident]) => {
    if (!name) return text;
    const [word, group] = role(name);
    return make("mark", { class: group, title: ident ? `${word}: ${ident}` : word }, text, make("small", {}, word));
  }));
}

function place(line) {
  const parts = [link(line.source_id, line.url), line.section || "title", `read as ${line.event}`, make("code", {}, line.rule)];
  if (line.confidence) parts.push(`confidence ${line.confidence}`);
  if (line.negated !== null) parts.push(`negated${line.negated ? ` by “${line.negated}”` : ""}`);
  if (line.hedged !== null) parts.push(`doubt${line.hedged ? `: “${line.hedged}”` : ""}`);
  if (line.decision) parts.push(`${line.decision === "accept" ? "right" : "wrong"}, says ${line.by}`);
  if (line.note) parts.push(`“${line.note}”`);
  return parts.flatMap((part, number) => (number ? [" · ", part] : [part]));
}
