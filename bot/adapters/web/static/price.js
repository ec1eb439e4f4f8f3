// What the wish in the box counts for and what is left today, asked of the studio a moment after anything changes.

import { readPrice } from "./api.js";
import { byId } from "./dom.js";
import { momentText } from "./times.js";

const PAUSE = 300;

export class Price {
  // `options()` gives the options of the wish in the box, or null where it is none.
  constructor(options) {
    this.options = options;
    this.asked = 0;
    this.line = byId("price");
    document.addEventListener("visibilitychange", () => this.isOld && this.refresh());
    addEventListener("online", () => this.isOld && this.refresh());
  }

  // Asks again; `isNews` says that what is left may have changed.
  refresh(isNews = true) {
    const now = JSON.stringify(this.options());
    if (!isNews && now === this.shown) return;
    this.isOld = document.hidden || !navigator.onLine;
    if (this.isOld) return;
    this.shown = now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const mine = ++this.asked;
    const options = this.options();
    const told = await readPrice(options ?? {}).catch(() => null);
    if (mine === this.asked) this.tell(told);
  }

  tell(told) {
    this.line.textContent = told ? sentence(told) : "";
    this.line.classList.toggle("short", Boolean(told && (told.refusal || !told.is_enough)));
  }
}

const pictures = (count) => (count === 1 ? "1 picture" : `${count} pictures`);

function sentence({ counts, is_enough: isEnough, left, limit, credits, refills_at: refillsAt, refusal }) {
  if (refusal) return refusal;
  const beside = credits ? ` and ${credits === 1 ? "1 credit" : `${credits} credits`}` : "";
  const more = isEnough && left ? "" : ` · more at ${momentText(refillsAt)}`;
  const cost = counts === null ? "" : `Counts as ${pictures(counts)} · `;
  return `${cost}${left} of ${limit} left today${beside}${more}`;
}
