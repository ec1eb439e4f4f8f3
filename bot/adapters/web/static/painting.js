// Hands on the stage: mouse, pen, fingers and keys.

export class Painting {
  // `changed` is called after each step, `said` with what those should hear who do not see it.
  constructor(stage, brush, sheet, marks, { changed, said }) {
    Object.assign(this, { stage, brush, sheet, marks, changed, said });
    this.tool = "brush";
    this.share = 0.08;
    this.fingers = new Map();
    this.isDrawing = false;
    this.isDown = false;
    this.cursor = { x: marks.canvas.width / 2, y: marks.canvas.height / 2 };
    stage.addEventListener("pointerdown", (event) => this.press(event));
    stage.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.lift(event));
    stage.addEventListener("pointerleave", () => this.fingers.size || this.hideBrush());
    stage.addEventListener("wheel", (event) => this.turn(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.type(event));
    stage.addEventListener("focus", () => stage.matches(":focus-visible") && this.showBrush(this.cursor));
    stage.addEventListener("blur", () => this.leave());
  }

  // The diameter of the brush, in pixels of the picture.
  get width() {
    return Math.max(2, this.share * Math.min(this.marks.canvas.width, this.marks.canvas.height));
  }

  choose(tool) {
    this.tool = tool;
    this.putUp();
    this.stage.dataset.tool = tool;
  }

  press(event) {
    if (event.button !== 0 && event.pointerType === "mouse") return;
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, event);
    this.putUp();
    if (this.fingers.size > 1) return this.giveUp();
    if (this.tool === "move") return;
    this.isDrawing = true;
    this.marks.begin(this.tool, this.width, this.sheet.fromWindow(event));
    this.showBrush(this.sheet.fromWindow(event));
  }

  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      if (this.tool !== "move" && event.pointerType !== "touch") this.showBrush(this.sheet.fromWindow(event));
      return;
    }
    if (this.fingers.size > 1) return this.pinch(event);
    this.fingers.set(event.pointerId, event);
    if (this.isDrawing) {
      for (const point of event.getCoalescedEvents?.() ?? [event]) this.marks.extend(this.sheet.fromWindow(point));
      this.showBrush(this.sheet.fromWindow(event));
    } else if (this.tool === "move") {
      this.sheet.move(event.clientX - before.clientX, event.clientY - before.clientY);
    }
  }

  lift(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    if (event.pointerType === "touch") this.hideBrush();
    if (!this.isDrawing) return;
    this.isDrawing = false;
    this.changed();
  }

  // Two fingers move and zoom the picture; what the first of them drew until then was not meant.
  giveUp() {
    if (this.isDrawing) this.marks.forget();
    this.isDrawing = false;
    this.hideBrush();
    this.changed();
  }

  pinch(event) {
    const two = [...this.fingers.keys()].slice(0, 2);
    const before = two.map((id) => this.sheet.inStage(this.fingers.get(id)));
    this.fingers.set(event.pointerId, event);
    const after = two.map((id) => this.sheet.inStage(this.fingers.get(id)));
    const middle = ([a, b]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    const apart = ([a, b]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    this.sheet.move(middle(after).x - middle(before).x, middle(after).y - middle(before).y);
    this.sheet.zoom(apart(after) / apart(before), middle(after));
  }

  turn(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.sheet.zoom(Math.exp(-event.deltaY / 200), this.sheet.inStage(event));
    else this.sheet.move(-event.deltaX, -event.deltaY);
    this.hideBrush();
  }

  type(event) {
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const hasControl = event.ctrlKey || event.metaKey;
    if (arrows[event.key] && !hasControl && !event.altKey) this.step(...arrows[event.key], event.shiftKey);
    else if (event.key === " ") this.putDownOrUp();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  step(right, down, isSmall) {
    const { width, height } = this.marks.canvas;
    const length = isSmall ? Math.max(1, this.width / 8) : this.width / 2;
    this.cursor = { x: clamp(this.cursor.x + right * length, width), y: clamp(this.cursor.y + down * length, height) };
    if (this.isDown) this.marks.extend(this.cursor);
    this.sheet.show(this.cursor);
    this.showBrush(this.cursor);
    this.said(this.where());
  }

  putDownOrUp() {
    if (this.tool === "move") return this.said("Move is chosen: press B for the brush.");
    if (this.isDown) return this.putUp();
    this.isDown = true;
    this.marks.begin(this.tool, this.width, this.cursor);
    this.showBrush(this.cursor);
    this.said(`${this.tool === "brush" ? "Marking" : "Erasing"}. ${this.where()}`);
    this.changed();
  }

  putUp() {
    if (!this.isDown) return;
    this.isDown = false;
    this.brush.classList.remove("down");
    this.said("Lifted.");
    this.changed();
  }

  leave() {
    this.putUp();
    if (!this.fingers.size) this.hideBrush();
  }

  where() {
    const { width, height } = this.marks.canvas;
    return `${Math.round((100 * this.cursor.x) / width)} % across, ${Math.round((100 * this.cursor.y) / height)} % down`;
  }

  showBrush(point) {
    const at = this.sheet.toStage(point);
    const size = Math.max(4, this.width * this.sheet.scale);
    this.brush.hidden = false;
    this.brush.classList.toggle("down", this.isDown);
    this.brush.style.width = this.brush.style.height = `${size}px`;
    this.brush.style.transform = `translate(${at.x - size / 2}px, ${at.y - size / 2}px)`;
  }

  hideBrush() {
    this.brush.hidden = true;
  }
}

function clamp(value, most) {
  return Math.min(Math.max(value, 0), most);
}
