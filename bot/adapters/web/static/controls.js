// What is chosen most often, as controls beside the box: drawn from the commands' declarations, and one with what is typed there.

import { commandOf, givenOptions, isPlausible, isWholeCommand, plainTaker, valuesOf } from "./completion.js";
import { byId, el } from "./dom.js";

export class Controls {
  // `box` is the text box; `replace(line)` puts a line into it in the place of another, `onChange()` is called when something is chosen.
  constructor(box, replace, onChange) {
    Object.assign(this, { box, replace, onChange, commands: [], chosen: {}, template: null });
    this.bar = byId("controls");
  }

  know(commands, language) {
    this.language = language;
    this.commands = commands;
    // The form of a command that needs no more than a name to begin with is a choice beside the box too.
    this.template = commands.find((command) => command.options.some((option) => option.is_prominent && option.is_required && option.choices.length));
    this.show();
  }

  // The command that the line gives, if it has controls. `isReply` says that words are about a picture, which takes none.
  command(isReply) {
    const command = isReply && !this.box.value.trimStart().startsWith("/") ? null : commandOf(this.box.value, this.commands) ?? (this.box.value.trim() ? null : plainTaker(this.commands));
    return command?.options.some((option) => option.is_prominent) ? command : null;
  }

  show(isReply = false) {
    const command = this.command(isReply);
    const shown = command ? command.options.filter((option) => option.is_prominent && valuesOf(option).length) : [];
    const hasTemplates = this.template && command === plainTaker(this.commands);
    this.bar.hidden = !shown.length;
    const now = JSON.stringify([command?.name, hasTemplates, shown]);
    if (now !== this.built) {
      this.built = now;
      const templates = hasTemplates ? [this.templates()] : [];
      this.bar.replaceChildren(...shown.filter((option) => option !== this.templateName()).map((option) => this.control(option)), ...templates);
    }
    const typed = givenOptions(this.box.value);
    for (const select of this.bar.querySelectorAll("select[name]")) {
      const value = typed.get(select.name)?.value.toLowerCase() ?? this.chosen[select.name] ?? "";
      const usual = select.options[0].value;
      select.value = [...select.options].some((option) => option.value === value) ? value : usual;
      select.classList.toggle("set", select.value !== usual);
    }
  }

  templateName() {
    return this.template?.options.find((option) => option.is_prominent && option.is_required);
  }

  // What is as usual has no value, unless the declaration names it.
  control(option) {
    const values = valuesOf(option);
    const usual = option.default === null ? [el("option", { value: "" }, "usual")] : [];
    const ordered = option.default === null ? values : [option.default, ...values.filter((value) => value !== option.default)];
    const select = el("select", { name: option.name, title: option.summary }, ...usual, ...ordered.map((value) => el("option", { value }, value)));
    select.addEventListener("change", () => this.choose(option, select.value));
    return el("label", { class: "control" }, el("span", { lang: this.language }, option.label), select);
  }

  templates() {
    const option = this.templateName();
    const select = el("select", { title: this.template.summary }, el("option", { value: "" }, "none"), ...valuesOf(option).map((value) => el("option", { value }, value)));
    // What was typed is not lost: the arrow up brings it back.
    select.addEventListener("change", () => select.value && this.replace(`/${this.template.name} ${/\s/.test(select.value) ? `"${select.value}"` : select.value} `));
    return el("label", { class: "control" }, el("span", {}, this.template.name.split(" ")[0]), select);
  }

  // What is typed in the line is changed there; anything else is kept for the next wishes too.
  choose(option, value) {
    const isUsual = value === (option.default ?? "");
    const typed = givenOptions(this.box.value).get(option.name);
    if (typed) {
      const { value: line } = this.box;
      const flag = isUsual ? "" : `--${option.name} ${value}`;
      this.box.value = `${line.slice(0, typed.from)}${flag}${line.slice(typed.to)}`.replace(isUsual ? / {2,}/g : /$^/, " ");
    } else if (!isUsual) this.chosen[option.name] = value;
    if (typed || isUsual) delete this.chosen[option.name];
    this.show();
    this.onChange();
  }

  // Gives the line as it is sent: with what was chosen and is not typed there.
  complete(line, isReply) {
    const command = this.command(isReply);
    if (!command || isWholeCommand(line, this.commands)) return line;
    const typed = givenOptions(line);
    // An exact size says the shape too.
    const isSaid = (name) => typed.has(name) || (name === "shape" && (typed.has("size") || typed.has("for")));
    const flags = Object.entries(this.chosen).filter(([name]) => !isSaid(name) && command.options.some((option) => option.is_prominent && option.name === name));
    return [line, ...flags.map(([name, value]) => `--${name} ${value}`)].join(" ");
  }

  // The options that say what the wish in the box counts for, or null where it asks for no picture of words alone.
  options() {
    return this.command(false) ? this.optionsOf(this.complete(this.box.value.trim() || "a", false)) : null;
  }

  // The same for a line as it is sent.
  optionsOf(line) {
    const command = commandOf(line, this.commands);
    if (!command || command !== plainTaker(this.commands)) return null;
    const given = givenOptions(line);
    const known = command.options.filter((option) => given.has(option.name) && isPlausible(option, given.get(option.name).value));
    return Object.fromEntries([["count", "1"], ...known.map((option) => [option.name, given.get(option.name).value])]);
  }
}
