// The page: joins the filter, the list, the chosen row and the server.

import { ask, send } from "./api.js";
import { Detail } from "./detail.js";
import { alarm, button, byId, dialog, make, say } from "./dom.js";
import { Filters } from "./filters.js";
import { arrows, help, listen } from "./keys.js";
import { List } from "./list.js";
import { showWaiting } from "./waiting.js";

const POLL = 5000;
const DONE = ["accepted", "edited", "rejected"];
const SAID = { accept: "Accepted", reject: "Rejected", edit: "Saved", note: "Note saved" };

let start;
let state = { version: 0, whole: 0, undo: null, waiting: 0 };
let states = {};
let filters;
let work = Promise.resolve();
let aside = false; // the list of waiting decisions stands where the row does

const list = new List(byId("list"), async (ids) => (await ask("briefs", { ids: ids.join(",") })).rows, (id) => queue(() => choose(id)));
const detail = new Detail(byId("row"), { decide, verdict, settle, step, title });

/** One thing after the other: keys may come faster than answers. */
function queue(task) {
  work = work.then(task).catch((error) => alarm(error.message));
  return work;
}

function title(table) {
  return start.tables.find((one) => one.name === table)?.title ?? table;
}

function take(answer) {
  state = { version: answer.version, whole: answer.whole, undo: answer.undo, waiting: answer.waiting };
  byId("undo").disabled = !state.undo;
  byId("undo").title = state.undo ? `Withdraw: ${state.undo.what}` : "Nothing of yours to withdraw";
  byId("waiting").hidden = !state.waiting;
  byId("waiting").textContent = `${state.waiting} waiting`;
}

function progress() {
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  const done = DONE.reduce((sum, name) => sum + (states[name] ?? 0), 0);
  byId("progress").max = total || 1;
  byId("progress").value = done;
  byId("progress-text").textContent = `${done.toLocaleString()} of ${total.toLocaleString()} decided`;
  byId("count").textContent = list.ids.length === 1 ? "1 row" : `${list.ids.length.toLocaleString()} rows`;
}

async function load({ keep = detail.row?.id ?? "", anew = false } = {}) {
  const asked = filters.asked();
  const answer = await ask("rows", asked);
  take(answer);
  states = answer.states;
  list.set(answer.ids, anew);
  progress();
  remember();
  if (aside) return;
  const wanted = list.places.has(keep) ? keep : (answer.ids[0] ?? "");
  if (wanted) await choose(wanted);
  else { list.mark(""); detail.show(null); }
}

function remember() {
  const kept = new URLSearchParams(filters.asked());
  if (detail.row) kept.set("row", detail.row.id);
  history.replaceState(null, "", `#${kept}`);
}

async function choose(id) {
  if (!id) return;
  aside = false;
  const answer = await ask(`row/${id}`);
  take(answer);
  show(answer);
}

/** A row as the server has it now, in the list, in the counts and in full. */
function show(answer) {
  const before = list.known.get(answer.brief.id)?.status;
  if (before && before !== answer.brief.status && list.places.has(answer.brief.id)) {
    states[before] = (states[before] ?? 1) - 1;
    states[answer.brief.status] = (states[answer.brief.status] ?? 0) + 1;
  }
  list.put(answer.brief);
  list.mark(answer.brief.id);
  detail.show(answer.row);
  progress();
  remember();
}

function step(by) {
  return queue(async () => {
    const id = list.beside(by);
    if (id) await choose(id);
    else say(by > 0 ? "This is the last row." : "This is the first row.");
  });
}

// -- deciding -------------------------------------------------------------------------------------------------------

/** Sends a decision on the shown row; `written`: chips that must not be lost when it is refused. */
function decide(action, written = undefined, onward = false) {
  return queue(async () => {
    const row = detail.row;
    if (!row || aside) return;
    const focused = document.activeElement?.id;
    let answer;
    try {
      answer = await send("decide", { row: row.id, last_seen: row.last, ...action });
    } catch (error) {
      if (error.status !== 409) throw error;
      take(error.body);
      show(error.body);
      if (written) detail.edit(action.field, written);
      alarm(`${error.message} ${error.body.since.join("; ")}.${written ? " What you wrote is still in the field." : ""}`);
      return;
    }
    take(answer);
    show(answer);
    say(`${SAID[action.decision]}${action.evidence ? " (a line of evidence)" : ""}: ${answer.brief.title}`);
    const next = onward ? list.beside(1) : "";
    if (next) await choose(next);
    if (focused && byId(focused)) byId(focused).focus();
    else if (action.field) detail.places.get(action.field)?.focus();
    else byId("list").focus({ preventScroll: true });
  });
}

function verdict(decision) {
  if (detail.row?.conflict) {
    alarm("Reviewers disagree about this row: choose whose word counts.");
    byId("choices").querySelector("button")?.focus();
    return work;
  }
  return decide({ decision }, undefined, true);
}

function settle(reviewer) {
  return decide({ decision: "accept", settle: reviewer });
}

function undo() {
  return queue(async () => {
    if (!state.undo) {
      say("There is nothing of yours to withdraw.");
      return;
    }
    let answer;
    try {
      answer = await send("undo", { decision: state.undo.id });
    } catch (error) {
      if (error.status === 409) take(error.body);
      throw error;
    }
    aside = false;
    take(answer);
    if (answer.row) show(answer);
    else await load();
    say(`Withdrawn: ${answer.said}${answer.brief ? ` (${answer.brief.title})` : ""}`);
  });
}

// -- others ---------------------------------------------------------------------------------------------------------

/** Takes in what other tabs and programs have done. */
async function look() {
  if (document.hidden || !start) return;
  const before = state.whole;
  const answer = await ask("changes", { since: state.version });
  const own = detail.row?.id;
  take(answer);
  if (answer.whole !== before) {
    if (!detail.busy) await load({ anew: true });
    else list.forget([...list.known.keys()]);
    return;
  }
  if (!answer.rows.length) return;
  const counted = await ask("rows", filters.asked());
  states = counted.states;
  list.forget(answer.rows);
  progress();
  if (own && answer.rows.includes(own) && !aside) {
    if (detail.busy) {
      alarm("This row was decided on meanwhile, in another tab or program; saving will show it.");
    } else {
      show(await ask(`row/${own}`));
      say("This row was decided on in another tab or program; this is how it stands now.");
    }
  }
}

function waiting() {
  return queue(async () => {
    const answer = await ask("waiting");
    take(answer);
    aside = true;
    const leave = () => queue(async () => { aside = false; await load(); byId("list").focus(); });
    showWaiting(byId("row"), answer.loose, { title, go: (id) => queue(() => choose(id)), leave });
  });
}

function apply() {
  const run = button("Apply", () => queue(async () => {
    run.disabled = true;
    run.textContent = "Making the tables …";
    const answer = await send("apply", {}).finally(() => byId("dialog").close());
    dialog("Applied", [make("pre", {}, answer.said.join("\n"))]);
    aside = false;
    await load({ anew: true });
  }), { class: "save" });
  dialog("Apply to the tables", [make("p", {}, `The tables in ${start.out} are made anew with everything that was decided. This happens by itself, too, when the program in the terminal is ended.`)], [run]);
}

function theme() {
  const next = { "": "light", light: "dark", dark: "" }[document.documentElement.dataset.theme ?? ""];
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem("theme", next);
  say(`Colours: ${next || "as the system"}`);
}

function leave(target) {
  if (aside) byId("leave-waiting")?.click();
  else if (target.closest("#filters") || target.closest("#row")) byId("list").focus();
}

async function begin() {
  start = await ask("start");
  document.title = `Review · ${start.out}`;
  byId("who").textContent = `${start.out} · as ${start.reviewer}`;
  filters = new Filters(byId("filters"), start, () => queue(() => load()));
  const wanted = new URLSearchParams(location.hash.slice(1));
  filters.fill(wanted);
  await load({ keep: wanted.get("row") ?? "" });
  byId("list").focus();
  byId("undo").onclick = undo;
  byId("waiting").onclick = waiting;
  byId("apply").onclick = apply;
  byId("theme").onclick = theme;
  byId("help").onclick = () => help(start.reviewer, start.log);
  const commands = {
    j: () => step(1), k: () => step(-1), a: () => verdict("accept"), r: () => verdict("reject"), u: undo,
    e: () => queue(() => detail.startEditing()), n: () => queue(() => detail.startNote()), "/": () => filters.focus(),
    "?": () => help(start.reviewer, start.log),
  };
  listen(commands, leave);
  arrows(byId("list"), byId("row"), step);
  window.addEventListener("focus", () => queue(look));
  document.addEventListener("visibilitychange", () => queue(look));
  setInterval(() => queue(look), POLL);
}

queue(begin);
