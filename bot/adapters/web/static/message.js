// One message of the channel: built once, then changed part by part, so that pictures do not flicker and folds stay open.

import { el, hasIcon, icon } from "./dom.js";
import { Canvas, exhibits } from "./picture.js";
import { clockTime } from "./times.js";

const UNFINISHED = new Set(["waiting", "working"]);

export const isUnfinished = (post) => UNFINISHED.has(post?.tone);

export class Message {
  // `actions` has press(action, message, button, pictures), isForOnePicture(command) and, for private notes, dismiss(note) and edit(note).
  constructor(view, actions) {
    this.actions = actions;
    this.shown = new Map();
    this.slots = Object.fromEntries(
      ["by", "asked", "show", "text", "progress", "folds", "files", "facts", "buttons"].map((name) => [name, el("div", { class: `slot ${name}` })]),
    );
    const { by, asked, show, text, progress, folds, files, facts, buttons } = this.slots;
    this.card = el("div", { class: "card" }, show, text, progress, folds, files, facts, buttons);
    this.article = el("article", { tabindex: "-1" }, by, asked, this.card);
    this.element = el("li", { class: "message" }, this.article);
    this.update(view);
  }

  get isUnfinished() {
    return isUnfinished(this.view.post);
  }

  update(view) {
    const { post } = view;
    this.view = view;
    this.element.dataset.tone = post.tone;
    this.element.dataset.kind = post.kind;
    this.element.dataset.id = view.id;
    this.element.classList.toggle("mine", view.is_mine);
    this.element.classList.toggle("note", Boolean(view.is_note));
    this.article.setAttribute("aria-label", labelOf(view));
    this.part("by", [view.author, view.is_mine, view.created_at, view.is_note], () => byline(view, this.actions));
    this.part("asked", [post.asked, view.line], () => askedLine(view.line ? { text: view.line } : post.asked));
    this.showPictures(view);
    this.part("text", [post.text, post.tone], () => textLine(post));
    this.part("progress", [this.isUnfinished, post.progress], () => (this.isUnfinished ? [progressBar(post)] : []));
    this.part("folds", post.folds, () => post.folds.map((one) => fold(one, post.tone === "plain")));
    this.part("files", [post.files, post.links], () => savedFiles(post.files, post.links));
    const known = post.cost ? [...post.footer, post.cost] : post.footer;
    this.part("facts", known, () => (known.length ? [facts(known)] : []));
    this.part("buttons", [post.buttons, post.more, view.is_note && view.line], () => this.buttons(view));
  }

  // Rebuilds a part if what it shows has changed, and keeps the keyboard where it was.
  part(name, facts, build) {
    const now = JSON.stringify(facts);
    if (this.shown.get(name) === now) return;
    this.shown.set(name, now);
    const slot = this.slots[name];
    const focused = slot.contains(document.activeElement) ? document.activeElement.dataset.action ?? "" : null;
    slot.replaceChildren(...build());
    if (focused === null) return;
    const again = [...slot.querySelectorAll("button")].find((button) => button.dataset.action === focused);
    (again ?? slot.querySelector("button") ?? this.article).focus();
  }

  showPictures({ id, post, preview, is_note: isNote }) {
    const isUnfinished = this.isUnfinished;
    const perPicture = this.perPicture(post, isNote ? null : id);
    const own = post.pictures.map((picture) => ({ ...picture, isMine: Boolean(this.view.is_mine && !this.view.is_note) }));
    this.part("show", [isUnfinished, post.pictures, post.files, perPicture.map(({ action }) => action)], () => {
      this.canvas = isUnfinished ? new Canvas(post.size) : null;
      return isUnfinished ? [this.canvas.element] : exhibits([...own, ...(post.files ?? []).filter(isPicture)], post.is_sensitive, (picture, number) => this.pictureMenu(picture, number, perPicture));
    });
    this.canvas?.show(preview, post.tone);
  }

  // The buttons of the message that can be about one of its pictures; a private note has none, since its pictures are of many.
  perPicture(post, id) {
    if (!id || post.pictures.length < 2) return [];
    return [...post.buttons, ...(post.more ?? [])].filter(({ action }) => this.actions.isForOnePicture(action.split(":")[0]));
  }

  pictureMenu(picture, number, buttons) {
    if (!picture.id || !buttons.length) return null;
    const { id } = this.view;
    const choices = buttons.map((button) => this.actionButton({ ...button, action: `${button.action.split(":")[0]}:${picture.id}` }, id, [picture]));
    const menu = moreMenu(choices, `Picture ${number}…`);
    menu.classList.add("one");
    return menu;
  }

  buttons({ post, id, is_note: isNote, line, later }) {
    const buttons = post.buttons.map((button) => this.actionButton(button, isNote ? null : id));
    if (isNote && line) buttons.push(el("button", { type: "button", class: "pill", onclick: () => this.actions.edit(this) }, "Edit and send again"));
    if (isNote && later) buttons.push(el("button", { type: "button", class: "pill", onclick: () => later(this) }, "Send when I may"));
    const more = (post.more ?? []).map((button) => this.actionButton(button, isNote ? null : id));
    if (more.length) buttons.push(moreMenu(more));
    return buttons.length ? [el("div", { class: "row" }, ...buttons)] : [];
  }

  // `pictures` are those that it is about; usually all of the message.
  actionButton({ label, action, is_dangerous: isDangerous }, message, pictures = null) {
    const name = action.split(":")[0];
    const button = el("button", { type: "button", class: isDangerous ? "pill danger" : "pill", "data-action": action });
    button.append(hasIcon(name) ? icon(name) : "", el("span", { dir: "auto" }, label));
    // A double-click is one press: its second half would hit the button that came in the place of the first, such as Cancel.
    button.addEventListener("click", (event) => event.detail < 2 && this.actions.press(action, message, button, pictures ?? this.view.post.pictures, this));
    return button;
  }
}

// What is needed less often stands behind one more button, and goes away again with Escape or when something else is pressed.
function moreMenu(buttons, label = "More…") {
  const list = el("div", { class: "choices" }, ...buttons);
  const menu = el("details", { class: "more" }, el("summary", { class: "pill" }, label), list);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.firstElementChild.focus();
  });
  menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && (menu.open = false));
  list.addEventListener("click", () => (menu.open = false));
  return menu;
}

function labelOf({ author, is_mine: isMine, is_note: isNote, post }) {
  if (isNote) return "Private note";
  const who = isMine ? "you" : author || "easel";
  return `Message for ${who}: ${post.text.slice(0, 80)}`;
}

function byline({ author, is_mine: isMine, is_note: isNote, created_at: createdAt }, actions) {
  const time = el("time", { datetime: createdAt, title: new Date(createdAt).toLocaleString() }, clockTime(createdAt));
  if (isNote) {
    const dismiss = el("button", { type: "button", class: "dismiss", "aria-label": "Dismiss this note", title: "Dismiss" }, icon("close"));
    dismiss.addEventListener("click", () => actions.dismiss(dismiss.closest("li")));
    return [el("span", { class: "avatar plain" }, icon("private")), el("b", {}, "Only you can see this"), time, dismiss];
  }
  const name = author || "easel";
  return [avatar(author), el("b", {}, el("bdi", {}, name)), isMine ? el("span", { class: "tag" }, "you") : null, time].filter(Boolean);
}

export function avatar(author) {
  if (!author) return el("span", { class: "avatar easel" }, el("img", { src: new URL("mark.svg", import.meta.url).href, alt: "", width: 22, height: 22 }));
  const initials = author.split(" ").map((word) => word[0]).join("").slice(0, 2);
  const hue = [...author].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 12, 7);
  return el("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, initials);
}

function askedLine(asked) {
  if (!asked) return [];
  if (asked.is_press) return [el("p", { class: "press" }, icon("press"), "pressed ", el("b", {}, el("bdi", {}, asked.text)))];
  const [, command, rest] = /^(\/\S*)?\s*([\s\S]*)$/.exec(asked.text);
  return [el("p", { class: "line", dir: "auto" }, ...(command ? [el("span", { class: "command", dir: "ltr" }, command), " "] : []), el("bdi", {}, ...withFlags(rest)))];
}

function withFlags(words) {
  return words.split(/((?<=^|\s)--[A-Za-z][\w-]*)/).map((part) => (/^--[A-Za-z]/.test(part) ? el("span", { class: "flag", dir: "ltr" }, part) : part));
}

function textLine({ text, tone, kind }) {
  if (!text) return [];
  const isTrouble = (tone === "refused" || tone === "failed") && kind !== "cancelled";
  const mark = isTrouble ? icon(tone) : "";
  return [el("p", { class: "words" }, mark, el("span", { dir: "auto" }, text))];
}

function progressBar({ progress, tone }) {
  const share = tone === "waiting" ? null : progress;
  const bar = el("div", { class: "fill" });
  const attributes = { class: "bar-track", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0, "aria-valuemax": 100 };
  if (share === null) return el("div", { ...attributes, class: "bar-track unknown" }, bar);
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 100);
  bar.style.setProperty("--share", `${percent}%`);
  return el("div", { ...attributes, "aria-valuenow": percent }, bar);
}

// What a private answer tells is what somebody asked to read; below a picture it is folded away.
function fold({ title, text }, isOpen) {
  return el("details", isOpen ? { open: "" } : {}, el("summary", {}, icon("fold"), el("span", { dir: "auto" }, title)), el("p", { dir: "auto" }, text));
}

// What a private note brings along: a picture is shown, anything else is there to be saved.
function isPicture(file) {
  return file.width > 0;
}

function savedFiles(files = [], addresses = []) {
  const links = files.filter((file) => !isPicture(file)).map(({ name, link }) => el("a", { class: "pill", href: link, download: name }, icon("download"), name));
  links.push(...addresses.map(({ label, address }) => el("a", { class: "pill", href: address, target: "_blank", rel: "noreferrer" }, label)));
  return links.length ? [el("div", { class: "row" }, ...links)] : [];
}

function facts(footer) {
  return el("ul", { "aria-label": "About this picture" }, ...footer.map((fact) => el("li", { dir: "auto" }, fact)));
}
