// Where a picture lies on its stage: how large it is shown, and which of its points is where.

const LARGEST = 12;
const EDGE = 12;

export class Sheet {
  constructor(stage, sheet, width, height) {
    Object.assign(this, { stage, sheet, width, height, scale: 1, x: 0, y: 0, isFitting: true });
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    new ResizeObserver(() => (this.isFitting ? this.fit() : this.lay())).observe(stage);
    this.fit();
  }

  get smallest() {
    const { clientWidth, clientHeight } = this.stage;
    return Math.max(0.01, Math.min((clientWidth - 2 * EDGE) / this.width, (clientHeight - 2 * EDGE) / this.height));
  }

  fit() {
    this.isFitting = true;
    this.scale = this.smallest;
    this.x = (this.stage.clientWidth - this.width * this.scale) / 2;
    this.y = (this.stage.clientHeight - this.height * this.scale) / 2;
    this.lay();
  }

  // Shows it `factor` times as large; what is at a point of the stage stays there.
  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    const before = this.scale;
    this.scale = Math.min(Math.max(before * factor, Math.min(this.smallest, 1) / 2), Math.max(LARGEST, this.smallest));
    this.isFitting = false;
    const real = this.scale / before;
    this.x = at.x - (at.x - this.x) * real;
    this.y = at.y - (at.y - this.y) * real;
    this.lay();
  }

  move(x, y) {
    this.isFitting = false;
    this.x += x;
    this.y += y;
    this.lay();
  }

  // Lays it out, with some of it always in sight.
  lay() {
    const { clientWidth, clientHeight } = this.stage;
    const inSight = 48;
    this.x = Math.min(Math.max(this.x, inSight - this.width * this.scale), clientWidth - inSight);
    this.y = Math.min(Math.max(this.y, inSight - this.height * this.scale), clientHeight - inSight);
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }

  // Moves it so that a point of the picture can be seen.
  show({ x, y }) {
    const at = this.toStage({ x, y });
    const out = (value, end) => (value < EDGE ? EDGE - value : value > end - EDGE ? end - EDGE - value : 0);
    const right = out(at.x, this.stage.clientWidth);
    const down = out(at.y, this.stage.clientHeight);
    if (right || down) this.move(right, down);
  }

  // A point of the picture for one of the window.
  fromWindow({ clientX, clientY }) {
    const at = this.inStage({ clientX, clientY });
    return { x: (at.x - this.x) / this.scale, y: (at.y - this.y) / this.scale };
  }

  inStage({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    return { x: clientX - box.left - this.stage.clientLeft, y: clientY - box.top - this.stage.clientTop };
  }

  toStage({ x, y }) {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }
}
