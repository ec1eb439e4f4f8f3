// What was asked for and has not arrived: kept in this browser for this visitor, shown, and sent again until it arrives. Each has the
// key of its first attempt, so that what did arrive after all is drawn once.

import { newKey } from "./api.js";
import { byId, el } from "./dom.js";
import { momentText } from "./times.js";

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;
const MOST = 50;
// Shown only once it takes longer than sending does.
const SHOWN_AFTER = 600;
const LOCK = `easel-outbox ${location.pathname}`;

export class Outbox {
  // `deliver(item)` gives a promise of how that went: done, refused or lost. `onEdit(line)` takes a line back into the box.
  constructor(deliver, onEdit) {
    Object.assign(this, { deliver, onEdit, items: [], name: null, pause: FIRST_PAUSE });
    this.list = byId("outbox");
    addEventListener("online", () => this.wake());
    addEventListener("storage", (event) => event.key === this.name && (this.load(), this.show()));
    document.addEventListener("visibilitychange", () => document.hidden || this.flush());
  }

  // Takes up what this visitor has left here.
  open(visitor) {
    this.name = `${LOCK} ${visitor}`;
    this.load();
    this.show();
    this.flush();
  }

  get isFull() {
    return this.items.length >= MOST;
  }

  // Sends a line, which is kept until it has arrived; gives how that went, or "kept".
  send(line, files, reply, message) {
    return this.attempt(this.add({ key: newKey(), line, files, reply: reply ?? null, message, until: 0 }));
  }

  // Keeps what was refused until the moment when it may be sent.
  wait(item, until) {
    this.add({ ...item, until: until.getTime() });
    this.schedule();
  }

  add(item) {
    this.items.push(item);
    this.save(item);
    this.show();
    return item;
  }

  async attempt(item) {
    item.isSending = true;
    item.isLate = false;
    const late = setTimeout(() => ((item.isLate = true), this.show()), SHOWN_AFTER);
    const outcome = navigator.onLine ? await this.deliver(item) : "lost";
    clearTimeout(late);
    item.isSending = false;
    if (outcome === "lost") {
      item.isLate = true;
      this.schedule();
    } else {
      this.pause = FIRST_PAUSE;
      this.remove(item);
    }
    this.show();
    return outcome === "lost" ? "kept" : outcome;
  }

  remove(item) {
    this.items = this.items.filter((one) => one.key !== item.key);
    this.keep(this.stored().filter(({ key }) => key !== item.key));
    this.show();
  }

  wake() {
    this.pause = FIRST_PAUSE;
    this.flush();
  }

  // Sends what is due, in order, by one page of this browser at a time; what does not arrive ends it.
  async flush() {
    if (this.isFlushing || !this.items.length) return;
    this.isFlushing = true;
    const send = async (lock) => {
      if (!lock) return;
      this.load();
      for (const item of [...this.items]) {
        const isDue = !item.isSending && item.until <= Date.now() && this.items.includes(item);
        if (isDue && (await this.attempt(item)) === "kept") break;
      }
    };
    await (navigator.locks ? navigator.locks.request(LOCK, { ifAvailable: true }, send) : send(true));
    this.isFlushing = false;
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    if (!this.items.length) return;
    const next = Math.min(...this.items.map((item) => item.until));
    const wait = Math.max(this.pause, Math.min(next - Date.now(), LONGEST_PAUSE));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  // Reads what is kept: other pages of this browser may have sent or cancelled some. Files are in this page's memory only.
  load() {
    const known = new Map(this.items.map((item) => [item.key, item]));
    const kept = this.stored().map((item) => known.get(item.key) ?? { ...item, files: [], isLate: true });
    const inMemory = this.items.filter((item) => (item.isSending || item.files.length) && !kept.includes(item));
    this.items = [...kept, ...inMemory];
  }

  stored() {
    try {
      const found = JSON.parse(localStorage.getItem(this.name) ?? "[]");
      return found.filter(({ key, line, until }) => typeof key === "string" && typeof line === "string" && Number.isFinite(until));
    } catch {
      return [];
    }
  }

  // Keeps an item in its place, beside what other pages of this browser have kept, perhaps in this very moment.
  save({ files, key, line, reply, action, message, until }) {
    if (files.length) return;
    const kept = this.stored();
    const place = kept.findIndex((one) => one.key === key);
    kept.splice(place < 0 ? kept.length : place, 1, { key, line, reply, action, message, until });
    this.keep(kept);
  }

  keep(kept) {
    try {
      if (kept.length) localStorage.setItem(this.name, JSON.stringify(kept));
      else localStorage.removeItem(this.name);
    } catch {
      // A browser that keeps nothing keeps it in memory, until the page is closed.
    }
  }

  show() {
    const hadFocus = this.list.contains(document.activeElement);
    const shown = this.items.filter((item) => item.isLate || item.until);
    this.list.replaceChildren(...shown.map((item) => this.row(item)));
    byId("unsent").hidden = !shown.length;
    if (hadFocus) (this.list.querySelector("button") ?? byId("line")).focus();
  }

  row(item) {
    const said = [stateText(item), ...(item.files.length ? ["Its pictures are kept only while this page is open."] : [])].join(" ");
    const now = el("button", { type: "button", class: "quiet", onclick: () => this.sendNow(item) }, "Send now");
    const edit = el("button", { type: "button", class: "quiet", onclick: () => (this.remove(item), this.onEdit(item.line)) }, "Edit");
    const cancel = el("button", { type: "button", class: "quiet", onclick: () => this.remove(item) }, "Cancel");
    const buttons = item.isSending ? [] : [now, ...(item.action ? [] : [edit]), cancel];
    return el("li", {}, el("p", { class: "line", dir: "auto" }, item.line), el("p", { class: "state" }, said), el("div", { class: "row" }, ...buttons));
  }

  sendNow(item) {
    item.until = 0;
    this.save(item);
    this.attempt(item);
  }
}

function stateText({ isSending, until }) {
  if (isSending) return "Sending…";
  if (until > Date.now()) return `Waits until ${momentText(until)}, when you have pictures again. Keep this page open, or open it then.`;
  return "Waits until easel can be reached. It is sent by itself, and drawn once.";
}
