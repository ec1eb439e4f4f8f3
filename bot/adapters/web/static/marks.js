// What is marked on a picture: strokes and other steps, which can be undone, drawn into a canvas as large as the picture.

export class Marks {
  constructor(canvas, width, height) {
    canvas.width = width;
    canvas.height = height;
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.steps = [];
    this.undone = [];
  }

  // Begins a stroke; the points that follow go on with it until the next step.
  begin(tool, width, point) {
    this.add({ tool, width, points: [point] });
  }

  extend(point) {
    const stroke = this.steps.at(-1);
    stroke.points.push(point);
    this.draw({ ...stroke, points: stroke.points.slice(-2) });
  }

  invert() {
    this.add({ tool: "invert" });
  }

  clear() {
    this.add({ tool: "clear" });
  }

  add(step) {
    this.steps.push(step);
    this.undone = [];
    this.draw(step);
  }

  undo() {
    if (!this.steps.length) return;
    this.undone.push(this.steps.pop());
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const step of this.steps) this.draw(step);
  }

  redo() {
    if (!this.undone.length) return;
    this.steps.push(this.undone.pop());
    this.draw(this.steps.at(-1));
  }

  // Gives up a stroke that turned out to be none: a second finger came down.
  forget() {
    this.undo();
    this.undone.pop();
  }

  draw({ tool, width, points }) {
    const { context, canvas } = this;
    context.globalCompositeOperation = { eraser: "destination-out", invert: "xor" }[tool] ?? "source-over";
    context.fillStyle = context.strokeStyle = "#5b54e8";
    if (tool === "clear") return context.clearRect(0, 0, canvas.width, canvas.height);
    if (tool === "invert") return context.fillRect(0, 0, canvas.width, canvas.height);
    context.lineWidth = width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(points[0].x, points[0].y);
    // A line to where it begins is a dot.
    for (const { x, y } of points.length > 1 ? points.slice(1) : points) context.lineTo(x, y);
    context.stroke();
  }

  // How much is marked, as a share of all: of a copy of `edge` pixels, or exactly.
  share(edge = Infinity) {
    const scale = Math.min(1, edge / Math.max(this.canvas.width, this.canvas.height));
    const [width, height] = [this.canvas.width, this.canvas.height].map((length) => Math.max(1, Math.round(length * scale)));
    const context = newCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(this.canvas, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    let marked = 0;
    for (let at = 3; at < data.length; at += 4) marked += data[at];
    return marked / (255 * width * height);
  }

  // A mask as image models take it: as large as the picture, and clear where that is to change.
  toMask() {
    const mask = newCanvas(this.canvas.width, this.canvas.height);
    const context = mask.getContext("2d");
    context.fillStyle = "#000";
    context.fillRect(0, 0, mask.width, mask.height);
    context.globalCompositeOperation = "destination-out";
    context.drawImage(this.canvas, 0, 0);
    return new Promise((resolve, reject) => {
      mask.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("This browser cannot make a mask of that size."))), "image/png");
    });
  }
}

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  return Object.assign(canvas, { width, height });
}
