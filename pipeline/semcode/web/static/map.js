// A map of many points on a canvas: what is shown of it, and where; hands are in map_hands.js.

import { fill, h } from "./dom.js";
import { drawNames, drawOver, drawPoints } from "./map_drawing.js";
import { handle } from "./map_hands.js";
import { gridOf, inside, nearest } from "./map_points.js";

const EDGE = 26; // pixels between the outermost points and the frame
const MOST_ZOOM = 40;
const REACH = 14; // pixels within which a point is under the pointer
const REST_MS = 80; // how long the pointer rests before another passage is shown
const GAP = 12; // pixels between a point and its card

export class PointMap {
  // `card(i)` resolves to what is shown beside a point, `choose(i, adding)` hears a click,
  // `around(rows)` a line drawn around points, `spoken(i)` that the keys came to a point.
  // Whoever shows points sets `repaint`, for when the page goes from light to dark.
  constructor({ label, help, card, choose, around, spoken }) {
    Object.assign(this, { card, choose, around, spoken });
    this.points = h("canvas.map-points", { "aria-hidden": "true" });
    this.over = h("canvas.map-over", { role: "application", tabindex: "0", "aria-label": label, "aria-describedby": "map-help", "aria-roledescription": "map" });
    this.box = h("div.map-card", { hidden: true });
    this.element = h("div.map-frame", {}, this.points, this.over, this.box, h("p#map-help.unseen", {}, help));
    this.view = { x: 0.5, y: 0.5, zoom: 1 };
    this.at = -1; // the point under the pointer or the keys
    this.chosen = new Set();
    this.line = null;
    this.lassoing = false;
    this.data = { x: [], y: [], group: [], colours: [], faint: [], names: new Map(), lit: null };
    this.grid = gridOf([], []);
    this.hands = handle(this);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.element);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.recolour = () => this.repaint?.();
    this.scheme.addEventListener("change", this.recolour);
  }

  leave() {
    this.sizes.disconnect();
    this.scheme.removeEventListener("change", this.recolour);
    clearTimeout(this.resting);
  }

  // The places of the points; they stay, however the points are coloured.
  place(x, y) {
    Object.assign(this.data, { x, y });
    this.grid = gridOf(x, y);
    this.at = -1;
  }

  // `group` gives each point's colour by its number in `colours`; `names` stand at their places;
  // `lit(i)` tells which points stand out, null for all.
  show({ group, colours, names, lit = null, stands = null }) {
    Object.assign(this.data, { group, colours, names, lit, stands });
    this.stamps = null;
    this.draw();
  }

  // `stands(key)` tells which names stand out with the points that are lit.
  light(lit, stands = null) {
    Object.assign(this.data, { lit, stands });
    this.draw();
  }

  choosing(rows) {
    this.chosen = new Set(rows);
    this.draw();
  }

  resize() {
    const scale = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.element;
    this.size = { wide: clientWidth, high: clientHeight, scale };
    for (const canvas of [this.points, this.over]) {
      canvas.width = Math.round(clientWidth * scale);
      canvas.height = Math.round(clientHeight * scale);
    }
    this.stamps = null;
    this.draw();
  }

  // How many pixels one unit of the places takes.
  get wide() { return Math.max(1, (this.size?.wide ?? 1) - 2 * EDGE) * this.view.zoom; }
  get high() { return Math.max(1, (this.size?.high ?? 1) - 2 * EDGE) * this.view.zoom; }

  toPixel(x, y) {
    return { x: this.size.wide / 2 + (x - this.view.x) * this.wide, y: this.size.high / 2 + (y - this.view.y) * this.high };
  }

  toPlace(pixel) {
    return { x: this.view.x + (pixel.x - this.size.wide / 2) / this.wide, y: this.view.y + (pixel.y - this.size.high / 2) / this.high };
  }

  under(pixel) {
    return nearest(this.grid, this.toPlace(pixel), REACH, this.lengths());
  }

  lengths() {
    return { wide: this.wide, high: this.high };
  }

  // Zoom by a factor, so that the place under `pixel` stays where it is.
  zoom(factor, pixel = { x: this.size.wide / 2, y: this.size.high / 2 }) {
    const before = this.toPlace(pixel);
    this.view.zoom = Math.min(MOST_ZOOM, Math.max(1, this.view.zoom * factor));
    const after = this.toPlace(pixel);
    this.look(this.view.x + before.x - after.x, this.view.y + before.y - after.y);
  }

  whole() {
    this.view.zoom = 1;
    this.look(0.5, 0.5);
  }

  // Bring a place into the middle; the points are never left behind.
  look(x, y) {
    const half = 0.5 / this.view.zoom;
    this.view.x = Math.min(1 - half, Math.max(half, x));
    this.view.y = Math.min(1 - half, Math.max(half, y));
    this.hide();
    this.draw();
  }

  draw() {
    if (this.waiting || !this.size?.wide) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      drawPoints(this);
      drawNames(this);
      drawOver(this);
    });
  }

  drawOver() {
    if (this.size?.wide) drawOver(this);
  }

  // Point at a point (-1: at none); its card comes when the pointer rests.
  point(i) {
    if (i === this.at) return;
    this.at = i;
    this.drawOver();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => (i < 0 ? this.hide() : this.showCard(i)), this.box.hidden && i >= 0 ? 0 : REST_MS);
  }

  async showCard(i) {
    const content = await this.card(i);
    if (this.at !== i || !content) return;
    fill(this.box, content);
    this.box.hidden = false;
    const spot = this.toPixel(this.data.x[i], this.data.y[i]);
    const { offsetWidth, offsetHeight } = this.box;
    const left = spot.x + GAP + offsetWidth > this.size.wide ? spot.x - GAP - offsetWidth : spot.x + GAP;
    const top = spot.y + GAP + offsetHeight > this.size.high ? spot.y - GAP - offsetHeight : spot.y + GAP;
    this.box.style.setProperty("--left", `${Math.max(4, left)}px`);
    this.box.style.setProperty("--top", `${Math.max(4, top)}px`);
  }

  hide() {
    this.box.hidden = true;
  }

  // The keys came to a point: show it where it is, and say it.
  goTo(i) {
    if (i < 0) return;
    const spot = this.toPixel(this.data.x[i], this.data.y[i]);
    const out = spot.x < 0 || spot.y < 0 || spot.x > this.size.wide || spot.y > this.size.high;
    if (out) this.look(this.data.x[i], this.data.y[i]);
    this.point(i);
    this.spoken(i);
  }

  lasso(on) {
    this.lassoing = on;
    this.element.classList.toggle("lassoing", on);
  }

  closeLine() {
    const line = this.line;
    this.line = null;
    this.drawOver();
    if (line) this.around(inside(this.grid, line.map((pixel) => this.toPlace(pixel))));
  }
}
