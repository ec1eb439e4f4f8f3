// A form of a command, drawn above the page from what the studio says of it.

import { byId, el } from "./dom.js";

// `send(command, options, tell)` gives how it went; `tell(note)` says what is wrong while the form stays open.
export function openForm(form, send) {
  const dialog = byId("form");
  const trouble = el("p", { class: "trouble", role: "alert" });
  const sendButton = el("button", { class: "go" }, "Go");
  const cancel = el("button", { type: "button", class: "later", onclick: () => dialog.close() }, "Never mind");
  const fields = form.fields.map(field);
  const sheet = el(
    "form",
    { novalidate: true },
    el("h2", { id: "form-title", dir: "auto" }, form.title),
    ...fields.map(({ row }) => row),
    trouble,
    el("div", { class: "row" }, cancel, sendButton),
  );
  sheet.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = fields.find(({ control }) => control.required && !control.value.trim());
    if (empty) {
      trouble.textContent = `Please fill in: ${empty.label}.`;
      return empty.control.focus();
    }
    if (sendButton.getAttribute("aria-disabled") === "true") return;
    sendButton.setAttribute("aria-disabled", "true");
    trouble.textContent = "";
    const filled = Object.fromEntries(fields.map(({ name, control }) => [name, control.value]));
    const outcome = await send(form.command, { ...form.hidden, ...filled }, (note) => (trouble.textContent = note.text));
    sendButton.removeAttribute("aria-disabled");
    if (outcome === "done" && dialog.contains(sheet)) dialog.close();
  });
  dialog.replaceChildren(sheet);
  if (!dialog.open) dialog.showModal();
  fields[0]?.control.focus();
}

function field({ name, label, hint, value, usual, longest, is_required, is_long, choices }, index) {
  const id = `field-${index}`;
  const described = hint ? `${id}-hint` : null;
  const common = { id, required: is_required, "aria-describedby": described };
  const free = { ...common, maxlength: longest, placeholder: usual ? `usually ${usual}` : null, dir: "auto", autocomplete: "off" };
  const control = choices.length ? select(common, choices, value, is_required) : is_long ? el("textarea", { ...free, rows: longest > 1000 ? 5 : 2 }) : el("input", { ...free, type: "text" });
  if (!choices.length) control.value = value;
  const mark = is_required ? "" : el("span", { class: "optional" }, " (optional)");
  const row = el("div", { class: "field" }, el("label", { for: id }, label, mark), control, hint ? el("p", { id: described, class: "help" }, hint) : "");
  return { name, label, control, row };
}

function select(attributes, choices, value, isRequired) {
  const none = isRequired ? [] : [el("option", { value: "" }, "–")];
  const options = choices.map((choice) => el("option", { value: choice, selected: choice === value }, choice));
  return el("select", attributes, ...none, ...options);
}
