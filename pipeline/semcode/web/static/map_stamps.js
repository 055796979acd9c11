// Put thousands of small pictures into one image; without a graphics card some times faster
// than the canvas's own drawing, and the same everywhere.

// A small picture, drawn once: `draw` gets a context whose middle is at (half, half).
export function stampOf(half, draw) {
  const picture = document.createElement("canvas");
  picture.width = 2 * half;
  picture.height = 2 * half;
  const context = picture.getContext("2d", { willReadFrequently: true });
  draw(context, half);
  return { half, data: context.getImageData(0, 0, 2 * half, 2 * half).data };
}

// An opaque image to stamp on, in one colour; the same memory is used again where it fits.
export function sheetOf(before, wide, high, [red, green, blue]) {
  const image = before?.width === wide && before.height === high ? before : new ImageData(wide, high);
  const whole = new Uint8ClampedArray([red, green, blue, 255]);
  new Uint32Array(image.data.buffer).fill(new Uint32Array(whole.buffer)[0]);
  return image;
}

// Put a stamp's middle at a place; `strength` in [0, 1] is how much of it is seen.
export function put(image, stamp, x, y, strength = 1) {
  const { half, data } = stamp;
  const side = 2 * half;
  const [left, top] = [Math.round(x) - half, Math.round(y) - half];
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(side, image.height - top);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(side, image.width - left);
  const under = image.data;
  const share = strength / 255;
  for (let row = firstRow; row < lastRow; row += 1) {
    let from = (row * side + firstColumn) * 4;
    let to = ((top + row) * image.width + left + firstColumn) * 4;
    for (let column = firstColumn; column < lastColumn; column += 1, from += 4, to += 4) {
      const alpha = data[from + 3];
      if (!alpha) continue;
      const weight = alpha * share;
      under[to] += (data[from] - under[to]) * weight;
      under[to + 1] += (data[from + 1] - under[to + 1]) * weight;
      under[to + 2] += (data[from + 2] - under[to + 2]) * weight;
    }
  }
}

// A CSS colour as red, green, blue.
export function rgbOf(colour) {
  return [...stampOf(1, (context) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 2, 2);
  }).data.slice(0, 3)];
}
