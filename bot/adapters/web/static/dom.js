// Building elements. Words from outside only ever become text, never markup.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  send: "M12 19V5m0 0-6 6m6-6 6 6",
  close: "M6 6l12 12M18 6 6 18",
  picture: "M4 5.5h16v13H4ZM4 16l4.5-4.5 3.5 3.5 3-3 5 4.5M15.5 9v.1",
  download: "M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 20h14",
  about: "M12 11v6m0-9.2v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  fold: "M9 6l6 6-6 6",
  private: "M4 4l16 16M9.9 5.2A9.6 9.6 0 0 1 12 5c5 0 8.5 4.5 9.5 7a13 13 0 0 1-2.6 3.7M6.6 6.7A13.4 13.4 0 0 0 2.5 12c1 2.5 4.5 7 9.5 7 1.7 0 3.2-.5 4.5-1.2M10 10a2.8 2.8 0 0 0 4 4",
  press: "M9 11V5.5a1.5 1.5 0 0 1 3 0V10m0-.5a1.5 1.5 0 0 1 3 0V11m0-.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6h-1a6 6 0 0 1-5-2.6L4.3 15a1.5 1.5 0 0 1 2.4-1.7L9 15",
  refused: "M12 8v5m0 3.2v.1M12 3.5 2.8 19.5h18.4Z",
  failed: "M12 8v5m0 3.2v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  again: "M20 5v5h-5M4 19v-5h5M19.5 10A8 8 0 0 0 5.6 7.3M4.5 14a8 8 0 0 0 13.9 2.7",
  vary: "M4 7h3c5 0 5 10 10 10h3m0 0-3-3m3 3-3 3M4 17h3c1.6 0 2.7-1 3.5-2.3M13.5 9.3C14.3 8 15.4 7 17 7h3m0 0-3-3m3 3-3 3",
  back: "M9 7 4 12l5 5M4 12h16",
  forward: "m15 7 5 5-5 5M20 12H4",
  ask_edit: "M12 3v3m0 12v3M3 12h3m12 0h3M6 6l1.8 1.8M16.2 16.2 18 18M18 6l-1.8 1.8M7.8 16.2 6 18M12 9l1 2 2 1-2 1-1 2-1-2-2-1 2-1Z",
  reword: "M4 20h4L19 9l-4-4L4 16Zm9-13 4 4",
  delete: "M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3",
  undelete: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1",
  cancel: "M6 6l12 12M18 6 6 18",
  report: "M6 21V4m0 1h11l-2.5 4L17 13H6",
  safer: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6ZM9 12l2.2 2.2L15.5 10",
};

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function hasIcon(name) {
  return Object.hasOwn(PATHS, name);
}

export function byId(id) {
  return document.getElementById(id);
}

let announced = 0;

// Says something to those who listen to the page instead of looking at it.
export function announce(text) {
  const mine = ++announced;
  const announcer = byId("announcer");
  announcer.textContent = "";
  // An empty region first: the same sentence twice is said twice.
  setTimeout(() => {
    if (mine === announced) announcer.textContent = text;
  }, 60);
}
