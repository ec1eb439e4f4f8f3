// One picture of the grid: a link with its copy in it, and a star. Four elements, so that many can be there.

import { ROOT } from "./api.js";
import { el } from "./dom.js";

const COPY_EDGE = 512;
const RETRY_AFTER = 4000;
const LONG_PRESS = 450;
const SLIP = 10;

// The small copy of a picture, or the picture itself where it is as small.
export function copyOf({ file, width, height }, edge = COPY_EDGE) {
  return new URL(Math.max(width, height) >= edge ? `${file}?edge=${edge}` : file, ROOT).href;
}

export class Tile {
  // `actions` has address(picture), open(picture, event), star(picture), choose(picture, event) and gone(picture).
  constructor(picture, actions) {
    this.image = el("img", { alt: "", loading: "lazy", decoding: "async", draggable: "false", src: copyOf(picture) });
    this.link = el("a", { href: actions.address(picture) }, this.image);
    this.star = el("button", { type: "button", class: "star" });
    this.pick = el("input", { type: "checkbox", class: "pick" });
    this.element = el("li", {}, this.link, this.star);
    this.link.addEventListener("click", (event) => actions.open(this.picture, event));
    this.star.addEventListener("click", () => actions.star(this.picture));
    this.pick.addEventListener("click", (event) => actions.choose(this.picture, event));
    this.watchFinger(actions);
    this.image.addEventListener("error", () => this.retry(actions));
    this.update(picture);
  }

  update(picture) {
    this.picture = picture;
    this.element.dataset.id = picture.id;
    this.link.setAttribute("aria-label", picture.words);
    this.link.title = picture.words;
    this.star.textContent = picture.is_favourite ? "★" : "☆";
    this.star.setAttribute("aria-pressed", String(picture.is_favourite));
    this.star.setAttribute("aria-label", `Favourite: ${picture.words}`);
    this.pick.setAttribute("aria-label", `Choose: ${picture.words}`);
  }

  // Has a box to tick in place of the star while pictures are chosen.
  choosing(isOn, isChosen) {
    const corner = isOn ? this.pick : this.star;
    if (!corner.isConnected) this.element.lastElementChild.replaceWith(corner);
    this.pick.checked = isChosen;
    this.element.classList.toggle("is-chosen", isOn && isChosen);
  }

  // A finger that stays begins choosing; the menu of the browser does not come then.
  watchFinger(actions) {
    let [timer, start, isHeld] = [null, null, false];
    const stop = () => clearTimeout(timer);
    this.link.addEventListener("pointerdown", (event) => {
      [start, isHeld] = [event, false];
      if (event.pointerType !== "touch") return;
      timer = setTimeout(() => {
        isHeld = true;
        actions.choose(this.picture, event);
      }, LONG_PRESS);
    });
    this.link.addEventListener("pointermove", (event) => start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > SLIP && stop());
    for (const kind of ["pointerup", "pointercancel", "pointerleave"]) this.link.addEventListener(kind, stop);
    this.link.addEventListener("contextmenu", (event) => start?.pointerType === "touch" && event.preventDefault());
    this.link.addEventListener("click", (event) => {
      if (!isHeld) return;
      isHeld = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true });
  }

  // Lays it where its number in the grid says, of so many if that is known.
  place({ index, count, x, y, edge, isCurrent }) {
    const { style } = this.element;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = style.height = `${edge}px`;
    this.element.setAttribute("aria-posinset", index + 1);
    this.element.setAttribute("aria-setsize", count);
    this.link.tabIndex = this.star.tabIndex = this.pick.tabIndex = isCurrent ? 0 : -1;
  }

  // What cannot be loaded is gone, or comes later.
  async retry(actions) {
    const address = new URL(this.picture.file, ROOT);
    const answer = await fetch(address, { method: "HEAD", cache: "no-store", redirect: "manual" }).catch(() => null);
    if (answer?.status === 404 || answer?.status === 410) return actions.gone(this.picture);
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
    if (this.element.isConnected) this.image.src = address;
  }
}
