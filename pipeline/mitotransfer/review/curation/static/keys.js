// The keyboard: letters do what the buttons say, and never while something is being typed.

import { dialog, make } from "./dom.js";

const HELP = [
  ["j  k", "next row, row before (also ↓ ↑ in the list)"],
  ["a", "accept the row and go on"],
  ["r", "reject the row and go on"],
  ["e", "to the values: ↓ ↑ choose one, Enter opens it"],
  ["n", "write a note"],
  ["u", "undo your last decision; again: the one before"],
  ["/", "to the filter"],
  ["Escape", "leave what is open, back to the list"],
  ["?", "this list"],
];

const typed = (target) => target.closest("input, select, textarea, .editor") !== null;

/** Listens to the whole page; `commands`: letter → what to do; `leave()`: Escape. */
export function listen(commands, leave) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.getElementById("dialog").open) return; // its own keys: Escape, Tab, Enter
    if (event.key === "Escape") {
      leave(event.target);
      return;
    }
    if (typed(event.target) || event.repeat) {
      if (!(event.repeat && (event.key === "j" || event.key === "k")) || typed(event.target)) return;
    }
    const command = commands[event.key];
    if (command) {
      event.preventDefault();
      command();
    }
  });
}

/** Arrows in the list of rows and among the buttons that open values. */
export function arrows(list, pane, step) {
  list.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    if (event.key in steps) {
      event.preventDefault();
      step(steps[event.key]);
    }
  });
  pane.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("field") || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const places = [...pane.querySelectorAll("button.field")];
    places[places.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  });
}

export function help(reviewer, log) {
  const lines = HELP.flatMap(([keys, text]) => [make("dt", {}, ...keys.split("  ").map((key) => make("kbd", {}, key))), make("dd", {}, text)]);
  dialog("Keys", [make("dl", {}, ...lines), make("p", { class: "soft" }, `Everything is saved at once, by ${reviewer}, in ${log}.`)]);
}
