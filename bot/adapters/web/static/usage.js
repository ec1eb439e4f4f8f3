// The page of usage: charts by day, and who and what it comes from.

import { ask } from "./api.js";
import { dayChart } from "./chart.js";
import { byId, el } from "./dom.js";

const MICRO = 1_000_000;
const money = new Intl.NumberFormat([], { style: "currency", currency: "USD" });
const pence = new Intl.NumberFormat([], { style: "currency", currency: "USD", maximumFractionDigits: 4 });
const dollars = (microusd) => (microusd && microusd < 10_000 ? pence : money).format(microusd / MICRO);
const pictures = (count) => `${count.toLocaleString()} ${count === 1 ? "picture" : "pictures"}`;
// A day is one of the place's calendar, so no zone moves it.
const dayName = (day, options) => new Date(`${day}T00:00`).toLocaleDateString([], options);
const short = (day) => dayName(day, { day: "numeric", month: "short" });
const long = (day) => dayName(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

let shown = null;
let asked = 0;

async function look(days) {
  const mine = ++asked;
  for (const button of document.querySelectorAll("[data-days]")) button.setAttribute("aria-pressed", String(button.dataset.days === days));
  byId("said").textContent = "Looking…";
  try {
    const report = await ask(`api/usage?days=${days}`);
    if (mine !== asked) return;
    shown = report;
    byId("table").href = `api/usage.csv?days=${days}`;
    byId("table").hidden = false;
    draw();
  } catch (problem) {
    if (mine !== asked) return;
    byId("said").textContent = problem.message;
    byId("charts").replaceChildren();
  }
}

function draw() {
  const { first, last, pictures: count, microusd, estimated, head_count: heads, days, models, people } = shown;
  const guess = estimated ? ` ${dollars(estimated)} of that is an estimate.` : "";
  byId("said").textContent = `${short(first)} to ${short(last)}: ${pictures(count)} by ${heads} ${heads === 1 ? "person" : "people"}, for ${dollars(microusd)}.${guess}`;
  if (!days.some((day) => day.microusd || day.pictures.some(Boolean))) return byId("charts").replaceChildren(el("p", { class: "nothing" }, "Nothing was drawn."));
  const width = byId("charts").clientWidth;
  const sumOf = (day) => day.pictures.reduce((sum, one) => sum + one, 0);
  const drawn = dayChart({
    days: days.map((day) => ({ label: short(day.day), parts: day.pictures, said: [long(day.day), ...models.map(({ name }, index) => [name, day.pictures[index]]).filter(([, one]) => one).map(([name, one]) => `${name}: ${pictures(one)}`)].join("\n") })),
    width,
    label: `Pictures a day: ${peak(days, sumOf, pictures)}`,
    format: (value) => (Number.isInteger(value) ? value.toLocaleString() : ""),
  });
  const spent = dayChart({
    days: days.map((day) => ({ label: short(day.day), parts: [day.microusd], said: `${long(day.day)}\n${dollars(day.microusd)}${day.estimated ? ", partly an estimate" : ""}` })),
    width,
    label: `Cost a day: ${peak(days, (day) => day.microusd, dollars)}`,
    format: dollars,
  });
  byId("charts").replaceChildren(
    part("Pictures a day", legend(models), drawn),
    part("Cost a day", spent),
    part("People", shares(people)),
    part("Models", shares(models)),
    daysTable(days, sumOf),
  );
}

function peak(days, valueOf, say) {
  const most = days.reduce((one, other) => (valueOf(other) > valueOf(one) ? other : one));
  return `most on ${long(most.day)}, ${say(valueOf(most))}.`;
}

function part(title, ...inside) {
  return el("section", {}, el("h2", {}, title), ...inside);
}

function legend(models) {
  const entries = models.map(({ name }, index) => el("li", {}, el("span", { class: `key series-${index}`, "aria-hidden": "true" }), el("bdi", {}, name)));
  return el("ul", { class: "legend" }, ...entries);
}

// People are called by name; their ids, which commands take, stand below.
function shares(all) {
  const most = Math.max(1, ...all.map(({ pictures: count }) => count));
  const rows = all.map(({ id, name, pictures: count, microusd, estimated }) => {
    const bar = el("div", { class: "bar-fill", "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * count) / most}%`);
    const beside = id && id !== name ? el("small", {}, id) : "";
    return el("li", {}, el("span", { class: "who" }, el("bdi", {}, name), beside), el("span", { class: "much" }, `${pictures(count)} · ${dollars(microusd)}${estimated ? " (partly an estimate)" : ""}`), bar);
  });
  return el("ol", { class: "shares" }, ...rows);
}

function daysTable(days, sumOf) {
  const cells = (day) => [el("th", { scope: "row" }, long(day.day)), el("td", {}, sumOf(day).toLocaleString()), el("td", {}, dollars(day.microusd))];
  const head = el("tr", {}, ...["Day", "Pictures", "Cost"].map((name) => el("th", { scope: "col" }, name)));
  const rows = days.filter((day) => day.microusd || sumOf(day)).map((day) => el("tr", {}, ...cells(day)));
  return el("details", {}, el("summary", {}, "The days as a table"), el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

for (const button of document.querySelectorAll("[data-days]")) button.addEventListener("click", () => look(button.dataset.days));
let width = 0;
new ResizeObserver(([{ contentRect }]) => {
  if (shown && Math.round(contentRect.width) !== width) draw();
  width = Math.round(contentRect.width);
}).observe(byId("charts"));
look("30");
