// The picture that the next words are about: shown small beside the message box until they are sent.

import { announce, byId, el, icon } from "./dom.js";
import { ownLink } from "./picture.js";

export class Reply {
  // `onChange()` is called when there is one, or none any more.
  constructor(onChange) {
    this.onChange = onChange;
    this.subject = null;
    this.bar = byId("reply");
  }

  get isOpen() {
    return this.subject !== null;
  }

  // `id` is a picture's or a job's; of several pictures one is chosen, the first as long as nobody does. `message` shows them.
  begin(id, pictures, message) {
    const links = pictures.map((picture) => ownLink(picture.link));
    const ids = links.map((link) => /p\/([\w-]+)\.\w+$/.exec(link)?.[1]);
    const isSet = ids.length > 1 && ids.every(Boolean);
    this.restore({ chosen: isSet ? ids[0] : id, ids: isSet ? ids : [id], links, message });
    announce("The next words change this picture.");
  }

  // Gives what it is about, and forgets it.
  empty() {
    const { subject } = this;
    this.show(null);
    return subject;
  }

  restore(subject) {
    if (subject && !this.subject) this.show(subject);
    else if (subject) this.show({ ...subject });
  }

  cancel() {
    if (!this.isOpen) return;
    this.show(null);
    byId("line").focus();
    announce("The next words are about no picture.");
  }

  show(subject) {
    this.subject = subject;
    this.bar.hidden = !subject;
    this.bar.replaceChildren(...(subject ? this.parts(subject) : []));
    this.onChange();
  }

  parts({ ids, links }) {
    const stop = el("button", { type: "button", class: "stop", "aria-label": "Change no picture", title: "Change no picture" }, icon("close"));
    stop.addEventListener("click", () => this.cancel());
    if (ids.length === 1) return [thumbnail(links[0]), el("span", { class: "what" }, "Changing this picture"), stop];
    const choices = ids.map((id, index) => this.choice(id, links[index], index + 1));
    return [el("span", { class: "set", role: "radiogroup", "aria-label": "Which picture is changed" }, ...choices), stop];
  }

  choice(id, link, number) {
    const radio = el("input", { type: "radio", name: "changed", class: "unseen", "aria-label": `Picture ${number}`, checked: id === this.subject.chosen });
    radio.addEventListener("change", () => (this.subject.chosen = id));
    return el("label", {}, radio, thumbnail(link));
  }
}

function thumbnail(link) {
  return link ? el("img", { src: link.startsWith("p/") ? `${link}?edge=512` : link, alt: "", width: 44, height: 44 }) : null;
}
