// Pictures that go along with the line: chosen, dropped or pasted, and shown small until they are sent.

import { announce, byId, el, icon } from "./dom.js";

const MB = 1024 * 1024;
const LARGEST = 50 * MB;
const LARGEST_TOGETHER = 100 * MB;
const LARGEST_TEXT = 60_000;
const EDGE = 128;

export class Attachments {
  // `onChange()` is called when there are more or fewer, `tell(sentence)` when one cannot go along, and `onText(text)` with
  // what is in a text, such as a list of prompts: that goes into the box.
  constructor(onChange, tell, onText) {
    this.onChange = onChange;
    this.tell = tell;
    this.onText = onText;
    this.most = 0;
    this.files = [];
    this.list = byId("pictures");
    this.button = byId("attach");
    this.button.append(icon("picture"));
    const chooser = byId("files");
    this.button.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      this.add([...chooser.files]);
      chooser.value = "";
    });
    document.addEventListener("paste", (event) => this.onPaste(event));
    document.addEventListener("dragover", (event) => this.onDrag(event));
    document.addEventListener("dragleave", (event) => event.relatedTarget ?? showDropping(false));
    document.addEventListener("drop", (event) => this.onDrop(event));
  }

  // As many as the commands take that this person has.
  allow(most) {
    this.most = most;
    this.button.hidden = !most;
  }

  add(chosen) {
    const files = chosen.filter((file) => !isText(file));
    for (const file of chosen) if (isText(file)) this.read(file);
    const refused = files.map((file) => this.take(file)).filter(Boolean);
    this.show();
    if (refused.length) this.tell(refused[0]);
    else if (files.length) announce(`${namesOf(files)} added. ${this.summary()}`);
  }

  async read(file) {
    if (file.size > LARGEST_TEXT) return this.tell(`“${file.name}” is too long for this page: ${LARGEST_TEXT / 1000} KB are the most.`);
    try {
      this.onText(new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()));
      announce(`${file.name} is in the message box now.`);
    } catch {
      this.tell(`“${file.name}” is no UTF-8 text; please save it as UTF-8.`);
    }
  }

  // Gives the sentence why the file cannot go along, if it cannot.
  take(file) {
    if (!file.type.startsWith("image/")) return `“${file.name}” is no picture that can be used here; please take a PNG, JPEG, WebP or GIF.`;
    if (this.files.length >= this.most) return `There can be ${this.most} pictures at most, so “${file.name}” was left out.`;
    if (file.size > LARGEST) return `“${file.name}” is too large: a picture may have 50 MB.`;
    const together = this.files.reduce((sum, one) => sum + one.size, file.size);
    if (together > LARGEST_TOGETHER) return `Those pictures are too large together: 100 MB are the most, so “${file.name}” was left out.`;
    this.files.push(file);
    return null;
  }

  // Gives the pictures, and forgets them.
  empty() {
    const { files } = this;
    this.files = [];
    this.show();
    return files;
  }

  // Puts pictures back that were not drawn from, unless others have come meanwhile.
  restore(files) {
    if (this.files.length || !files.length) return;
    this.files = files;
    this.show();
  }

  remove(file) {
    const index = this.files.indexOf(file);
    this.files.splice(index, 1);
    this.show();
    const next = this.list.querySelectorAll("button")[Math.min(index, this.files.length - 1)];
    (next ?? this.button).focus();
    announce(`${file.name} removed. ${this.summary()}`);
  }

  summary() {
    const count = this.files.length;
    return count === 1 ? "1 picture goes along." : `${count || "No"} pictures go along.`;
  }

  show() {
    const known = new Map(Array.from(this.list.children, (item) => [item.file, item]));
    this.list.replaceChildren(...this.files.map((file) => known.get(file) ?? this.item(file)));
    this.list.hidden = !this.files.length;
    this.onChange();
  }

  item(file) {
    const canvas = el("canvas", { width: EDGE, height: EDGE, "aria-hidden": "true" });
    const remove = el("button", { type: "button", class: "remove", "aria-label": `Remove ${file.name}`, title: "Remove" }, icon("close"));
    remove.addEventListener("click", () => this.remove(file));
    paint(canvas, file);
    const item = el("li", { title: file.name }, canvas, el("span", { class: "unseen" }, file.name), remove);
    item.file = file;
    return item;
  }

  // Programs that write put a picture of the words beside the words, which are what is meant.
  onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!this.most || !files.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    this.add(files);
  }

  // Without this the browser would leave the page and open the file.
  onDrag(event) {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    showDropping(this.most > 0);
  }

  onDrop(event) {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    showDropping(false);
    if (this.most) this.add([...event.dataTransfer.files]);
  }
}

function isText(file) {
  return file.type.startsWith("text/") || /\.(csv|txt)$/i.test(file.name);
}

function namesOf(files) {
  return files.length === 1 ? files[0].name : `${files.length} pictures`;
}

function bringsFiles(event) {
  return Boolean(event.dataTransfer?.types.includes("Files"));
}

function showDropping(isDropping) {
  byId("composer").classList.toggle("dropping", isDropping);
}

// On a canvas, since addresses of files in memory are no pictures that this page may show; what it cannot read stays a blank.
async function paint(canvas, file) {
  try {
    const bitmap = await createImageBitmap(file);
    const edge = Math.min(bitmap.width, bitmap.height);
    const [left, top] = [(bitmap.width - edge) / 2, (bitmap.height - edge) / 2];
    canvas.getContext("2d").drawImage(bitmap, left, top, edge, edge, 0, 0, EDGE, EDGE);
    bitmap.close();
  } catch {
    canvas.classList.add("blank");
  }
}
