// Talking to the studio: reading the channel, making calls.

// `isAway` says that nobody knows whether it arrived.
export class Problem extends Error {
  constructor(sentence, isAway = false) {
    super(sentence);
    this.isAway = isAway;
  }
}

const UNREACHABLE = "easel cannot be reached right now. Please try again; it counts only once.";

// Where the start page is, from wherever this page is: a proxy may have put something before it.
export const ROOT = new URL("../../", import.meta.url);

// What stands in front of easel, or easel itself, says that it cannot answer now.
const AWAY = new Set([502, 503, 504]);

export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(new URL(address, ROOT), { credentials: "same-origin", ...options });
  } catch {
    throw new Problem(UNREACHABLE, true);
  }
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  const isAway = AWAY.has(response.status);
  if (typeof problem.detail === "string") throw new Problem(problem.detail, isAway);
  throw new Problem(UNREACHABLE, isAway);
}

export const readChannel = () => ask("api/channel");
export const readPrice = (options) => ask(`api/price?${new URLSearchParams(options)}`);
export const readCommands = () => ask("api/commands");
export function readMessages(view, before) {
  const query = new URLSearchParams({ view, ...(before ? { before } : {}) });
  return ask(`api/messages?${query}`);
}

export function listCases(state, after) {
  return ask(`api/moderation/cases?${new URLSearchParams({ state, ...(after ? { after } : {}) })}`);
}

export const asJson = (fields) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields) });

export const openModeration = (code) => ask("api/moderation/session", asJson({ code }));
export const closeModeration = () => ask("api/moderation/session", { method: "DELETE" });
export const sendModeration = (command, options, key) => ask("api/moderation/calls", asJson({ command, options, key }));

export const openPart = (code) => ask("api/part/session", asJson({ code }));

export function sendPart(code, words, mask) {
  const body = new FormData();
  body.append("code", code);
  body.append("words", words);
  body.append("mask", mask, "mask.png");
  return ask("api/part/wishes", { method: "POST", headers: { "X-Easel-Page": "1" }, body });
}

function asForm(fields, pictures) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  for (const picture of pictures) body.append("picture", picture, picture.name);
  return { method: "POST", headers: { "X-Easel-Page": "1" }, body };
}

// One call. The key makes a repeat of it the same call, so that nothing is drawn or counted twice.
export async function makeCall(fields, key, pictures = []) {
  const options = pictures.length ? asForm({ ...fields, key }, pictures) : asJson({ ...fields, key });
  try {
    return await ask("api/calls", options);
  } catch (problem) {
    if (problem.message !== UNREACHABLE) throw problem;
  }
  await new Promise((resolve) => setTimeout(resolve, 800));
  return ask("api/calls", options);
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
