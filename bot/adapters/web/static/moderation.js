// The page for moderators: the queue, one case of it, and what is done about that.

import { closeModeration, listCases, newKey, openModeration, sendModeration } from "./api.js";
import { byId, el } from "./dom.js";
import { Message } from "./message.js";
import { readyLightbox } from "./picture.js";

const LOOK_AGAIN = 10_000;
const KINDS = {
  report: "Reported picture",
  doubt: "Should be looked at",
  mistake: "Refused words",
  appeal: "Appeal",
  takedown: "Demand to take down",
};
// Their command asks for words, which are written below the case.
const FORMS = {
  "case-note": { command: "cases note", option: "text", label: "What should the other moderators know?" },
  "case-block": { command: "cases block", option: "words", label: "Which words may not be drawn here any more?" },
};

const queue = { state: "open", cases: [], hasMore: false };
const sheet = { id: null, revision: 0, message: null, form: null };

function show(problem) {
  byId("offline").textContent = problem ?? "";
}

async function loadQueue() {
  const found = await listCases(queue.state, null);
  // What was loaded beyond the first page stays below what is first now.
  const ids = new Set(found.cases.map((one) => one.id));
  const isLonger = queue.cases.length > found.cases.length && found.has_more;
  queue.cases = isLonger ? [...found.cases, ...queue.cases.slice(found.cases.length).filter((one) => !ids.has(one.id))] : found.cases;
  if (!isLonger) queue.hasMore = found.has_more;
  byId("me").replaceChildren(el("span", {}, el("bdi", {}, found.you)), el("button", { type: "button", class: "quiet", onclick: leave }, "Leave"));
  byId("state-open").textContent = found.open ? `Open (${found.open})` : "Open";
  document.title = found.open ? `(${found.open}) Cases · easel` : "Cases · easel";
  drawQueue();
}

async function loadMore() {
  const found = await listCases(queue.state, queue.cases.at(-1).id);
  queue.cases = [...queue.cases, ...found.cases];
  queue.hasMore = found.has_more;
  drawQueue();
}

function drawQueue() {
  const focused = document.activeElement?.dataset?.case;
  byId("cases").replaceChildren(...queue.cases.map(entry));
  byId("more").hidden = !queue.hasMore;
  byId("nothing").hidden = queue.cases.length > 0;
  byId("nothing").textContent = queue.state === "open" ? "There is nothing to decide here." : "Nothing was decided here yet.";
  if (focused) document.querySelector(`[data-case="${CSS.escape(focused)}"]`)?.focus();
}

function entry({ id, kind, reason, opened_at: openedAt, assignee, outcome }) {
  const head = el("b", {}, KINDS[kind] ?? kind, reason ? `: ${reason}` : "");
  const when = el("time", { datetime: openedAt }, new Date(openedAt).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
  const facts = [outcome, assignee && !outcome ? `${assignee} looks after it` : ""].filter(Boolean).join(" · ");
  const button = el("button", { type: "button", class: "entry", "data-case": id, "aria-current": id === sheet.id ? "true" : null }, head, when, facts ? el("span", { dir: "auto" }, facts) : null);
  button.addEventListener("click", () => tell(() => openCase(id)));
  return el("li", {}, button);
}

async function openCase(id) {
  sheet.id = id;
  say("");
  closeForm();
  await loadCase();
  drawQueue();
  byId("sheet").focus();
}

// Shows the case as it stands now. A picture that was opened stays open while the case is the same.
async function loadCase() {
  const { id } = sheet;
  const { notes } = await sendModeration("cases show", { case: id }, newKey());
  if (id !== sheet.id || !notes.length) return;
  const [post] = notes;
  if (post.tone === "refused" || post.tone === "failed") return say(post.text);
  // The picture is in the case already, and opens with a press.
  post.buttons = post.buttons.filter((button) => !button.action.startsWith("case-look:"));
  const wasOpened = sheet.shown === id && !document.querySelector("#case .veiled");
  const view = { id, author: "", is_mine: false, is_note: true, created_at: new Date().toISOString(), version: 1, post };
  byId("case").replaceChildren(messageOf(view).element);
  if (wasOpened) document.querySelector("#case .veiled")?.click();
  sheet.shown = id;
  sheet.revision = queue.cases.find((one) => one.id === id)?.revision ?? 0;
  byId("hint").hidden = true;
  document.body.classList.add("has-case");
}

function messageOf(view) {
  return new Message(view, { press, dismiss: () => {}, edit: () => {} });
}

async function press(action, _message, button) {
  const [command, about] = action.split(":");
  if (FORMS[command]) return openForm(FORMS[command]);
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  await tell(() => act(command, { case: about }));
  button.removeAttribute("aria-disabled");
}

async function act(command, options) {
  const { notes } = await sendModeration(command, { case: sheet.id, ...options }, newKey());
  await Promise.all([loadQueue(), loadCase()]);
  say(notes.filter((note) => !note.files?.length).map((note) => note.text).join("\n"));
  for (const note of notes.filter((one) => one.files?.length)) showBelow(note);
  return notes.every((note) => note.tone !== "refused" && note.tone !== "failed");
}

// Pictures that somebody asked for, below the case until it changes.
function showBelow(post) {
  const view = { id: newKey(), author: "", is_mine: false, is_note: true, created_at: new Date().toISOString(), version: 1, post };
  const { element } = messageOf(view);
  byId("case").append(element);
  element.scrollIntoView({ block: "nearest" });
  element.querySelector("article").focus({ preventScroll: true });
}

function openForm(form) {
  sheet.form = form;
  byId("label").textContent = form.label;
  byId("words").hidden = false;
  byId("field").focus();
}

function closeForm() {
  byId("words").hidden = true;
  byId("field").value = "";
}

async function saveWords(event) {
  event.preventDefault();
  const words = byId("field").value.trim();
  if (words && (await tell(() => act(sheet.form.command, { [sheet.form.option]: words })))) closeForm();
}

function say(text) {
  byId("said").textContent = text;
}

function closeSheet() {
  sheet.id = null;
  document.body.classList.remove("has-case");
  byId("case").replaceChildren();
  byId("hint").hidden = false;
  say("");
  closeForm();
  drawQueue();
}

async function look(state) {
  queue.state = state;
  queue.cases = [];
  for (const name of ["open", "decided"]) byId(`state-${name}`).setAttribute("aria-pressed", String(name === state));
  closeSheet();
  await loadQueue();
}

async function leave() {
  await tell(async () => {
    await closeModeration();
    location.assign("./");
  });
}

// Does something, and says what stood in its way.
async function tell(work) {
  try {
    const result = await work();
    show("");
    return result;
  } catch (problem) {
    show(problem.message);
    return false;
  }
}

async function lookAgain() {
  if (document.hidden) return;
  await tell(async () => {
    await loadQueue();
    const now = queue.cases.find((one) => one.id === sheet.id);
    if (now && now.revision !== sheet.revision) await loadCase();
  });
}

async function start() {
  const secret = location.hash.slice(1);
  // Out of the address first: it would be kept in the history.
  if (secret) history.replaceState(null, "", location.pathname);
  if (secret) await openModeration(secret);
  await loadQueue();
}

readyLightbox();
for (const state of ["open", "decided"]) byId(`state-${state}`).addEventListener("click", () => tell(() => look(state)));
byId("more").addEventListener("click", () => tell(loadMore));
byId("back").addEventListener("click", closeSheet);
byId("words").addEventListener("submit", saveWords);
byId("cancel-words").addEventListener("click", closeForm);
document.addEventListener("visibilitychange", lookAgain);
if (await tell(async () => (await start(), true))) setInterval(lookAgain, LOOK_AGAIN);
else byId("hint").textContent = byId("offline").textContent;
