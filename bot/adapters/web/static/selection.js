// Choosing several pictures of the grid, by mouse, keyboard or finger, and what is done with them.

import { announce, byId, el } from "./dom.js";
import { zipOf } from "./gallery_api.js";

// As many as the route takes at once.
export const MOST_CHOSEN = 200;

export class Selection {
  // `actions` has pictures(), which gives those of the grid; changed(); compare, favour and remove(pictures); say(sentence).
  constructor(bar, actions) {
    Object.assign(this, { bar, actions, isOn: false, chosen: new Set(), anchor: null });
    byId("choose").addEventListener("click", () => (this.isOn ? this.end() : this.begin()));
  }

  has(id) {
    return this.chosen.has(id);
  }

  // The chosen ones that there still are, in the order of the grid.
  get pictures() {
    return this.actions.pictures().filter(({ id }) => this.chosen.has(id));
  }

  begin() {
    this.isOn = true;
    this.show();
  }

  end() {
    this.isOn = false;
    this.chosen.clear();
    this.anchor = null;
    this.show();
  }

  toggle({ id }) {
    if (!this.isOn) this.begin();
    if (this.chosen.has(id)) this.chosen.delete(id);
    else this.add([id]);
    this.anchor = id;
    this.show();
  }

  // Chooses all from the one that was chosen last to this one.
  extend({ id }) {
    const all = this.actions.pictures().map((picture) => picture.id);
    const [from, to] = [all.indexOf(this.anchor ?? id), all.indexOf(id)];
    if (!this.isOn) this.begin();
    this.add(all.slice(Math.min(from, to), Math.max(from, to) + 1));
    this.anchor ??= id;
    this.show();
  }

  all() {
    if (!this.isOn) this.begin();
    this.add(this.actions.pictures().map(({ id }) => id));
    this.show();
  }

  add(ids) {
    for (const id of ids) {
      if (this.chosen.size >= MOST_CHOSEN && !this.chosen.has(id)) {
        this.actions.say(`At most ${MOST_CHOSEN} pictures can be chosen at once, so these are the first ${MOST_CHOSEN}.`);
        return;
      }
      this.chosen.add(id);
    }
  }

  // What is gone is not chosen any more.
  settle() {
    if (!this.isOn) return;
    const there = new Set(this.actions.pictures().map(({ id }) => id));
    for (const id of this.chosen) if (!there.has(id)) this.chosen.delete(id);
    this.draw();
  }

  show() {
    this.draw();
    this.actions.changed();
  }

  draw() {
    const { size } = this.chosen;
    byId("choose").setAttribute("aria-pressed", String(this.isOn));
    document.body.classList.toggle("choosing", this.isOn);
    this.bar.hidden = !this.isOn;
    if (!this.isOn) return this.bar.replaceChildren();
    this.build();
    this.count.textContent = size ? `${size} chosen` : "Choose pictures";
    for (const one of this.doings) one.hidden = !size;
    this.compare.hidden = size !== 2;
    if (size) this.save.href = zipOf(this.pictures.map(({ id }) => id));
    if (this.told !== size) announce(`${size} chosen`);
    this.told = size;
  }

  build() {
    if (this.bar.firstElementChild) return;
    const act = (label, kind, does) => el("button", { type: "button", class: `pill ${kind}`, onclick: does }, label);
    this.count = el("b", {}, "");
    this.save = el("a", { class: "pill", download: "" }, "Download");
    this.compare = act("Compare", "", () => this.actions.compare(this.pictures));
    this.doings = [this.save, this.compare, act("★ Favourite", "", () => this.actions.favour(this.pictures)), act("Delete", "danger", () => this.actions.remove(this.pictures))];
    this.bar.replaceChildren(this.count, ...this.doings, el("button", { type: "button", class: "pill", onclick: () => this.end() }, "Done"));
  }

  // Says whether the key was one of these. `picture` is where the keyboard is.
  type({ key, shiftKey, ctrlKey, metaKey, altKey }, picture) {
    if (altKey) return false;
    if (ctrlKey || metaKey) return key.toLowerCase() === "a" && !shiftKey && (this.all(), true);
    if (key === "x" || key === " ") this.toggle(picture);
    else if (key === "Escape" && this.isOn) this.end();
    else if (key === "Delete" && this.chosen.size) this.actions.remove(this.pictures);
    else return false;
    return true;
  }
}
