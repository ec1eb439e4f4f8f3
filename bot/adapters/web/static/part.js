// The page on which somebody marks the part of a picture that is to change, and says what should be there.

import { openPart, sendPart } from "./api.js";
import { announce, byId } from "./dom.js";
import { Marks } from "./marks.js";
import { Painting } from "./painting.js";
import { Sheet } from "./sheet.js";

// So much that it is rather a mistake than a part.
const ALMOST_ALL = 0.995;
const OVERVIEW = 256;
const STORED = "easel-part";

let code = "";
let marks = null;
let painting = null;
let sheet = null;
let isSending = false;

function say(text, isBad = false) {
  byId("said").textContent = text;
  byId("said").classList.toggle("bad", isBad);
}

// What is marked changes nothing until it is sent, so steps are told only to those who do not see them.
function changed() {
  const { steps, undone } = marks;
  byId("undo").disabled = byId("clear").disabled = !steps.length;
  byId("redo").disabled = !undone.length;
  say("");
}

function choose(tool) {
  painting.choose(tool);
  for (const button of document.querySelectorAll("[data-tool]:not(.stage)")) {
    button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }
}

function resize(by) {
  const size = byId("size");
  size.value = Number(size.value) + by;
  painting.share = Number(size.value) / 100;
  announce(`Size ${size.value}`);
}

function take(step, told) {
  painting.putUp();
  marks[step]();
  changed();
  announce(`${told}. ${Math.round(100 * marks.share(OVERVIEW))} % is marked.`);
}

const KEYS = {
  b: () => (choose("brush"), announce("Brush")),
  e: () => (choose("eraser"), announce("Eraser")),
  m: () => (choose("move"), announce("Move")),
  i: () => take("invert", "Inverted"),
  "[": () => resize(-1),
  "]": () => resize(1),
  "+": () => sheet.zoom(1.25),
  "=": () => sheet.zoom(1.25),
  "-": () => sheet.zoom(0.8),
  0: () => sheet.fit(),
};

function typeOnStage(event) {
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    const isRedo = key === "y" || event.shiftKey;
    take(isRedo ? "redo" : "undo", isRedo ? "Redone" : "Undone");
  } else if (KEYS[event.key.toLowerCase()] && !event.altKey) {
    KEYS[event.key.toLowerCase()]();
  } else {
    return;
  }
  event.preventDefault();
}

async function send(event) {
  event.preventDefault();
  if (isSending) return;
  const words = byId("words").value.trim();
  painting.putUp();
  const share = marks.share();
  if (share === 0) return refuse("Nothing is marked: paint over what is to change.", "stage");
  if (share > ALMOST_ALL) return refuse("Everything is marked: leave something, or use Edit instead.", "stage");
  if (!words) return refuse("Say what should be in the marked part.", "words");
  isSending = true;
  byId("send").setAttribute("aria-disabled", "true");
  say("Sending…");
  try {
    const { notes } = await sendPart(code, words, await marks.toMask());
    end(notes);
  } catch (problem) {
    say(problem.message, true);
  }
  isSending = false;
  byId("send").removeAttribute("aria-disabled");
}

function refuse(sentence, id) {
  say(sentence, true);
  byId(id).focus();
}

function end(notes) {
  sessionStorage.removeItem(STORED);
  for (const id of ["tools", "stage", "wish"]) byId(id).hidden = true;
  document.body.classList.add("over");
  say(["Sent. It is being drawn; the picture comes where you pressed the button. You can close this page.", ...notes].join("\n"));
  byId("said").tabIndex = -1;
  byId("said").focus();
}

// The link opens once; a page that is loaded again goes on with what the tab remembers.
async function open() {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(null, "", location.pathname);
  const stored = sessionStorage.getItem(STORED);
  code = secret || stored?.split(" ")[0] || "";
  if (!code) throw new Error("This page is for marking a part of a picture: press Edit a part under one, and open the link that you get.");
  if (!secret) return JSON.parse(stored.slice(code.length + 1));
  const facts = await openPart(code);
  sessionStorage.setItem(STORED, `${code} ${JSON.stringify(facts)}`);
  return facts;
}

function load(address) {
  const base = byId("base");
  return new Promise((resolve, reject) => {
    base.onload = resolve;
    base.onerror = () => reject(new Error("The picture cannot be loaded; it may have been deleted. Load this page again to retry."));
    base.src = address;
  });
}

async function start() {
  const { picture, width, height, person } = await open();
  await load(picture);
  byId("me").textContent = person;
  for (const id of ["tools", "stage", "wish"]) byId(id).hidden = false;
  marks = new Marks(byId("paint"), width, height);
  sheet = new Sheet(byId("stage"), byId("sheet"), width, height);
  painting = new Painting(byId("stage"), byId("brush"), sheet, marks, { changed, said: announce });
  listen();
  say("Paint over what is to change.");
}

function listen() {
  for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => choose(button.dataset.tool));
  byId("size").addEventListener("input", () => resize(0));
  byId("undo").addEventListener("click", () => take("undo", "Undone"));
  byId("redo").addEventListener("click", () => take("redo", "Redone"));
  byId("invert").addEventListener("click", () => take("invert", "Inverted"));
  byId("clear").addEventListener("click", () => take("clear", "Cleared"));
  byId("larger").addEventListener("click", () => sheet.zoom(1.25));
  byId("smaller").addEventListener("click", () => sheet.zoom(0.8));
  byId("fit").addEventListener("click", () => sheet.fit());
  byId("stage").addEventListener("keydown", typeOnStage);
  byId("wish").addEventListener("submit", send);
}

try {
  await start();
} catch (problem) {
  document.body.classList.add("over");
  say(problem.message, true);
}
