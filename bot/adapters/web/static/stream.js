// Live news of the channel: server-sent events that go on where they broke off.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const HIDDEN_FOR = 60_000;

export class Stream {
  constructor({ onMessage, onReset, onState, isBusy }) {
    this.on = { onMessage, onReset, onState, isBusy };
    this.version = 0;
    this.pause = FIRST_PAUSE;
    document.addEventListener("visibilitychange", () => this.watchVisibility());
    addEventListener("online", () => this.open());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  // Listens from `version` on.
  start(version) {
    this.version = version;
    this.open();
  }

  open() {
    this.close();
    const source = new EventSource(`/events?since=${this.version}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.pause = FIRST_PAUSE;
      this.on.onState(true);
    });
    source.addEventListener("message", (event) => {
      this.version = Number(event.lastEventId);
      this.on.onMessage(JSON.parse(event.data));
    });
    source.addEventListener("reset", () => this.reset());
    source.addEventListener("error", () => this.retry());
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  retry() {
    this.close();
    this.on.onState(false);
    this.timer = setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  async reset() {
    this.close();
    try {
      this.start(await this.on.onReset());
    } catch {
      this.retry();
    }
  }

  // A browser keeps few connections to one host: a page that nobody looks at gives its own up, unless it waits for a picture.
  watchVisibility() {
    clearTimeout(this.hiding);
    if (!document.hidden) {
      if (!this.source) this.open();
      return;
    }
    this.hiding = setTimeout(() => {
      if (document.hidden && !this.on.isBusy()) this.close();
    }, HIDDEN_FOR);
  }
}
