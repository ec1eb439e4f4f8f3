// The list above the message box, where the keyboard stays in the box. A box of several lines may not call itself a combobox, so
// that a list is there is said aloud.

import { suggest } from "./completion.js";
import { announce, byId, el } from "./dom.js";

export class Suggestions {
  constructor(line, onChange) {
    this.line = line;
    this.onChange = onChange;
    this.commands = [];
    this.names = () => [];
    this.language = null;
    this.items = [];
    this.box = byId("suggestions");
    line.addEventListener("input", () => this.refresh());
    line.addEventListener("click", () => this.refresh());
    line.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return this.items.length > 0;
  }

  refresh() {
    const { value, selectionStart, selectionEnd } = this.line;
    const { items, hint } = selectionStart === selectionEnd ? suggest(value, selectionStart, this.commands, this.names()) : { items: [], hint: "" };
    this.items = items;
    this.hasMoved = false;
    this.box.replaceChildren(...items.map((item, index) => this.option(item, index)), ...(hint ? [el("p", { class: "hint" }, hint)] : []));
    if (items.length && this.box.hidden) announce("Suggestions below: arrows choose, Tab takes one.");
    this.box.hidden = !items.length && !hint;
    this.select(0);
  }

  close() {
    this.items = [];
    this.box.hidden = true;
    this.line.removeAttribute("aria-activedescendant");
  }

  // Gives true when the key was for the list.
  onKey(event) {
    if (event.key === "Escape" && !this.box.hidden) return this.take(event, () => this.close());
    if (!this.isOpen) return false;
    if (event.key === "ArrowDown") return this.take(event, () => this.move(1));
    if (event.key === "ArrowUp") return this.take(event, () => this.move(-1));
    if (event.key === "Tab" && !event.shiftKey) return this.take(event, () => this.accept(this.selected));
    const isSending = this.items[this.selected].isWhole && !this.hasMoved;
    if (event.key === "Enter" && !event.shiftKey && !isSending) return this.take(event, () => this.accept(this.selected));
    return false;
  }

  take(event, act) {
    event.preventDefault();
    act();
    return true;
  }

  move(step) {
    this.hasMoved = true;
    this.select((this.selected + step + this.items.length) % this.items.length);
  }

  select(index) {
    this.selected = index;
    if (!this.isOpen) return this.line.removeAttribute("aria-activedescendant");
    const options = [...this.box.querySelectorAll("[role=option]")];
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    options[index].scrollIntoView({ block: "nearest" });
    this.line.setAttribute("aria-activedescendant", options[index].id);
  }

  accept(index) {
    const { from, insert } = this.items[index];
    const caret = this.line.selectionStart;
    const rest = this.line.value.slice(caret).replace(/^\s+/, "");
    this.line.value = this.line.value.slice(0, from) + insert + rest;
    this.line.setSelectionRange(from + insert.length, from + insert.length);
    this.onChange();
    this.refresh();
  }

  option({ label, detail }, index) {
    const option = el("div", { role: "option", id: `suggestion-${index}`, class: "suggestion" });
    option.append(el("b", { dir: "auto" }, label), el("span", { lang: this.language }, detail));
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.accept(index));
    return option;
  }
}
