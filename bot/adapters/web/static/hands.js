// Fingers, mouse and keys on a large picture: they zoom into it, move it, and turn to the next one.

const SWIPE = 48;
const CLOSER = 2.5;
const KEY_STEP = 60;

export class Hands {
  // `sheet` is where the picture lies; `turn(step)` goes to another one.
  constructor(stage, sheet, turn) {
    Object.assign(this, { stage, sheet, turn, fingers: new Map(), start: null, lastTap: 0 });
    stage.addEventListener("pointerdown", (event) => this.touch(event));
    stage.addEventListener("pointermove", (event) => this.drag(event));
    for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, (event) => this.lift(event));
    stage.addEventListener("wheel", (event) => this.scroll(event), { passive: false });
    stage.addEventListener("dblclick", (event) => this.toggle(event));
  }

  touch(event) {
    if (event.button !== 0) return;
    this.stage.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, event);
    this.start = this.fingers.size === 1 ? event : null;
  }

  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    if (this.fingers.size > 1) return this.pinch(event);
    this.fingers.set(event.pointerId, event);
    if (!this.sheet.isFitting) this.sheet.move(event.clientX - before.clientX, event.clientY - before.clientY);
  }

  pinch(event) {
    const two = [...this.fingers.keys()].slice(0, 2);
    const points = () => two.map((id) => this.sheet.inStage(this.fingers.get(id)));
    const before = points();
    this.fingers.set(event.pointerId, event);
    const after = points();
    const middle = ([a, b]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    const apart = ([a, b]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    this.sheet.move(middle(after).x - middle(before).x, middle(after).y - middle(before).y);
    this.sheet.zoom(apart(after) / apart(before), middle(after));
  }

  // A stroke across a picture that is seen whole turns to the next one.
  lift(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    const { start } = this;
    this.start = null;
    if (!start || event.type === "pointercancel" || !this.sheet.isFitting) return;
    const [right, down] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (Math.abs(right) >= SWIPE && Math.abs(right) > 2 * Math.abs(down)) this.turn(right < 0 ? 1 : -1);
  }

  scroll(event) {
    event.preventDefault();
    this.sheet.zoom(Math.exp(-event.deltaY / 300), this.sheet.inStage(event));
  }

  toggle(event) {
    if (this.sheet.isFitting) this.sheet.zoom(CLOSER, this.sheet.inStage(event));
    else this.sheet.fit();
  }

  // Says whether the key was one of these.
  type({ key, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey) return false;
    const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (key === "+" || key === "=") this.sheet.zoom(1.25);
    else if (key === "-") this.sheet.zoom(0.8);
    else if (key === "0") this.sheet.fit();
    else if (moves[key] && !this.sheet.isFitting) this.sheet.move(...moves[key].map((step) => step * KEY_STEP));
    else if (key === "ArrowLeft" || key === "ArrowRight") this.turn(key === "ArrowLeft" ? -1 : 1);
    else return false;
    return true;
  }
}
