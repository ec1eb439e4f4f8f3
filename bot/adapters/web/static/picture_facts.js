// What there is to know of one picture, and what can be done with it.

import { ROOT, makeCall, newKey } from "./api.js";
import { el } from "./dom.js";
import { sharePicture, unsharePicture } from "./gallery_api.js";
import { copyOf } from "./tile.js";
import { addressOf } from "./view_address.js";

const COPIED = "Copied.";

// `actions` has star(picture), remove(picture), compare(pictures), openInstead(picture),
// and drawing(), which is told when something is on its way.
export function about(picture, facts, actions) {
  const said = el("p", { class: "said", role: "status" });
  const say = (...parts) => said.replaceChildren(...parts);
  return [
    el("h2", { class: "words", dir: "auto" }, facts.prompt || facts.words),
    facts.drawn_prompt ? el("details", {}, el("summary", {}, "Drawn as"), el("p", { dir: "auto" }, facts.drawn_prompt)) : "",
    doings(picture, facts, actions, say),
    said,
    settings(facts),
    row(picture, facts, actions),
  ].filter(Boolean);
}

function settings(facts) {
  const shown = [...facts.settings, ["drawn", new Date(facts.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })]];
  if (facts.cost) shown.push(["cost", facts.drawn_for_that > 1 ? `${facts.cost} for ${facts.drawn_for_that} pictures` : facts.cost]);
  const entries = shown.map(([name, value]) => el("div", {}, el("dt", {}, name[0].toUpperCase() + name.slice(1)), el("dd", { dir: "auto" }, value)));
  return el("dl", {}, ...entries);
}

// The row of changes that it stands in. What is somebody else's is seen there, and has no page here.
function row(picture, facts, actions) {
  if (!facts.row.length) return "";
  const steps = facts.row.map((step, number) => {
    const image = el("img", { src: copyOf(step), alt: "", width: 72, height: 72, loading: "lazy" });
    const label = `Step ${number + 1}: ${step.words}`;
    if (!step.is_own) return el("li", {}, el("span", { role: "img", "aria-label": label }, image));
    const link = el("a", { href: addressOf(step), "aria-label": label, title: step.words, "aria-current": step.id === picture.id ? "true" : null }, image);
    link.addEventListener("click", (event) => actions.openInstead(step, event));
    return el("li", {}, link);
  });
  const before = facts.row[facts.row.findIndex(({ id }) => id === picture.id) - 1];
  const compare = before?.is_own ? pill("Compare with the one before", () => actions.compare([before, picture])) : "";
  return el("section", {}, el("h3", {}, "How it came about"), el("ol", { class: "row-of-changes" }, ...steps), compare);
}

function doings(picture, facts, actions, say) {
  const star = el("button", { type: "button", class: "pill star-here" });
  const showStar = () => {
    star.textContent = picture.is_favourite ? "★ Favourite" : "☆ Favourite";
    star.setAttribute("aria-pressed", String(picture.is_favourite));
  };
  star.addEventListener("click", () => actions.star(picture).then(showStar));
  showStar();
  const words = facts.prompt ? pill("Copy words", () => copy(facts.prompt, say)) : "";
  const download = el("a", { class: "pill", href: new URL(`${facts.file}?download`, ROOT).href, download: "" }, "Download");
  const form = editForm(picture, actions, say);
  const edit = pill("Edit", () => {
    form.hidden = !form.hidden;
    edit.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.elements.words.focus();
  });
  edit.setAttribute("aria-expanded", "false");
  const vary = facts.prompt ? pill("Vary", (button) => draw({ action: `vary:${facts.job}` }, button, say, actions)) : "";
  const remove = pill("Delete", (button) => during(button, say, () => actions.remove(picture)));
  remove.classList.add("danger");
  return el("div", { class: "doings" }, star, download, words, ...shareButtons(picture, facts, say), vary, edit, remove, form);
}

function editForm(picture, actions, say) {
  const words = el("textarea", { name: "words", rows: "2", maxlength: "4000", dir: "auto", placeholder: "make it night", "aria-label": "What is to change about it" });
  const send = el("button", { type: "submit", class: "pill primary" }, "Draw the change");
  const form = el("form", { hidden: "", novalidate: "" }, words, send);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = words.value.trim();
    if (!line) return words.focus();
    if (await draw({ line, reply: picture.id }, send, say, actions)) words.value = "";
  });
  return form;
}

function shareButtons(picture, facts, say) {
  let address = facts.share;
  const stop = pill("Stop sharing", async (button) => {
    await during(button, say, async () => {
      await unsharePicture(picture.id);
      address = "";
      stop.hidden = true;
      say("Not shared any more: the link stopped working.");
    });
  });
  stop.hidden = !address;
  const share = pill("Copy share link", (button) =>
    during(button, say, async () => {
      const isNew = !address;
      if (isNew) ({ share: address } = await sharePicture(picture.id));
      stop.hidden = false;
      await copy(address, say, isNew ? "Copied: everybody with the link now sees the picture, without your words." : COPIED);
    }),
  );
  share.title = "Everybody with that link sees the picture";
  return [share, stop];
}

// Has something drawn, which is said in the channel as if it was asked for there; gives whether it was accepted.
async function draw(fields, button, say, actions) {
  let isAccepted = false;
  await during(button, say, async () => {
    const { answered, notes } = await makeCall(fields, newKey());
    isAccepted = Boolean(answered);
    if (isAccepted) actions.drawing();
    const watch = el("a", { href: ROOT.href }, "Watch it");
    say(...notes.map(({ text }) => `${text} `), ...(answered ? ["It is being drawn, and comes at the top of the gallery. ", watch] : []));
  });
  return isAccepted;
}

// One press is one act, however often it is pressed meanwhile.
async function during(button, say, act) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  say("…");
  try {
    await act();
  } catch (problem) {
    say(problem.message);
  }
  button.removeAttribute("aria-disabled");
}

// Where a page may not write to the clipboard, as by plain http, the text is there to be taken by hand.
async function copy(text, say, done = COPIED) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    const field = el("input", { type: "text", readonly: "", value: text, "aria-label": "Copy this" });
    say("Copy this: ", field);
    field.select();
  }
}

function pill(label, act) {
  const button = el("button", { type: "button", class: "pill" }, label);
  button.addEventListener("click", () => act(button));
  return button;
}
