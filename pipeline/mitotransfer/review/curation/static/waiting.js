// Decisions whose row or line of evidence is not there: nothing is lost, and here it is looked after.

import { button, link, make } from "./dom.js";

const WHY = {
  waits: "Its article is not among the inputs of the last run; the decision waits for it.",
  orphaned: "Its row is not found in the article any more.",
  evidence: "Its line of evidence is not found any more: the sentence is read otherwise, or not at all.",
};

/** Fills the pane with these decisions. `go(id)` shows a row, `leave()` goes back to the rows. */
export function showWaiting(pane, waiting, { title, go, leave }) {
  pane.replaceChildren(
    make("header", { class: "head" },
      make("h2", {}, waiting.length === 1 ? "1 decision without a row" : `${waiting.length} decisions without a row`),
      make("p", { class: "soft" }, "They stay in the log, and count again as soon as their row is back. Undo takes yours back, the last one first.")),
    button("Back to the rows", leave, { id: "leave-waiting" }),
    make("div", { class: "waiting" }, ...waiting.map((one) => make("article", {},
      make("p", { class: "kicker" }, make("span", {}, title(one.table)), link(one.source_id, one.url)),
      make("h3", {}, one.study),
      make("p", {}, WHY[one.kind]),
      make("ul", {}, ...one.said.map((said) => make("li", {}, make("strong", {}, said.who), ` ${said.what}`))),
      one.values.length ? make("p", { class: "soft" }, one.values.map((value) => `${value.label}: ${value.text}`).join(" · ")) : null,
      ...one.sentences.map((text) => make("blockquote", {}, text)),
      one.like ? button(one.share ? `Show the row most like it (${one.share})` : "Show its row", () => go(one.like)) : make("p", { class: "soft" }, "No row is like it."),
    ))),
  );
  pane.scrollTop = 0;
  pane.focus();
}
