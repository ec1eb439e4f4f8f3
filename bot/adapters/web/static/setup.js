// The page on which the owner sets the house up. A key that is typed here is tried by the server, and kept nowhere.

import { ask, asJson, makeCall, newKey } from "./api.js";
import { byId, el } from "./dom.js";

const MARKS = { ok: "✓", note: "!", wrong: "✗" };

async function describe() {
  const { is_owner: isOwner, is_offline: isOffline, takes_key: takesKey, draws, platforms } = await ask("api/setup");
  byId("claim").hidden = isOwner;
  byId("steps").hidden = !isOwner;
  byId("said").textContent = isOwner ? (isOffline ? "Four steps, and pictures are drawn by a model." : "This is how it is set up.") : "This page is for who owns this easel.";
  if (!isOwner) return;
  byId("key-form").hidden = !takesKey;
  byId("key-open").hidden = takesKey;
  byId("draws").textContent = draws;
  for (const [name, isSet] of Object.entries(platforms)) byId(name).textContent = isSet ? "is set up" : "is not set up";
}

// While an answer is awaited the button stays where it is, so that the keyboard does.
function onSubmit(form, told, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    await busy(button, told, act);
  });
}

async function busy(button, told, act) {
  button.setAttribute("aria-disabled", "true");
  told.textContent = "One moment…";
  try {
    told.replaceChildren(...(await act()));
  } catch (problem) {
    told.replaceChildren(el("p", { class: "wrong" }, problem.message));
  }
  button.removeAttribute("aria-disabled");
}

function findingsList(findings) {
  const items = findings.map(({ subject, health, text, mend }) => el("li", { class: health }, el("b", {}, `${MARKS[health] ?? ""} ${subject} `), text, mend ? el("span", { class: "soft" }, ` ${mend}`) : ""));
  return el("ul", { class: "findings" }, ...items);
}

// What a call told this person, with the buttons that go on from there.
function notesOf({ notes }, told) {
  return notes.flatMap(({ text, tone, buttons }) => [el("p", { class: tone === "refused" || tone === "failed" ? "wrong" : "ok", dir: "auto" }, text), ...buttons.map((button) => pressable(button, told))]);
}

function pressable({ label, action }, told) {
  const button = el("button", { type: "button", class: "quiet" }, label);
  button.addEventListener("click", () =>
    busy(button, told, async () => {
      const answer = await makeCall({ action }, newKey());
      await describe();
      return notesOf(answer, told);
    }),
  );
  return button;
}

function offerLine(key, isGood) {
  byId("key-line").hidden = !isGood;
  byId("key-shown").textContent = `${key.slice(0, 3)}…`;
  // Browsers copy on this machine and by https only.
  byId("copy").hidden = !navigator.clipboard;
  byId("copy").onclick = async () => {
    await navigator.clipboard.writeText(`[openai]\napi_key = ${JSON.stringify(key)}\n`);
    byId("copy").textContent = "Copied";
  };
}

onSubmit(byId("claim-form"), byId("claim-told"), async () => {
  const code = byId("code").value.trim();
  const answer = await makeCall({ line: code.startsWith("/") ? code : `/link ${code}` }, newKey());
  await describe();
  return notesOf(answer, byId("claim-told"));
});

onSubmit(byId("key-form"), byId("key-told"), async () => {
  const key = byId("key").value.trim();
  byId("key-line").hidden = true;
  const { findings } = await ask("api/setup/key", asJson({ key }));
  byId("key").value = "";
  offerLine(key, findings.every(({ health }) => health !== "wrong"));
  return [findingsList(findings)];
});

onSubmit(byId("budget-form"), byId("budget-told"), async () => {
  const options = { period: byId("period").value, amount: byId("amount").value };
  return notesOf(await makeCall({ command: "budget set", options }, newKey()), byId("budget-told"));
});

byId("check").addEventListener("click", () =>
  busy(byId("check"), byId("check-told"), async () => [findingsList((await ask("api/setup/checks", { method: "POST" })).findings)]),
);
describe().catch((problem) => (byId("said").textContent = problem.message));
