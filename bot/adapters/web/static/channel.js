// The list of messages: in order, with days between them, private notes at the end, and the view kept where the reader is.

import { readMessages } from "./api.js";
import { announce, byId } from "./dom.js";
import { Message } from "./message.js";

const NEAR_THE_END = 140;

export class Channel {
  constructor(actions) {
    this.actions = { ...actions, dismiss: (element) => this.dismiss(element) };
    this.messages = new Map();
    this.list = byId("messages");
    this.feed = byId("feed");
    this.isAtEnd = true;
    this.notes = 0;
    // "mine" is what one asked for oneself, "room" is what everybody who can open the page sees.
    this.view = "mine";
    this.watchScrolling();
  }

  get hasUnfinished() {
    return [...this.messages.values()].some((message) => message.view.is_mine && message.isUnfinished);
  }

  // The names of the other people whose messages are shown.
  names() {
    return [...new Set([...this.messages.values()].filter(({ view }) => !view.is_mine && view.author).map(({ view }) => view.author))].sort();
  }

  // Shows the newest page instead of what is there, and gives the version to listen from.
  async load() {
    const view = this.view;
    const page = await readMessages(view);
    if (view !== this.view) return page.version;
    const known = new Set(page.messages.map((view) => view.id));
    for (const id of [...this.messages.keys()]) if (!known.has(id)) this.remove(id);
    for (const view of page.messages) this.take(view, true);
    byId("earlier").hidden = !page.has_more;
    this.settle();
    this.scrollToEnd();
    return page.version;
  }

  // Shows the other view.
  async look(view) {
    this.view = view;
    for (const id of [...this.messages.keys()]) this.remove(id);
    await this.load();
  }

  // Shows all messages once more, since something else is known of what can be done with them.
  refresh() {
    for (const message of this.messages.values()) message.update(message.view);
  }

  isShown(view) {
    return this.view === "room" || view.is_mine || !view.author;
  }

  async loadEarlier() {
    const first = this.ordered()[0];
    const page = await readMessages(this.view, first?.view.id);
    const height = this.feed.scrollHeight - this.feed.scrollTop;
    for (const view of page.messages.reverse()) {
      if (this.messages.has(view.id)) continue;
      const message = this.build(view);
      this.list.prepend(message.element);
    }
    byId("earlier").hidden = !page.has_more;
    this.settle();
    this.feed.scrollTop = this.feed.scrollHeight - height;
  }

  // Takes in one message as the server sent it: new, changed or deleted.
  take(view, isQuiet = false) {
    const known = this.messages.get(view.id);
    if (view.is_deleted) this.remove(view.id);
    else if (!known) this.isShown(view) && this.add(view, isQuiet);
    else if (view.version >= known.view.version) this.change(known, view, isQuiet);
    if (!isQuiet) this.settle();
  }

  // `later(note)` is what a button does that sends the line of the note when it may be sent; without it there is none.
  addNote(post, line, later = null) {
    const view = { id: `note-${++this.notes}`, post, line, later, is_note: true, is_mine: true, author: "", created_at: new Date().toISOString(), preview: null };
    const note = new Message(view, this.actions);
    this.list.append(note.element);
    this.settle();
    this.scrollToEnd();
    announce(`Private note: ${post.text}`);
  }

  add(view, isQuiet) {
    const ordered = this.ordered();
    const isOlderThanAll = ordered.length > 0 && view.created_at < ordered[0].view.created_at;
    if (isOlderThanAll && !byId("earlier").hidden) return;
    const after = ordered.find((message) => message.view.created_at > view.created_at);
    const message = this.build(view);
    this.list.insertBefore(message.element, after?.element ?? null);
    if (isQuiet) return;
    if (view.is_mine) this.scrollToEnd();
    else if (!this.isAtEnd) byId("latest").hidden = false;
    announce(`${view.is_mine ? "" : `${view.author || "easel"}: `}${view.post.text}`);
  }

  change(message, view, isQuiet) {
    const was = message.view.post.tone;
    message.update(view);
    if (isQuiet || was === view.post.tone || message.isUnfinished) return;
    announce(view.post.tone === "done" ? `Ready: ${view.post.text}` : view.post.text);
    if (document.hidden && view.is_mine) document.title = "● easel";
  }

  build(view) {
    const message = new Message(view, this.actions);
    this.messages.set(view.id, message);
    return message;
  }

  remove(id) {
    const message = this.messages.get(id);
    if (!message) return;
    this.messages.delete(id);
    this.drop(message.element);
  }

  dismiss(element) {
    this.drop(element);
    this.settle();
  }

  // Takes an element out; the keyboard goes on at the message box.
  drop(element) {
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    if (hadFocus) byId("line").focus();
  }

  ordered() {
    return [...this.list.children].map((element) => this.messages.get(element.dataset.id)).filter(Boolean);
  }

  // After any change of the list: days, and the welcome of an empty channel.
  settle() {
    byId("welcome").hidden = this.list.children.length > 0;
    let last = "";
    for (const element of this.list.children) {
      const day = dayOf(element.querySelector("time").dateTime);
      if (day === last) delete element.dataset.day;
      else element.dataset.day = day;
      last = day;
    }
  }

  scrollToEnd() {
    this.isAtEnd = true;
    if (!this.list.children.length && byId("unsent").hidden) return;
    this.feed.scrollTop = this.feed.scrollHeight;
    byId("latest").hidden = true;
  }

  watchScrolling() {
    this.feed.addEventListener("scroll", () => {
      const rest = this.feed.scrollHeight - this.feed.scrollTop - this.feed.clientHeight;
      this.isAtEnd = rest < NEAR_THE_END;
      if (this.isAtEnd) byId("latest").hidden = true;
    }, { passive: true });
    // Pictures and previews change the height late: who reads the newest stays there.
    const keep = new ResizeObserver(() => {
      if (this.isAtEnd) this.scrollToEnd();
    });
    keep.observe(this.list);
    keep.observe(this.feed);
    keep.observe(byId("unsent"));
    byId("latest").addEventListener("click", () => this.scrollToEnd());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) document.title = "easel";
    });
  }
}

function dayOf(moment) {
  const day = new Date(moment);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return "Today";
  if (day.toDateString() === yesterday.toDateString()) return "Yesterday";
  return day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}
