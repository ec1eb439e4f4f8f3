// What could be typed next, from the declarations of the commands. No page in here: words in, suggestions out.

const FLAG = /^(?:--|[—–])([A-Za-z][\w-]*)?$/;
const FLAG_WITH_VALUE = /^(?:--|[—–])([A-Za-z][\w-]*)=(.*)$/s;
const MOST_NUMBERS = 10;

// Gives { items, hint }. An item replaces the text from `from` to the caret by `insert`. `names` are those of people here.
export function suggest(text, caret, commands, names = []) {
  const before = text.slice(0, caret);
  const typing = /^\s*\/([\w-]*(?: [\w-]*)?)$/.exec(before);
  const items = typing ? commandItems(before, typing[1].toLowerCase(), commands) : [];
  if (items.length) return { items, hint: "" };
  const command = commandOf(before, commands);
  return command ? optionItems(before, text, command, names) : { items: [], hint: "" };
}

export function commandOf(text, commands) {
  if (text.trim() && !text.trimStart().startsWith("/")) return plainTaker(commands);
  const [, first, second] = /^\s*\/([A-Za-z][\w-]*)(?:\s+([\w-]+))?(?=\s|$)/.exec(text) ?? [];
  const named = (name) => commands.find((command) => command.name === name.toLowerCase());
  return first && ((second && named(`${first} ${second}`)) || named(first));
}

// The options that the line gives: name to { value, from, to }.
export function givenOptions(text) {
  const flags = text.matchAll(/(?<=^|\s)(?:--|[—–])([A-Za-z][\w-]*)(?:=|\s+)((?:"[^"]*"|(?!--)\S)+)/g);
  return new Map(Array.from(flags, ({ 1: name, 2: value, index, 0: whole }) => [name.toLowerCase(), { value: value.replace(/^"|"$/g, ""), from: index, to: index + whole.length }]));
}

// Whether a value that is being typed could be one that the option takes.
export function isPlausible(option, value) {
  const values = valuesOf(option);
  return !values.length || values.includes(value.toLowerCase());
}

// Whether a line is the name of a command and nothing else, with or without its slash.
export function isWholeCommand(line, commands) {
  const words = line.trim().replace(/^\//, "").toLowerCase();
  return commands.some(({ name }) => name === words || name.split(" ")[0] === words);
}

// The options that are not in the line yet; the first text option is what one simply types.
export function openOptions(text, command) {
  const words = command.options.find((option) => option.kind === "text");
  const given = new Set(Array.from(text.matchAll(/(?:--|[—–])([A-Za-z][\w-]*)/g), (match) => match[1].toLowerCase()));
  return command.options.filter((option) => option !== words && !given.has(option.name));
}

function commandItems(before, typed, commands) {
  const from = before.indexOf("/");
  const known = commands.filter((command) => command.name.startsWith(typed));
  return known.map((command) => ({
    label: `/${command.name}`,
    detail: command.summary,
    from,
    insert: `/${command.name} `,
    isWhole: command.name === typed && !command.options.some((option) => option.is_required),
  }));
}

// The command that words without one are meant for.
export function plainTaker(commands) {
  return commands.find((command) => command.takes_plain_words);
}

function optionItems(before, text, command, names) {
  const [last] = /\S*$/.exec(before);
  const from = before.length - last.length;
  if (last.startsWith("@") && command.options.some((option) => option.kind === "person")) return { items: nameItems(names, last, from), hint: "" };
  const joined = FLAG_WITH_VALUE.exec(last);
  if (joined) return valueItems(optionOf(command, joined[1]), joined[2], before.length - joined[2].length, names);
  const flag = last === "-" ? ["-", ""] : FLAG.exec(last);
  if (flag) return { items: flagItems(text, command, (flag[1] ?? "").toLowerCase(), from), hint: "" };
  const previous = FLAG.exec(/(\S*)\s+\S*$/.exec(before)?.[1] ?? "");
  return previous?.[1] ? valueItems(optionOf(command, previous[1]), last, from, names) : { items: [], hint: "" };
}

function optionOf(command, name) {
  return command.options.find((option) => option.name === name.toLowerCase());
}

function flagItems(text, command, typed, from) {
  const rest = text.slice(0, from) + text.slice(from).replace(/^\S+/, "");
  const open = openOptions(rest, command).filter((option) => option.name.startsWith(typed));
  return open.map((option) => ({
    label: `--${option.name}`,
    detail: option.default ? `${option.summary} · usually ${option.default}` : option.summary,
    from,
    insert: `--${option.name} `,
  }));
}

function nameItems(names, typed, from) {
  const word = typed.replace(/^@/, "").toLowerCase();
  return names
    .filter((name) => name.toLowerCase().startsWith(word))
    .map((name) => ({ label: name, detail: "Has pictures here", from, insert: `"${name}" ` }));
}

function valueItems(option, typed, from, names) {
  if (!option) return { items: [], hint: "" };
  if (option.kind === "person") return { items: nameItems(names, typed, from), hint: option.summary };
  const values = valuesOf(option);
  const word = typed.toLowerCase();
  if (values.includes(word)) return { items: [], hint: "" };
  const items = values
    .filter((value) => value.startsWith(word))
    .map((value) => ({
      label: value,
      detail: value === option.default ? `${option.summary} · as usual` : option.summary,
      from,
      insert: `${value} `,
    }));
  return { items, hint: items.length ? "" : option.summary };
}

export function valuesOf(option) {
  if (option.kind === "choice") return option.choices;
  if (option.kind !== "number" || option.most - option.least >= MOST_NUMBERS) return [];
  return Array.from({ length: option.most - option.least + 1 }, (_, index) => String(option.least + index));
}
