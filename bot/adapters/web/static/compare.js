// Two pictures side by side, on which one looks at the same place; what differs in how they were asked for stands below.

import { ROOT } from "./api.js";
import { announce, byId, el } from "./dom.js";
import { readPicture } from "./gallery_api.js";
import { Hands } from "./hands.js";
import { Sheet } from "./sheet.js";
import { copyOf } from "./tile.js";
import { addressOf } from "./view_address.js";
import { roundButton } from "./view.js";

// The sheet of one pane, whose zoom and moves are those of both.
class Together {
  constructor(own, both) {
    Object.assign(this, { own, both });
  }

  get isFitting() {
    return this.own.isFitting;
  }

  inStage(event) {
    return this.own.inStage(event);
  }

  zoom(factor, at) {
    for (const sheet of this.both) sheet.zoom(factor, at);
  }

  move(x, y) {
    for (const sheet of this.both) sheet.move(x, y);
  }

  fit() {
    for (const sheet of this.both) sheet.fit();
  }
}

export class Compare {
  // `actions` has star(picture).
  constructor(dialog, actions) {
    Object.assign(this, { dialog, actions });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    dialog.addEventListener("keydown", (event) => event.target.matches(".stage") && this.hands[0].type(event) && event.preventDefault());
  }

  get isOpen() {
    return this.dialog.open;
  }

  // Going back closes it.
  open(pictures) {
    history.pushState({ ...history.state, isComparing: true }, "");
    const panes = pictures.map((picture, number) => this.pane(picture, number));
    this.dialog.replaceChildren(...panes.map(({ element }) => element), roundButton("close", "Close", () => this.leave()));
    this.dialog.showModal();
    this.heardBefore = byId("announcer").parentElement;
    this.dialog.append(byId("announcer"));
    const sheets = panes.map(({ stage, lying }, number) => new Sheet(stage, lying, pictures[number].width, pictures[number].height));
    this.hands = panes.map(({ stage }, number) => new Hands(stage, new Together(sheets[number], sheets), () => {}));
    panes[0].stage.focus();
    announce(`Comparing ${pictures.map(({ words }) => words).join(" with ")}`);
    this.tellDifferences(pictures, panes);
  }

  pane(picture, number) {
    const large = el("img", { src: copyOf(picture), alt: picture.words, draggable: "false" });
    const whole = new Image();
    whole.src = new URL(picture.file, ROOT).href;
    whole.decode().then(() => (large.src = whole.src), () => {});
    const lying = el("div", { class: "sheet" }, large);
    const stage = el("div", { class: "stage", tabindex: "0", role: "group", "aria-label": `Picture ${number + 1} of 2, large` }, lying);
    const differences = el("dl");
    const star = el("button", { type: "button", class: "pill" });
    const showStar = () => {
      star.textContent = picture.is_favourite ? "★ Favourite" : "☆ Favourite";
      star.setAttribute("aria-pressed", String(picture.is_favourite));
    };
    star.addEventListener("click", () => this.actions.star(picture).then(showStar));
    showStar();
    const open = el("a", { class: "pill", href: addressOf(picture) }, "Open");
    const words = el("h2", { class: "words", dir: "auto" }, picture.words);
    const below = el("div", { class: "below" }, words, el("div", { class: "doings" }, star, open), differences);
    return { stage, lying, words, differences, element: el("section", { "aria-label": `Picture ${number + 1} of 2` }, stage, below) };
  }

  async tellDifferences(pictures, panes) {
    const facts = await Promise.all(pictures.map(({ id }) => readPicture(id).catch(() => null)));
    if (facts.includes(null)) return;
    const told = facts.map(({ settings, cost }) => new Map([...settings, ["cost", cost]]));
    const names = [...new Set(told.flatMap((one) => [...one.keys()]))].filter((name) => told[0].get(name) !== told[1].get(name));
    for (const [number, { words, differences }] of panes.entries()) {
      words.textContent = facts[number].prompt || facts[number].words;
      const rows = names.map((name) => el("div", {}, el("dt", {}, name[0].toUpperCase() + name.slice(1)), el("dd", { dir: "auto" }, told[number].get(name) || "–")));
      differences.replaceChildren(...(rows.length ? rows : [el("div", {}, el("dt", {}, "Settings"), el("dd", {}, "the same"))]));
    }
  }

  leave() {
    if (history.state?.isComparing) return history.back();
    this.close();
  }

  close() {
    this.dialog.close();
    this.heardBefore.append(byId("announcer"));
    this.dialog.replaceChildren();
    this.hands = null;
  }
}
