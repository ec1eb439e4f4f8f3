// The message box: a line that completes itself, sends itself, and remembers what was sent.

import { Attachments } from "./attachments.js";
import { commandOf, openOptions } from "./completion.js";
import { Controls } from "./controls.js";
import { byId, el, icon } from "./dom.js";
import { Price } from "./price.js";
import { Reply } from "./reply.js";
import { Suggestions } from "./suggestions.js";

const REMEMBERED = 50;
const PICTURES_PLACEHOLDER = "What should change?";

export class Composer {
  // `send(line, pictures, reply, message)` gives a promise of how that went: done, refused, lost, or kept to be sent again. `tell(sentence)` says what is wrong.
  constructor(send, tell) {
    this.send = send;
    this.commands = [];
    this.sent = [];
    // Lines whose answer has not come, and the promise of when the last of them has been answered.
    this.unanswered = 0;
    this.turn = Promise.resolve();
    this.line = byId("line");
    this.placeholder = this.line.placeholder;
    this.suggestions = new Suggestions(this.line, () => this.grow());
    this.attachments = new Attachments(() => this.grow(), tell, (text) => this.fill(`/batch ${text.trim()}`));
    this.reply = new Reply(() => this.grow());
    this.controls = new Controls(this.line, (line) => this.replace(line), () => this.grow());
    this.price = new Price(() => this.priced());
    byId("send").append(icon("send"));
    byId("composer").addEventListener("submit", (event) => this.submit(event));
    this.line.addEventListener("input", () => this.grow());
    this.line.addEventListener("keydown", (event) => this.onKey(event));
    this.grow();
  }

  // `names()` gives those of the people whose pictures are shown; `language` is that of what is said of the commands.
  know(commands, names, language) {
    this.commands = commands;
    this.suggestions.commands = commands;
    this.suggestions.names = names;
    this.controls.know(commands, language);
    this.suggestions.language = language;
    this.attachments.allow(Math.max(0, ...commands.map((command) => command.most_pictures)));
    this.grow();
  }

  // Puts a line into the box, ready to be changed or sent.
  fill(line) {
    this.line.value = line;
    this.line.focus();
    this.line.setSelectionRange(line.length, line.length);
    this.grow();
  }

  // Puts a line into the box in the place of what is typed there, which is remembered.
  replace(line) {
    const typed = this.line.value.trim();
    if (typed && !typed.startsWith("/")) this.remember(typed);
    this.fill(line);
  }

  // Makes the next words about a picture, or about one of a set.
  replyTo(id, pictures, message) {
    this.reply.begin(id, pictures, message);
    this.line.focus();
  }

  // Sends what is in the box. What is sent meanwhile waits for its turn, and becomes a call of its own.
  submit(event) {
    event?.preventDefault();
    const typed = this.line.value.trim();
    if (!typed) return;
    const line = this.controls.complete(typed, this.reply.isOpen);
    this.suggestions.close();
    this.remember(typed);
    this.line.value = "";
    const pictures = this.attachments.empty();
    const reply = line.startsWith("/") ? null : this.reply.empty();
    this.setSending(this.unanswered + 1);
    this.turn = this.turn.then(() => this.deliver(line, pictures, reply));
  }

  async deliver(line, pictures, reply) {
    try {
      const outcome = await this.send(line, pictures, reply?.chosen, reply?.message);
      if (outcome === "lost" && this.isEmpty) this.fill(line);
      if (outcome === "done" || outcome === "kept") return;
      this.attachments.restore(pictures);
      this.reply.restore(reply);
    } finally {
      this.setSending(this.unanswered - 1);
    }
  }

  // The options that say what the wish in the box counts for, with how many pictures go along, or null where it is none.
  priced() {
    const isReply = this.reply.isOpen && !this.line.value.trimStart().startsWith("/");
    const options = isReply ? { count: "1" } : this.controls.options();
    const pictures = this.attachments.files.length + (isReply ? 1 : 0);
    return options && pictures ? { ...options, picture: String(pictures) } : options;
  }

  // Whether a line asks for a picture: such a line may be sent again and again, and is drawn once.
  canWait(line, reply) {
    return Boolean(reply && !line.startsWith("/")) || Boolean(commandOf(line, this.commands)?.can_wait);
  }

  get isEmpty() {
    return !this.line.value;
  }

  onKey(event) {
    if (event.isComposing) return;
    if (this.suggestions.onKey(event)) return;
    if (event.key === "Escape") this.reply.cancel();
    else if (event.key === "Enter" && !event.shiftKey) this.submit(event);
    else if (event.key === "ArrowUp" && this.canRecall(-1)) this.recall(event, -1);
    else if (event.key === "ArrowDown" && this.canRecall(1)) this.recall(event, 1);
  }

  // Up and down go through what was sent, as long as the box holds nothing else.
  canRecall(step) {
    const isUntouched = !this.line.value || this.line.value === this.sent[this.recalled];
    const next = (this.recalled ?? this.sent.length) + step;
    return isUntouched && next >= 0 && next <= this.sent.length;
  }

  recall(event, step) {
    event.preventDefault();
    this.recalled = (this.recalled ?? this.sent.length) + step;
    this.fill(this.sent[this.recalled] ?? "");
    this.suggestions.close();
  }

  remember(line) {
    if (this.sent.at(-1) !== line) this.sent.push(line);
    this.sent = this.sent.slice(-REMEMBERED);
    this.recalled = undefined;
  }

  setSending(unanswered) {
    this.unanswered = unanswered;
    byId("send").classList.toggle("busy", unanswered > 0);
    byId("send").setAttribute("aria-label", unanswered ? "Sending" : "Send");
    this.grow();
  }

  grow() {
    const isChanging = this.attachments?.files.length || this.reply?.isOpen;
    this.line.placeholder = isChanging ? PICTURES_PLACEHOLDER : this.placeholder;
    this.line.style.height = "auto";
    this.line.style.height = `${this.line.scrollHeight}px`;
    byId("send").disabled = !this.line.value.trim();
    this.controls?.show(this.reply.isOpen);
    this.price?.refresh(false);
    this.showChips();
  }

  // Below the box, what can be put in with one touch: commands first, then the options of the command that is typed.
  showChips() {
    const text = this.line.value;
    const command = commandOf(text, this.commands);
    const chips = command
      ? openOptions(text, command).filter((option) => !option.is_prominent).map((option) => ({ label: option.name, title: option.summary, insert: `--${option.name} ` }))
      : text.trim()
        ? []
        : this.commands.map((each) => ({ label: `/${each.name}`, title: each.summary, insert: `/${each.name} ` }));
    const now = JSON.stringify(chips);
    if (now === this.shownChips) return;
    this.shownChips = now;
    byId("chips").replaceChildren(...chips.map((chip) => this.chip(chip)));
  }

  chip({ label, title, insert }) {
    const button = el("button", { type: "button", class: "chip", title }, label);
    button.addEventListener("click", () => {
      const text = this.line.value;
      const gap = text && !/\s$/.test(text) ? " " : "";
      this.fill(text + gap + insert);
      this.suggestions.refresh();
    });
    return button;
  }
}
