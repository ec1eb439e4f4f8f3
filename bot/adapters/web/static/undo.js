// What was deleted a short while ago, and how it comes back. All windows of this browser know of it, also after a reload.

import { announce, el } from "./dom.js";
import { deletePictures, restorePictures } from "./gallery_api.js";

const STORED = "easel-deleted";

export class Undo {
  // `changed()` is told when pictures are gone or back.
  constructor(bar, changed) {
    Object.assign(this, { bar, changed, timer: null });
    addEventListener("storage", ({ key }) => {
      if (key !== STORED) return;
      this.show();
      changed();
    });
    this.show();
  }

  // The deletions that can still be undone, the newest last.
  get deletions() {
    try {
      return JSON.parse(localStorage.getItem(STORED) ?? "[]").filter(({ until }) => until > Date.now());
    } catch {
      return [];
    }
  }

  store(deletions) {
    try {
      localStorage.setItem(STORED, JSON.stringify(deletions));
    } catch {
      // Where nothing may be stored, the message of the picture in the channel has an Undo too.
    }
    this.show();
  }

  // Deletes pictures, and gives those that are gone. They are out of sight at once, and gone for good when it cannot be undone any more.
  async delete(ids) {
    const { pictures, undo_seconds: seconds, unshown } = await deletePictures(ids);
    if (pictures.length) this.store([...this.deletions, { ids: pictures, until: Date.now() + seconds * 1000, unshown }]);
    announce(`${sayHowMany(pictures.length)} deleted`);
    return pictures;
  }

  show(said = "") {
    const deletions = this.deletions;
    const newest = deletions.at(-1);
    clearTimeout(this.timer);
    this.bar.hidden = !newest && !said;
    if (!newest) return this.bar.replaceChildren(said);
    const { ids, until, unshown } = newest;
    const undo = el("button", { type: "button", class: "pill", onclick: () => this.act(newest, () => this.restore(newest)) }, "Undo");
    const late = unshown ? ` ${unshown === 1 ? "A message in a chat does" : `${unshown} messages in chats do`} not show that yet.` : "";
    const again = unshown ? el("button", { type: "button", class: "pill", onclick: () => this.act(newest, () => this.tryAgain(newest)) }, "Try again") : "";
    const dismiss = el("button", { type: "button", class: "pill", "aria-label": "Dismiss", onclick: () => this.forget(newest) }, "×");
    const time = new Date(until).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const sentence = `${sayHowMany(ids.length)} deleted; until ${time} that can be undone.${late}`;
    this.bar.replaceChildren(el("span", {}, said || sentence), ...[again, undo, dismiss].filter(Boolean));
    this.timer = setTimeout(() => this.show(), until - Date.now() + 500);
  }

  async act(deletion, act) {
    if (this.isActing) return;
    this.isActing = true;
    try {
      await act();
    } catch (problem) {
      this.show(problem.message);
    }
    this.isActing = false;
  }

  async restore(deletion) {
    const { pictures, unshown } = await restorePictures(deletion.ids);
    this.store(this.deletions.filter(({ ids }) => ids.join() !== deletion.ids.join()));
    const missing = deletion.ids.length - pictures.length;
    if (missing) this.show(`${sayHowMany(missing)} could not be brought back any more.`);
    announce(`${sayHowMany(pictures.length)} brought back${unshown ? "; messages in chats show that later" : ""}`);
    this.changed();
  }

  async tryAgain(deletion) {
    const { unshown } = await deletePictures(deletion.ids);
    this.store(this.deletions.map((one) => (one.ids.join() === deletion.ids.join() ? { ...one, unshown } : one)));
  }

  forget(deletion) {
    this.store(this.deletions.filter(({ ids }) => ids.join() !== deletion.ids.join()));
  }
}

function sayHowMany(count) {
  return count === 1 ? "1 picture" : `${count} pictures`;
}
