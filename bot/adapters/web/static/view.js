// One picture, large, at an address of its own: over the grid, and closed by going back.

import { ROOT } from "./api.js";
import { announce, byId, el, icon } from "./dom.js";
import { readPicture } from "./gallery_api.js";
import { Hands } from "./hands.js";
import { about } from "./picture_facts.js";
import { Sheet } from "./sheet.js";
import { copyOf } from "./tile.js";
import { addressOf } from "./view_address.js";

export class View {
  // `actions` has neighbour(picture, step), which gives another picture or none; closed(picture); and those of `about`.
  constructor(dialog, actions) {
    Object.assign(this, { dialog, actions, picture: null, sheet: null });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    dialog.addEventListener("keydown", (event) => this.type(event));
  }

  get isOpen() {
    return this.dialog.open;
  }

  // Opens a picture from the grid: going back closes it.
  open(picture) {
    history.pushState({ isOverGrid: true }, "", addressOf(picture));
    this.show(picture);
  }

  // Shows a picture of which perhaps only the id is known, as its address says it.
  show(picture) {
    if (!this.isOpen) {
      this.build();
      this.dialog.showModal();
      // Nothing is heard of what is behind a dialog.
      this.dialog.append(byId("announcer"));
      this.stage.focus();
    }
    this.picture = picture;
    this.side.replaceChildren(el("p", { class: "said", role: "status" }, "Looking…"));
    if (picture.file) this.lay(picture);
    this.read(picture);
  }

  build() {
    this.large = el("img", { id: "large", alt: "", draggable: "false" });
    const lying = el("div", { class: "sheet" }, this.large);
    this.stage = el("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "The picture, large", "aria-describedby": "view-keys" }, lying);
    this.side = el("div", { class: "side" });
    const keys = el("p", { class: "unseen", id: "view-keys" }, "Left and right arrow turn to the next picture, plus and minus zoom, zero shows it whole, Escape closes it.");
    const close = roundButton("close", "Close", () => this.leave());
    const [previous, next] = [roundButton("previous", "Newer picture", () => this.turn(-1)), roundButton("next", "Older picture", () => this.turn(1))];
    this.dialog.replaceChildren(this.stage, previous, next, close, this.side, keys);
    this.sheet = new Sheet(this.stage, lying, 1, 1);
    this.hands = new Hands(this.stage, this.sheet, (step) => this.turn(step));
  }

  // The copy that the grid has is there at once; the picture itself takes its place when it has come.
  lay(picture) {
    const { width, height, words, file } = picture;
    Object.assign(this.sheet, { width, height });
    Object.assign(this.sheet.sheet.style, { width: `${width}px`, height: `${height}px` });
    this.sheet.fit();
    this.large.alt = words;
    this.large.src = copyOf(picture);
    const whole = new Image();
    whole.src = new URL(file, ROOT).href;
    whole.decode().then(() => this.picture === picture && (this.large.src = whole.src), () => {});
    this.dialog.setAttribute("aria-label", words);
    document.title = `${words} · easel`;
  }

  async read(picture) {
    let facts;
    try {
      facts = await readPicture(picture.id);
    } catch (problem) {
      if (this.picture === picture) this.tell(problem.message);
      return;
    }
    if (this.picture !== picture || !this.isOpen) return;
    if (!picture.file) this.lay((this.picture = Object.assign(picture, facts)));
    this.side.replaceChildren(...about(this.picture, facts, this.actions));
    announce(picture.words);
  }

  // What cannot be seen is said in its place.
  tell(sentence) {
    this.large.removeAttribute("src");
    this.side.replaceChildren(el("p", { class: "said", role: "alert" }, sentence));
  }

  async turn(step) {
    const { picture } = this;
    const other = await this.actions.neighbour(picture, step);
    if (!this.isOpen || this.picture !== picture) return;
    if (!other) return announce(step > 0 ? "That is the last picture" : "That is the first picture");
    history.replaceState(history.state, "", addressOf(other));
    this.show(other);
  }

  // Leaves as going back does, so that no empty step stays behind.
  leave() {
    if (history.state?.isOverGrid) return history.back();
    history.replaceState(null, "", new URL("gallery", ROOT));
    this.close();
  }

  close() {
    if (!this.isOpen) return;
    const { picture } = this;
    this.picture = null;
    this.dialog.close();
    document.body.append(byId("announcer"));
    this.dialog.replaceChildren();
    document.title = "Gallery · easel";
    this.actions.closed(picture);
  }

  type(event) {
    if (event.target.matches("textarea, input, summary")) return;
    const isOnStage = event.target === this.stage;
    const isTurn = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if ((isOnStage || isTurn) && this.hands.type(event)) event.preventDefault();
  }
}

export function roundButton(name, label, act) {
  return el("button", { type: "button", class: `round ${name}`, "aria-label": label, title: label, onclick: act }, icon(name));
}
