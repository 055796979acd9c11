// Draw a map's points, names, and what the pointer does.

import { put, rgbOf, sheetOf, stampOf } from "./map_stamps.js";

const FAINT = 0.18;
const RINGED = 150; // chosen points up to which each has a ring; more of them stand out anyway

export function drawPoints(map) {
  const { points, size, data } = map;
  const radius = radiusOf(data.x.length, map.view.zoom) * size.scale;
  if (map.stamps?.radius !== radius) map.stamps = stampsOf(data.colours, radius, size.scale, getComputedStyle(map.element));
  const { dots, ring, paper } = map.stamps;
  const sheet = sheetOf(map.sheet, points.width, points.height, paper);
  map.sheet = sheet;
  const { wide, high } = map.lengths();
  const [left, top] = [size.wide / 2 - map.view.x * wide, size.high / 2 - map.view.y * high];
  const stamp = (i, picture, strength) =>
    put(sheet, picture, (left + data.x[i] * wide) * size.scale, (top + data.y[i] * high) * size.scale, strength);
  const standsOut = map.chosen.size ? (i) => map.chosen.has(i) : data.lit ?? (() => true);
  const layers = [[], [], []]; // the faint, those of no group, all others: the last on top
  for (let i = 0; i < data.x.length; i += 1) {
    layers[standsOut(i) ? (data.colours[data.group[i]].hollow ? 1 : 2) : 0].push(i);
  }
  layers.forEach((rows, layer) => rows.forEach((i) => stamp(i, dots[data.group[i]], layer ? 1 : FAINT)));
  if (map.chosen.size <= RINGED) for (const i of map.chosen) stamp(i, ring, 1);
  points.getContext("2d").putImageData(sheet, 0, 0);
}

export function radiusOf(count, zoom) {
  const whole = count < 600 ? 4.5 : count < 3_000 ? 3.4 : count < 15_000 ? 2.4 : 1.8;
  return whole * Math.min(2, zoom ** 0.3);
}

function stampsOf(colours, radius, scale, style) {
  const [paper, ink] = ["--paper", "--ink"].map((name) => style.getPropertyValue(name));
  const circle = (context, half, size, line) => {
    context.beginPath();
    context.arc(half, half, size, 0, 2 * Math.PI);
    context.lineWidth = line;
  };
  const dots = colours.map(({ colour, hollow }) => stampOf(Math.ceil(radius + 1), (context, half) => {
    circle(context, half, hollow ? radius * 0.75 : radius, Math.max(1, radius / 5));
    context.fillStyle = hollow ? paper : colour;
    context.strokeStyle = hollow ? colour : paper;
    context.fill();
    context.stroke();
  }));
  const ring = stampOf(Math.ceil(radius + 4 * scale), (context, half) => {
    circle(context, half, radius + 2 * scale, 1.5 * scale);
    context.strokeStyle = ink;
    context.stroke();
  });
  return { dots, ring, paper: rgbOf(paper), radius };
}

// Names of groups where most of their points are; one that would lie on another is left out.
export function drawNames(map) {
  const context = map.points.getContext("2d");
  const { scale } = map.size;
  const style = getComputedStyle(map.element);
  const letters = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.82;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.font = `600 ${letters}px ${style.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const taken = [];
  for (const { text, x, y, key } of map.data.names) {
    const spot = map.toPixel(x, y);
    const half = context.measureText(text).width / 2 + 3;
    const centre = Math.min(map.size.wide - half, Math.max(half, spot.x));
    const box = [centre - half, spot.y - letters * 0.7, centre + half, spot.y + letters * 0.7];
    if (spot.x < 0 || spot.x > map.size.wide || spot.y < 0 || spot.y > map.size.high) continue;
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    context.globalAlpha = map.data.stands?.(key) ?? true ? 1 : 0.4;
    context.lineWidth = 4;
    context.strokeStyle = style.getPropertyValue("--paper");
    context.strokeText(text, centre, spot.y);
    context.fillStyle = style.getPropertyValue("--ink");
    context.fillText(text, centre, spot.y);
  }
  context.globalAlpha = 1;
}

// The ring around the point that is pointed at, and the line that is being drawn.
export function drawOver(map) {
  const { over, size, data } = map;
  const context = over.getContext("2d");
  const style = getComputedStyle(map.element);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, over.width, over.height);
  context.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  if (map.at >= 0 && map.at < data.x.length) {
    const spot = map.toPixel(data.x[map.at], data.y[map.at]);
    context.beginPath();
    context.arc(spot.x, spot.y, radiusOf(data.x.length, map.view.zoom) + 3.5, 0, 2 * Math.PI);
    context.lineWidth = 3;
    context.strokeStyle = style.getPropertyValue("--accent");
    context.stroke();
  }
  if (!map.line?.length) return;
  context.beginPath();
  map.line.forEach(({ x, y }, place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = style.getPropertyValue("--accent");
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.strokeStyle = style.getPropertyValue("--accent");
  context.stroke();
  context.setLineDash([]);
}
