// A text field that offers what it could become (the ARIA pattern of a combobox with a list).

import { make } from "./dom.js";

let made = 0;

/**
 * Makes `input` a combobox and returns the element to put on the page.
 * `offers(typed)` gives [{text, id, hint}], `pick(offer)` takes one; what is typed stays with the caller.
 */
export function combobox(input, { offers, pick }) {
  made += 1;
  const listId = `options-${made}`;
  const list = make("div", { class: "options", id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const attributes = { role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  let found = [];
  let place = -1;
  let asked = 0;
  let stale = false;

  function close() {
    asked += 1;
    list.hidden = true;
    place = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    place = next;
    list.querySelectorAll(".option").forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    const chosen = list.children[place];
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function take(offer) {
    close();
    pick(offer);
  }

  async function open() {
    asked += 1;
    const mine = asked;
    stale = true; // what is shown was offered for other words: neither Enter nor Escape means it
    mark(-1);
    let answer;
    try {
      answer = await offers(input.value);
    } catch {
      return; // suggestions are a help only: typing goes on without them
    }
    if (mine !== asked || document.activeElement !== input) return; // typed on meanwhile
    found = answer;
    stale = false;
    list.replaceChildren(...found.map((offer, number) => make(
      "div",
      { class: "option", role: "option", id: `${listId}-${number}`, "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); take(offer); } },
      make("span", {}, offer.text),
      make("span", { class: "soft" }, offer.hint || offer.id),
    )));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(found.length && input.value.trim() ? 0 : -1);
  }

  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      else mark((place + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !list.hidden && place >= 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      take(found[place]);
    } else if (event.key === "Escape" && !list.hidden && !stale) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  return make("div", { class: "combo" }, input, list);
}
