// The gallery: what is looked for, and the grid of what is found.

import { ROOT } from "./api.js";
import { Compare } from "./compare.js";
import { announce, byId, el } from "./dom.js";
import { starPictures } from "./gallery_api.js";
import { Grid } from "./grid.js";
import { News } from "./news.js";
import { Selection } from "./selection.js";
import { Shelf } from "./shelf.js";
import { Undo } from "./undo.js";
import { View } from "./view.js";
import { addressOf, pictureIn } from "./view_address.js";

const TYPING = 250;
const FILTERS = ["words", "which", "days"];

const shelf = new Shelf({ changed: show, failed: say });
const selection = new Selection(byId("chosen"), {
  pictures: () => shelf.pictures,
  changed: () => grid.draw(),
  compare: (pictures) => compare.open(pictures),
  remove: (pictures) => remove(pictures),
  favour,
  say,
});
const tileActions = { address: addressOf, open, star, choose, gone: ({ id }) => shelf.drop([id]), more: () => shelf.more() };
const grid = new Grid(byId("feed"), byId("tiles"), tileActions, selection);
const undo = new Undo(byId("undo"), () => shelf.refresh());

const news = new News(() => shelf.refresh());
const compare = new Compare(byId("compare"), { star });
const view = new View(byId("view"), {
  neighbour,
  closed,
  star,
  openInstead,
  compare: (pictures) => compare.open(pictures),
  remove: (picture) => remove([picture], () => view.leave()),
  drawing: () => news.listen(),
});

// A plain press opens it here; one that asks for another tab or window gets that.
function open(picture, event) {
  if (selection.isOn) {
    event.preventDefault();
    return choose(picture, event);
  }
  if (!isPlain(event)) return;
  event.preventDefault();
  view.open(picture);
}

function choose(picture, { shiftKey }) {
  if (shiftKey) selection.extend(picture);
  else selection.toggle(picture);
}

// They are gone at once; for a while they can be brought back.
async function remove(pictures, then = () => {}) {
  try {
    shelf.drop(await undo.delete(pictures.map(({ id }) => id)));
    selection.end();
    if (!view.isOpen) grid.focus(grid.current);
    then();
  } catch (problem) {
    undo.show(problem.message);
  }
}

async function favour(pictures) {
  try {
    const { pictures: starred } = await starPictures(pictures.map(({ id }) => id), true);
    for (const picture of pictures) if (starred.includes(picture.id)) mark(picture, true);
    announce(`${starred.length} among your favourites`);
    selection.end();
  } catch (problem) {
    say(problem.message);
  }
}

function openInstead(picture, event) {
  if (!isPlain(event)) return;
  event.preventDefault();
  history.replaceState(history.state, "", addressOf(picture));
  view.show(shelf.pictures.find(({ id }) => id === picture.id) ?? picture);
}

function isPlain({ button, ctrlKey, metaKey, shiftKey, altKey }) {
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}

// The next picture in the grid, for which more of them are asked for where it ends.
async function neighbour({ id }, step) {
  const number = () => shelf.pictures.findIndex((picture) => picture.id === id);
  const isKnown = () => number() >= 0 && shelf.pictures[number() + step] !== undefined;
  // What does not come, as on a bad line, is not waited for again and again.
  for (let tries = 2; tries && !isKnown() && (shelf.asking || shelf.hasMore) && !(number() === 0 && step < 0); ) {
    const count = shelf.pictures.length;
    await shelf.more();
    if (shelf.pictures.length === count) tries -= 1;
  }
  return number() < 0 ? undefined : shelf.pictures[number() + step];
}

// The grid is where it was, or where somebody turned to meanwhile; what was drawn since is there.
function closed(picture) {
  const number = grid.numberOf(picture.id);
  grid.focus(number < 0 ? grid.current : number);
  shelf.refresh();
}

// Follows the address: forward opens a picture again, back closes it.
function follow() {
  if (compare.isOpen) return compare.close();
  const id = pictureIn(location.href);
  if (!id) return view.close();
  view.show(shelf.pictures.find((picture) => picture.id === id) ?? { id });
}

function say(...parts) {
  byId("said").replaceChildren(...parts);
}

// What is looked for, as the route is asked. A collection stands among the choices of which pictures.
function query() {
  const [words, which, days] = FILTERS.map((id) => byId(id).value.trim());
  const isCollection = which.startsWith("in:");
  return { words, days, only: isCollection ? "" : which, collection: isCollection ? which.slice(3) : "" };
}

function isNarrow() {
  return Object.values(query()).some(Boolean);
}

function show() {
  if (shelf.collections) offer(shelf.collections);
  selection.settle();
  grid.show(shelf.pictures, shelf.hasMore);
  const count = shelf.pictures.length;
  if (count) return say(`${count.toLocaleString()}${shelf.hasMore ? " and more" : ""} ${count === 1 ? "picture" : "pictures"}`);
  if (isNarrow()) return say("No picture of yours was found. ", el("button", { type: "button", class: "plain", onclick: forget }, "Show all"));
  say("You have no pictures yet. ", el("a", { href: ROOT.href }, "Say what you would like to see"));
}

// Collections that came or went since; the one that is chosen stays so.
function offer(collections) {
  const which = byId("which");
  const known = [...which.options].slice(2).map(({ value }) => value);
  if (known.join() === collections.map(({ id }) => `in:${id}`).join()) return;
  const chosen = which.value;
  const options = collections.map(({ id, name }) => el("option", { value: `in:${id}` }, name));
  which.replaceChildren(...[...which.options].slice(0, 2), ...options);
  which.value = chosen;
  if (which.value !== chosen) which.value = "";
}

function forget() {
  for (const id of FILTERS) byId(id).value = "";
  look();
  byId("words").focus();
}

async function star(picture) {
  const { is_favourite: was } = picture;
  mark(picture, !was);
  try {
    const { pictures } = await starPictures([picture.id], !was);
    if (!pictures.length) return shelf.drop([picture.id]);
    announce(was ? "Not a favourite any more" : "Now a favourite");
  } catch (problem) {
    mark(picture, was);
    say(problem.message);
  }
}

function mark(picture, isFavourite) {
  picture.is_favourite = isFavourite;
  const shown = shelf.pictures.find(({ id }) => id === picture.id);
  if (shown) shown.is_favourite = isFavourite;
  grid.redraw(picture);
}

// The address says what is looked for, so that it can be kept, and is there again after a reload.
function look() {
  const asked = FILTERS.map((id) => [id, byId(id).value.trim()]).filter(([, value]) => value);
  const address = new URL(`gallery${asked.length ? `?${new URLSearchParams(asked)}` : ""}`, ROOT);
  history.replaceState(history.state, "", address);
  grid.toTop();
  shelf.look(query());
}

let typing = null;

function listen() {
  byId("words").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(look, TYPING);
  });
  for (const id of ["which", "days"]) byId(id).addEventListener("change", look);
  byId("finder").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    look();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && selection.isOn && !view.isOpen && !compare.isOpen && !event.defaultPrevented) return selection.end();
    if (event.key !== "/" || view.isOpen || compare.isOpen || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    byId("words").focus();
  });
  document.addEventListener("visibilitychange", () => !document.hidden && shelf.refresh());
}

// The address of the page changes with what is shown, and links are not to lead elsewhere by that.
function fixLinks() {
  for (const link of document.querySelectorAll("a[href^='.']")) link.href = link.href;
}

function begin() {
  fixLinks();
  const asked = new URLSearchParams(location.search);
  for (const id of ["words", "days"]) byId(id).value = asked.get(id) ?? "";
  const which = asked.get("which") ?? "";
  if (which.startsWith("in:")) byId("which").append(el("option", { value: which }, "Collection"));
  byId("which").value = which;
  listen();
  shelf.look(query());
  addEventListener("popstate", follow);
  // After a reload a picture is no step over the grid any more that going back would end.
  if (history.state?.isOverGrid || history.state?.isComparing) history.replaceState(null, "");
  if (pictureIn(location.href)) follow();
}

begin();
