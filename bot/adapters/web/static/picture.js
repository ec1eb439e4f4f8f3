// Pictures in a message: the canvas while one is being drawn, the finished ones, and the large view.

import { byId, el, icon } from "./dom.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const COPY_EDGES = [512, 1024];
// Browsers that know `auto` take the width that a picture is shown at; others, the widest that it can have.
const SIZES = "auto, (max-width: 760px) calc(100vw - 40px), 660px";

// What stands in for a picture that is not finished: an empty canvas, then its newest preview.
export class Canvas {
  // `size` is that of the picture to come, where it is known.
  constructor(size) {
    this.image = el("img", { alt: "Unfinished picture", hidden: true });
    this.element = el("div", { class: "canvas" }, this.image);
    this.link = null;
    if (!size) return;
    this.element.style.setProperty("--ratio", size[0] / size[1]);
    this.element.style.setProperty("--width", `${size[0]}px`);
    this.element.classList.add("shaped");
  }

  show(preview, tone) {
    this.element.dataset.tone = tone;
    if (!preview || preview === this.link) return;
    this.link = preview;
    const next = new Image();
    next.src = preview;
    // Swapped when it is ready to be shown, so that the canvas never blinks.
    next.decode().then(() => this.swap(preview, next), () => {});
  }

  swap(preview, next) {
    if (preview !== this.link) return;
    this.image.style.setProperty("--ratio", next.naturalWidth / next.naturalHeight);
    this.image.src = preview;
    this.image.hidden = false;
    this.element.classList.add("has-preview");
  }
}

// What is sensitive is blurred until somebody opens it; what `isMine` has a page of its own. `menuFor(picture, number)` gives what can be done with one of several, if anything.
export function exhibits(pictures, isSensitive = false, menuFor = () => null) {
  if (!pictures.length) return [];
  const shown = pictures.map((picture) => ({ ...picture, link: ownLink(picture.link) }));
  const figures = shown.map((picture, index) => figure(picture, () => openLightbox(shown, index), isSensitive));
  if (shown.length > 1) figures.forEach((one, index) => one.append(menuFor(pictures[index], index + 1) ?? ""));
  const whole = el("div", { class: "pictures", "data-count": Math.min(shown.length, 5) }, ...figures);
  whole.style.setProperty("--ratio", shown[0].width / shown[0].height);
  return [whole];
}

// Stored links may name another host of the same server: its own path always works.
export function ownLink(link) {
  const address = new URL(link, location.href);
  const own = /\/(p\/[\w-]+\.\w+)$/.exec(address.pathname);
  if (own) return own[1];
  return address.protocol === "https:" || address.protocol === "http:" ? address.href : "";
}

function figure(picture, open, isSensitive) {
  const { link, alt, width, height } = picture;
  const image = el("img", { alt, width, height, decoding: "async", loading: "lazy", sizes: SIZES, srcset: copiesOf(picture), src: link });
  const frame = el("button", { type: "button", class: "frame", "aria-label": `Open larger: ${alt}` }, image);
  const save = el("a", { class: "round save", href: downloadLink(link), download: "", "aria-label": "Download", title: "Download" }, icon("download"));
  const whole = el("figure", {}, frame, save);
  frame.style.setProperty("--ratio", width / height);
  frame.style.setProperty("--width", `${width}px`);
  if (isSensitive) veil(frame, `Show the picture: ${alt}`);
  frame.addEventListener("click", () => (frame.classList.contains("veiled") ? unveil(frame, `Open larger: ${alt}`) : open()));
  new Retrying(image, link, {
    onLate: () => frame.classList.add("late"),
    onLoad: () => frame.classList.remove("late"),
    onGone: () => whole.replaceChildren(el("p", { class: "taken-down" }, "This picture is not there any more.")),
  });
  return whole;
}

function veil(frame, label) {
  frame.classList.add("veiled");
  frame.setAttribute("aria-label", label);
}

function unveil(frame, label) {
  frame.classList.remove("veiled");
  frame.setAttribute("aria-label", label);
}

// The copies of a picture of ours for the browser to choose from, and the picture itself where it is smaller than the largest copy.
function copiesOf({ link, width, height }) {
  const long = Math.max(width, height);
  const edges = COPY_EDGES.filter((edge) => edge <= long);
  if (!link.startsWith("p/") || !edges.length) return null;
  const copies = edges.map((edge) => `${link}?edge=${edge} ${Math.round((width * edge) / long)}w`);
  if (edges.length < COPY_EDGES.length) copies.push(`${link} ${width}w`);
  return copies.join(", ");
}

// Loads a picture again that did not load, more and more slowly, and at once when the network is back. Only the server's word
// that it is gone ends that.
class Retrying {
  constructor(image, link, { onLate, onLoad, onGone }) {
    Object.assign(this, { image, link, onLate, onLoad, onGone, pause: FIRST_PAUSE });
    this.again = () => this.load();
    image.addEventListener("error", () => this.onError());
    image.addEventListener("load", () => this.stop(onLoad));
  }

  async onError() {
    this.onLate();
    if (await isGone(this.link)) return this.stop(this.onGone);
    clearTimeout(this.timer);
    this.timer = setTimeout(this.again, this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    addEventListener("online", this.again);
  }

  load() {
    clearTimeout(this.timer);
    if (!this.image.isConnected) return this.stop(() => {});
    // The picture itself is there even where a copy of it cannot be made.
    this.image.removeAttribute("srcset");
    this.image.src = this.link;
  }

  stop(then) {
    clearTimeout(this.timer);
    removeEventListener("online", this.again);
    this.pause = FIRST_PAUSE;
    then();
  }
}

// Whether the server says that there is no such picture any more.
async function isGone(link) {
  if (new URL(link, location.href).origin !== location.origin) return false;
  const answer = await fetch(link, { method: "HEAD", cache: "no-store", redirect: "manual" }).catch(() => null);
  return answer !== null && (answer.status === 404 || answer.status === 410);
}

function downloadLink(link) {
  return link.startsWith("p/") ? `${link}?download` : link;
}

let pictures = [];
let current = 0;

function openLightbox(shown, index) {
  pictures = shown;
  turnTo(index);
  byId("lightbox").showModal();
  history.pushState({ isLarge: true }, "");
}

function turnTo(index) {
  current = (index + pictures.length) % pictures.length;
  const { link, alt, width, height, isMine } = pictures[current];
  const large = byId("large");
  large.src = link;
  large.alt = alt;
  large.width = width;
  large.height = height;
  byId("caption").textContent = alt;
  byId("save").href = downloadLink(link);
  const own = isMine ? /^p\/([\w-]+)\.\w+$/.exec(link) : null;
  const about = byId("about"); // moderators' pages have none
  if (about) about.hidden = !own;
  if (own) about?.setAttribute("href", `./i/${own[1]}`);
  document.querySelector(".turn").hidden = pictures.length < 2;
}

export function readyLightbox() {
  const lightbox = byId("lightbox");
  for (const name of ["previous", "next", "close"]) byId(name).append(icon(name));
  byId("save").append(icon("download"));
  byId("about")?.append(icon("about"));
  byId("save").setAttribute("download", "");
  byId("close").addEventListener("click", () => lightbox.close());
  byId("previous").addEventListener("click", () => turnTo(current - 1));
  byId("next").addEventListener("click", () => turnTo(current + 1));
  byId("stage").addEventListener("click", () => lightbox.close());
  // Going back closes the picture; closing it goes back, so that no empty step is left behind.
  if (history.state?.isLarge) history.replaceState(null, "");
  addEventListener("popstate", () => lightbox.close());
  lightbox.addEventListener("close", () => {
    byId("large").removeAttribute("src");
    if (history.state?.isLarge) history.back();
  });
  lightbox.addEventListener("keydown", (event) => {
    if (pictures.length < 2) return;
    if (event.key === "ArrowLeft") turnTo(current - 1);
    if (event.key === "ArrowRight") turnTo(current + 1);
  });
}
