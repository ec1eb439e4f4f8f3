// The pictures that are known so far, newest first, and how more of them are asked for.

import { listPictures } from "./gallery_api.js";

export class Shelf {
  // `changed()` is told whenever there are others, `failed(sentence)` why there are not.
  constructor({ changed, failed }) {
    Object.assign(this, { changed, failed, pictures: [], hasMore: false, collections: null, query: {}, turn: 0, asking: null });
  }

  // Begins anew with what is looked for now; an answer to what was looked for before comes too late.
  async look(query) {
    this.query = query;
    await this.read(1);
  }

  // Reads again what is known, as deep as it goes: other windows, and chats, change it too.
  async refresh() {
    await this.read(this.pictures.length);
  }

  // Asks for what comes next, and ends when that is there; while something is asked for already, when that is.
  async more() {
    if (this.asking) return this.asking;
    if (!this.hasMore) return;
    await this.ask(async (turn) => {
      const page = await listPictures(this.query, this.pictures.at(-1)?.id);
      if (turn === this.turn) this.put([...this.pictures, ...page.pictures], page);
    });
  }

  async read(depth) {
    this.turn += 1;
    await this.ask(async (turn) => {
      let page = await listPictures(this.query);
      const { collections } = page;
      const pictures = page.pictures;
      while (turn === this.turn && page.has_more && pictures.length < depth) {
        page = await listPictures(this.query, pictures.at(-1).id);
        pictures.push(...page.pictures);
      }
      if (turn !== this.turn) return;
      this.collections = collections;
      this.put(pictures, page);
    });
  }

  async ask(act) {
    const { turn } = this;
    const asking = act(turn).catch((problem) => turn === this.turn && this.failed(problem.message));
    this.asking = asking;
    await asking;
    if (this.asking === asking) this.asking = null;
  }

  put(pictures, { has_more: hasMore }) {
    this.pictures = pictures;
    this.hasMore = hasMore;
    this.changed();
  }

  drop(ids) {
    const gone = new Set(ids);
    this.pictures = this.pictures.filter(({ id }) => !gone.has(id));
    this.changed();
  }
}
