// Waits for what was asked for from the gallery, and tells when some of it is there.

import { readMessages } from "./api.js";
import { Stream } from "./stream.js";

export class News {
  constructor(changed) {
    Object.assign(this, { changed, stream: null });
  }

  // Listens from now on. What was ready before that is told as well.
  async listen() {
    if (this.stream) return;
    const { changed } = this;
    const onMessage = (view) => view.is_mine && view.post?.tone === "done" && changed();
    this.stream = new Stream({ onMessage, onReset: changed, onState: () => {}, isBusy: () => true });
    try {
      this.stream.start((await readMessages("mine")).version);
      changed();
    } catch {
      // Nothing is lost: the gallery is read again whenever somebody comes back to it.
      this.stream = null;
    }
  }
}
