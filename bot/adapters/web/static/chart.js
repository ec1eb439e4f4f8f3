// Bars by day as inline SVG. No page in here: numbers in, an element out. What it shows is in its label and in a table too.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 200;
const LEFT = 48;
const BOTTOM = 24;
const TOP = 8;
const MOST_TICKS = 4;

// `days` are { label, parts, said }: parts are stacked in their order, `said` is what a bar tells when it is pointed at.
export function dayChart({ days, width, label, format }) {
  const tops = days.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const ticks = ticksFor(Math.max(...tops));
  const top = ticks.at(-1);
  const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / top;
  const step = (width - LEFT) / days.length;
  const bar = Math.max(1, Math.min(step * 0.72, 44));
  const lines = ticks.flatMap((value) => [
    shape("line", { class: "grid", x1: LEFT, x2: width, y1: y(value), y2: y(value) }),
    text(format(value), { class: "tick", x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }),
  ]);
  const bars = days.map(({ parts, said }, index) => {
    let below = 0;
    const x = LEFT + step * index + (step - bar) / 2;
    const stacked = parts.map((part, series) => {
      const from = y(below);
      below += part;
      return part ? shape("rect", { class: `series-${series}`, x, width: bar, y: y(below), height: Math.max(0.5, from - y(below)) }) : null;
    });
    // The whole column tells, since a bar of one picture is hard to hit.
    const target = shape("rect", { class: "target", x: LEFT + step * index, width: step, y: TOP, height: HEIGHT - BOTTOM - TOP });
    return shape("g", {}, text(said, {}, "title"), ...stacked.filter(Boolean), target);
  });
  const every = Math.max(1, Math.ceil((days.length * 64) / (width - LEFT)));
  const names = days.map(({ label: name }, index) => (index % every ? null : text(name, { class: "tick", x: LEFT + step * (index + 0.5), y: HEIGHT - 6, "text-anchor": "middle" })));
  return shape("svg", { class: "chart", role: "img", "aria-label": label, width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` }, ...lines, ...bars, ...names.filter(Boolean));
}

// Round numbers from 0 to what is at least the largest.
export function ticksFor(largest) {
  const rough = Math.max(largest, 1e-9) / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  return Array.from({ length: Math.max(1, Math.ceil(largest / step)) + 1 }, (_, index) => index * step);
}

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, typeof value === "number" ? Math.round(value * 100) / 100 : value);
  element.append(...children);
  return element;
}

function text(words, attributes, tag = "text") {
  const element = shape(tag, attributes);
  element.textContent = words;
  return element;
}
