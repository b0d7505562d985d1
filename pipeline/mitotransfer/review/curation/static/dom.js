// Elements are made here and nowhere else: text goes in as text, never as markup.

/** An element. `properties`: attributes by name; `on…` handlers; `class`; true and false set or leave out an attribute. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function button(text, onclick, properties = {}) {
  return make("button", { type: "button", onclick, ...properties }, text);
}

/** A link that opens beside the page; plain text where there is no address. */
export function link(text, url, title = "") {
  if (!/^https:\/\//.test(url)) return make("span", { title: title || null }, text);
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: title || null }, text);
}

let fading = 0;

/** Says something that screen readers read out, for some seconds. */
export function say(text) {
  byId("alarm").textContent = "";
  byId("toast").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { byId("toast").textContent = ""; }, 6000);
}

/** Says what went wrong; it stays until something else is said. */
export function alarm(text) {
  byId("toast").textContent = "";
  byId("alarm").textContent = text;
}

/** A dialog with a title; returns it. It closes with Escape or its button. */
export function dialog(title, content, buttons = []) {
  const box = byId("dialog");
  const close = button("Close", () => box.close());
  box.replaceChildren(make("h2", { id: "dialog-title" }, title), ...content, make("div", { class: "buttons" }, ...buttons, close));
  if (!box.open) box.showModal();
  return box;
}
