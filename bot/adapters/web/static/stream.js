// Live news of the channel: server-sent events that go on where they broke off. All pages of one browser share one stream:
// whoever holds the lock listens and tells the others, because a browser keeps few connections to one host.

import { ROOT } from "./api.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
// Another easel of the same host, behind another prefix, has streams of its own.
const LOCK = `easel-stream ${location.pathname}`;
// Without locks (on plain http to another machine) each page has a stream of its own, and gives it up at once when hidden.
const CAN_SHARE = Boolean(navigator.locks && window.BroadcastChannel);
const HIDDEN_FOR = CAN_SHARE ? 60_000 : 1_000;

export class Stream {
  constructor({ onMessage, onReset, onState, isBusy }) {
    this.on = { onMessage, onReset, onState, isBusy };
    this.version = 0;
    this.pause = FIRST_PAUSE;
    // What comes while the channel is being loaded; it may be newer than what is loaded.
    this.early = [];
    this.channel = CAN_SHARE ? new BroadcastChannel(LOCK) : null;
    this.channel?.addEventListener("message", ({ data }) => this.hear(data));
    document.addEventListener("visibilitychange", () => this.watchVisibility());
    addEventListener("online", () => this.reopen());
    // A broken network leaves the open stream silent, not closed.
    addEventListener("offline", () => this.source && this.retry());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  // Listens from `version` on.
  start(version) {
    this.version = version;
    const early = this.early ?? [];
    this.early = null;
    for (const news of early) if (news.version > version) this.take(news);
    this.open();
  }

  // Listens, or waits for its turn to listen for all.
  open() {
    if (this.leave) return;
    if (!CAN_SHARE) {
      this.leave = () => {};
      return this.connect();
    }
    const turn = new AbortController();
    const isOver = new Promise((resolve) => (this.leave = () => (turn.abort(), resolve())));
    navigator.locks.request(LOCK, { signal: turn.signal }, () => (this.connect(), isOver)).catch(() => {});
    this.channel.postMessage({ kind: "hello" });
  }

  close() {
    this.disconnect();
    this.leave?.();
    this.leave = null;
  }

  reopen() {
    if (this.source || this.timer) this.connect();
    else this.open();
  }

  connect() {
    this.disconnect();
    const source = new EventSource(new URL(`events?since=${this.version}`, ROOT));
    this.source = source;
    source.addEventListener("open", () => {
      this.pause = FIRST_PAUSE;
      this.tell({ kind: "state", version: this.version, isOnline: true });
    });
    source.addEventListener("message", (event) => {
      const news = { kind: "news", after: this.version, version: Number(event.lastEventId), view: JSON.parse(event.data) };
      this.tell(news);
    });
    source.addEventListener("reset", () => this.tell({ kind: "reset" }));
    source.addEventListener("error", () => this.retry());
  }

  disconnect() {
    clearTimeout(this.timer);
    this.timer = null;
    this.source?.close();
    this.source = null;
  }

  retry() {
    this.disconnect();
    this.tell({ kind: "state", version: this.version, isOnline: false });
    this.timer = setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  // Has this page and all others know.
  tell(said) {
    this.channel?.postMessage(said);
    this.hear(said);
  }

  hear(said) {
    if (said.kind === "hello" && this.source) {
      this.channel.postMessage({ kind: "state", version: this.version, isOnline: this.source.readyState === EventSource.OPEN });
    }
    if (said.kind === "state") {
      this.on.onState(said.isOnline);
      this.catchUp(said.version);
    }
    if (said.kind === "reset") this.reset();
    if (said.kind !== "news") return;
    if (this.early) this.early.push(said);
    else this.take(said);
  }

  take({ after, version, view }) {
    this.catchUp(after);
    if (this.early) return this.early.push({ after, version, view });
    this.version = Math.max(this.version, version);
    this.on.onMessage(view);
  }

  // Another page knows more than was told here: nobody listened for a while.
  catchUp(version) {
    if (!this.early && version > this.version) this.reset();
  }

  async reset() {
    if (this.early) return;
    this.early = [];
    const hadSource = Boolean(this.source);
    this.disconnect();
    try {
      const version = await this.on.onReset();
      this.start(version);
      if (hadSource) this.connect();
    } catch {
      this.early = null;
      if (hadSource) this.retry();
    }
  }

  // A page that nobody looks at gives the stream up, unless it waits for a picture.
  watchVisibility() {
    clearTimeout(this.hiding);
    if (!document.hidden) return this.open();
    this.hiding = setTimeout(() => {
      if (document.hidden && !(CAN_SHARE && this.on.isBusy())) this.close();
    }, HIDDEN_FOR);
  }
}
