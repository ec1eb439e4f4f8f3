// Puts the page together: channel, message box, live news.

import { makeCall, newKey, readChannel, readCommands, readPrice } from "./api.js";
import { Channel } from "./channel.js";
import { plainTaker } from "./completion.js";
import { Composer } from "./composer.js";
import { byId, el } from "./dom.js";
import { openForm } from "./form.js";
import { avatar, isUnfinished } from "./message.js";
import { Outbox } from "./outbox.js";
import { readyLightbox } from "./picture.js";
import { Stream } from "./stream.js";
import { momentText } from "./times.js";

const EXAMPLES = [
  "a lighthouse in a storm, oil on canvas",
  "a fox asleep in fresh snow, soft morning light",
  "a tiny bookshop on a rainy street at night",
];
const OFFLINE_AFTER = 2500;

let pictureCommands = new Set();

const isForOnePicture = (command) => pictureCommands.has(command);
const channel = new Channel({ press, isForOnePicture, edit: (note) => composer.fill(note.view.line) });
const composer = new Composer(sendLine, (sentence) => channel.addNote(localNote(sentence), ""));
const outbox = new Outbox((item) => call(fieldsOf(item), { line: item.line, pictures: item.files, item }), (line) => composer.fill(line));
const stream = new Stream({
  onMessage: take,
  onReset: () => channel.load(),
  onState: showState,
  isBusy: () => channel.hasUnfinished,
});

function take(view) {
  channel.take(view);
  // What failed or was cancelled has given its pictures back.
  if (view.is_mine && !isUnfinished(view.post)) composer.price.refresh();
}

// What is sent of an item of the outbox: its line, or the button that was pressed.
function fieldsOf({ line, reply, action, message }) {
  if (action) return message ? { action, message } : { action };
  if (!reply) return { line };
  return message ? { line, reply, message } : { line, reply };
}

// `message` is the one whose picture the line is about, if it is about one.
async function sendLine(line, pictures, reply, message) {
  if (outbox.name && !outbox.isFull && composer.canWait(line, reply)) return outbox.send(line, pictures, reply, message);
  return call(fieldsOf({ line, reply, message }), { line, pictures });
}

async function sendForm(command, options, tell) {
  return call({ command, options }, { tell });
}

// Not `disabled`, which would take the keyboard away from the button.
// A note whose button was pressed shows what came of that, where the server says so.
async function press(action, message, button, pictures = [], note = null) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const wish = { key: newKey(), line: button.textContent.trim(), files: [], reply: null, action, message };
  await call(fieldsOf(wish), { shown: pictures, note, wish });
  button.removeAttribute("aria-disabled");
}

const unanswered = new Map();

const isTrouble = (note) => note.tone === "refused" || note.tone === "failed";

// Makes a call, shows what only this person may read, and gives how it went: done, refused or lost on the way.
// `shown` are the pictures of the message whose button was pressed; `tell(note)` says what is wrong elsewhere than in the channel.
// `item` is the line of the outbox that is sent, if it is one: it is kept there until it has arrived. `wish` is what waits there
// if it is refused for today.
async function call(fields, { line = "", pictures = [], shown = [], tell = null, item = null, wish = item, note: pressed = null }) {
  // Asking again for what may have arrived is the same call, not a second one.
  const what = JSON.stringify([fields, ...pictures.map(({ name, size, lastModified }) => [name, size, lastModified])]);
  const key = item?.key ?? unanswered.get(what) ?? newKey();
  if (!item) unanswered.set(what, key);
  try {
    const { answered, notes, settled, fill, reply, form } = await makeCall(fields, key, pictures);
    unanswered.delete(what);
    composer.price.refresh();
    for (const note of notes) {
      if (tell && isTrouble(note)) tell(note);
      else {
        const later = wish && (await laterFor(note, wish));
        channel.addNote(note, isTrouble(note) ? line : "", later);
      }
    }
    if (settled && pressed?.view.is_note) pressed.update({ ...pressed.view, post: settled });
    if (answered) channel.scrollToEnd();
    if (fill) composer.fill(fill);
    if (reply) composer.replyTo(reply, shown, fields.message);
    if (form) openForm(form, sendForm);
    return notes.some(isTrouble) ? "refused" : "done";
  } catch (problem) {
    if (item && problem.isAway) return "lost";
    // The box takes the line back if nothing else is in it; if something is, or if it waited in the outbox, the note keeps the line.
    if (tell) tell(localNote(problem.message));
    else channel.addNote(localNote(problem.message), item || !composer.isEmpty ? line : "");
    return item ? "refused" : "lost";
  }
}

// What sends a wish when there are pictures again, if it was refused because the day has too few left, and another day has enough.
async function laterFor(note, wish) {
  if (note.kind !== "quota_exceeded") return null;
  const told = await readPrice(composer.controls.optionsOf(wish.line) ?? {}).catch(() => null);
  if (!told || !told.limit || told.counts > told.limit + told.credits) return null;
  note.footer.push(`That is ${momentText(told.refills_at)} where you are.`);
  return (message) => {
    outbox.wait(wish, new Date(told.refills_at));
    channel.dismiss(message.element);
  };
}

function localNote(text) {
  return { text, tone: "failed", kind: "local", pictures: [], folds: [], footer: [], buttons: [], progress: null, asked: null, preview: "" };
}

let offlineTimer = null;

function showState(isOnline) {
  // Each failed attempt tells of it again, and none begins the wait anew.
  if (!isOnline) return (offlineTimer ??= setTimeout(() => (byId("offline").textContent = "Reconnecting…"), OFFLINE_AFTER));
  outbox.wake();
  clearTimeout(offlineTimer);
  offlineTimer = null;
  byId("offline").textContent = "";
}

function showExamples(commands) {
  if (!plainTaker(commands)) return;
  const cards = EXAMPLES.map((words) => {
    const button = el("button", { type: "button", class: "example" }, words);
    button.addEventListener("click", () => composer.fill(words));
    return el("li", {}, button);
  });
  byId("examples").replaceChildren(...cards);
}

async function describe() {
  const [here, { commands, language }] = await Promise.all([readChannel(), readCommands()]);
  const { channel: name, notices, you, visitor, is_admin: isAdmin, picture_commands: forOne } = here;
  byId("usage").hidden = !isAdmin;
  byId("setup").hidden = !here.offers_setup;
  byId("room").textContent = `Everybody who can open this page sees #${name}`;
  byId("me").replaceChildren(avatar(you), el("span", { title: "Your name on this page" }, you));
  byId("notices").replaceChildren(...notices.map((notice) => el("span", { dir: "auto" }, notice)));
  pictureCommands = new Set(forOne);
  channel.refresh();
  composer.know(commands, () => channel.names(), language);
  outbox.open(visitor);
  showExamples(commands);
}

// What cannot be had now is asked for again, more and more slowly.
async function stubbornly(act, pause = 500) {
  try {
    await act();
  } catch {
    showState(false);
    setTimeout(() => stubbornly(act, Math.min(pause * 2, 10_000)), pause);
  }
}

function look(view) {
  for (const name of ["mine", "room"]) byId(`view-${name}`).setAttribute("aria-pressed", String(name === view));
  document.body.dataset.view = view;
  stubbornly(() => channel.look(view));
}

readyLightbox();
byId("view-mine").addEventListener("click", () => look("mine"));
byId("view-room").addEventListener("click", () => look("room"));
byId("earlier").addEventListener("click", () => stubbornly(() => channel.loadEarlier()));
stubbornly(describe);
stubbornly(async () => stream.start(await channel.load()));
if (matchMedia("(hover: hover)").matches) byId("line").focus();
