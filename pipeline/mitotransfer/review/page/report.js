"use strict";
// Shows only the rows that hold every word typed; rows and their evidence share one <tbody data-row>.
const input = document.getElementById("filter");
const told = document.getElementById("filter-count");
const rows = Array.from(document.querySelectorAll("tbody[data-row]"), (body) => [body, body.textContent.toLowerCase()]);
document.getElementById("filter-box").hidden = rows.length === 0;
input.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [body, text] of rows) {
    body.hidden = !words.every((word) => text.includes(word));
    shown += body.hidden ? 0 : 1;
  }
  told.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
});
