// A grid of any number of pictures, of which only those in sight, and a row around them, are in the page.

import { Tile } from "./tile.js";

const MOST_TILES = 44;
const ROWS_AROUND = 1;
const WIDEST = 230;
const NARROWEST = 130;
// Rows before the end of what is known at which more is asked for.
const AHEAD = 6;

export class Grid {
  // `actions` are those of tiles, and more(), which asks for more pictures; `selection` says which are chosen.
  constructor(feed, list, actions, selection) {
    Object.assign(this, { feed, list, actions, selection, pictures: [], hasMore: false, tiles: new Map(), current: 0 });
    feed.addEventListener("scroll", () => this.draw(), { passive: true });
    list.addEventListener("keydown", (event) => this.type(event));
    list.addEventListener("focusin", (event) => this.follow(event.target.closest("li")));
    new ResizeObserver(() => this.lay()).observe(feed);
  }

  show(pictures, hasMore) {
    // The keyboard stays at its picture, or goes to the next one that is left.
    const numbers = new Map(pictures.map(({ id }, number) => [id, number]));
    const around = this.isAnew ? [] : [...this.pictures.slice(this.current), ...this.pictures.slice(0, this.current).reverse()];
    const left = around.find(({ id }) => numbers.has(id));
    this.current = left ? numbers.get(left.id) : 0;
    Object.assign(this, { pictures, hasMore, isAnew: false });
    this.lay();
  }

  // What is shown next is something else.
  toTop() {
    this.isAnew = true;
    this.feed.scrollTop = 0;
  }

  get rows() {
    return Math.ceil(this.pictures.length / this.columns);
  }

  // Finds how many fit side by side: as many as are a good size, and no more than may be in the page at once.
  lay() {
    const width = this.list.clientWidth;
    this.gap = width < 600 ? 4 : 10;
    const size = width < 600 ? NARROWEST : WIDEST;
    this.columns = Math.max(2, Math.floor((width + this.gap) / (size + this.gap)));
    const edge = () => Math.floor((width + this.gap) / this.columns) - this.gap;
    while (this.columns > 2 && this.columns * (Math.ceil(this.feed.clientHeight / edge()) + 1 + 2 * ROWS_AROUND) > MOST_TILES) this.columns--;
    this.edge = edge();
    this.pitch = this.edge + this.gap;
    this.list.style.height = `${Math.max(0, this.rows * this.pitch - this.gap)}px`;
    this.draw();
  }

  // The numbers of the first picture that is in the page, and of the one after the last.
  span() {
    const above = this.feed.scrollTop - this.list.offsetTop;
    const first = Math.max(0, Math.floor(above / this.pitch) - ROWS_AROUND);
    const end = Math.ceil((above + this.feed.clientHeight) / this.pitch) + ROWS_AROUND;
    return [first * this.columns, Math.min(this.pictures.length, Math.max(0, end) * this.columns)];
  }

  draw() {
    if (!this.columns) return;
    const [first, end] = this.span();
    const numbers = [];
    for (let number = first; number < end; number++) numbers.push(number);
    // The keyboard's place stays, also where it is out of sight.
    const hasKeyboard = this.list.contains(document.activeElement);
    if (hasKeyboard && this.current < first) numbers.unshift(this.current);
    if (hasKeyboard && this.current >= end && this.current < this.pictures.length) numbers.push(this.current);
    this.put(numbers);
    if (this.hasMore && end >= (this.rows - AHEAD) * this.columns) this.actions.more();
  }

  put(numbers) {
    const wanted = new Set(numbers.map((number) => this.pictures[number].id));
    for (const [id, tile] of this.tiles) if (!wanted.has(id)) this.drop(id, tile);
    let before = this.list.firstElementChild;
    for (const number of numbers) {
      const tile = this.tileOf(number);
      if (tile.element === before) before = before.nextElementSibling;
      else this.list.insertBefore(tile.element, before);
    }
  }

  tileOf(number) {
    const picture = this.pictures[number];
    let tile = this.tiles.get(picture.id);
    if (!tile) this.tiles.set(picture.id, (tile = new Tile(picture, this.actions)));
    else if (tile.picture !== picture) tile.update(picture);
    const [x, y] = [(number % this.columns) * this.pitch, Math.floor(number / this.columns) * this.pitch];
    const count = this.hasMore ? -1 : this.pictures.length;
    tile.place({ index: number, count, x, y, edge: this.edge, isCurrent: number === this.current });
    tile.choosing(this.selection.isOn, this.selection.has(picture.id));
    return tile;
  }

  drop(id, tile) {
    this.tiles.delete(id);
    tile.element.remove();
  }

  // Shows anew what has changed of a picture.
  redraw({ id }) {
    const tile = this.tiles.get(id);
    tile?.update(tile.picture);
  }

  numberOf(id) {
    return this.pictures.findIndex((picture) => picture.id === id);
  }

  follow(element) {
    const number = element ? this.numberOf(element.dataset.id) : -1;
    if (number < 0 || number === this.current) return;
    this.current = number;
    this.draw();
  }

  type(event) {
    const isMoved = this.step(event);
    const picture = this.pictures[this.current];
    const isOnButton = event.key === " " && event.target.matches("button, input");
    if (isMoved || (picture && !isOnButton && this.selection.type(event, picture))) event.preventDefault();
    if (isMoved && event.shiftKey) this.selection.extend(this.pictures[this.current]);
  }

  // Says whether the key was one that goes to another picture.
  step(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.pictures.length) return false;
    const page = Math.max(1, Math.floor(this.feed.clientHeight / this.pitch)) * this.columns;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return false;
    if (event.shiftKey) this.selection.anchor ??= this.pictures[this.current].id;
    this.focus(Math.min(Math.max(this.current + step, 0), this.pictures.length - 1));
    return true;
  }

  // Brings a picture into sight, and the keyboard to it.
  focus(number) {
    if (!this.pictures[number]) return;
    this.reveal(number);
    this.current = number;
    this.draw();
    this.tiles.get(this.pictures[number].id)?.link.focus({ preventScroll: true });
    this.draw();
  }

  reveal(number) {
    const top = Math.floor(number / this.columns) * this.pitch + this.list.offsetTop;
    const { scrollTop, clientHeight } = this.feed;
    if (top < scrollTop) this.feed.scrollTop = top - this.gap;
    else if (top + this.edge > scrollTop + clientHeight) this.feed.scrollTop = top + this.edge + this.gap - clientHeight;
  }
}
