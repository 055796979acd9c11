// Mouse, touch and keys on a map: point, choose, move, zoom, draw a line around points.

import { nearest, towards } from "./map_points.js";

const MOVED = 4; // pixels from which a press is no click
const STEP = 1.4;
const TO = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

export function handle(map) {
  const pixel = (event) => {
    const box = map.over.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  let pressed = null;
  map.over.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const spot = pixel(event);
    map.over.setPointerCapture(event.pointerId);
    pressed = { spot, view: { ...map.view }, moved: false, lasso: map.lassoing || event.shiftKey };
    if (pressed.lasso) map.line = [spot];
  });
  map.over.addEventListener("pointermove", (event) => {
    const spot = pixel(event);
    if (!pressed) return map.point(map.under(spot));
    if (!pressed.moved && Math.hypot(spot.x - pressed.spot.x, spot.y - pressed.spot.y) < MOVED) return undefined;
    pressed.moved = true;
    if (pressed.lasso) {
      map.line.push(spot);
      return map.drawOver();
    }
    return map.look(pressed.view.x - (spot.x - pressed.spot.x) / map.wide, pressed.view.y - (spot.y - pressed.spot.y) / map.high);
  });
  const release = (event, given = true) => {
    if (!pressed) return;
    const { moved, lasso, spot } = pressed;
    pressed = null;
    if (lasso && moved && given) return map.closeLine();
    map.line = null;
    map.drawOver();
    if (!given || moved) return;
    const i = map.under(spot);
    if (i >= 0) map.choose(i, event.shiftKey || event.ctrlKey || event.metaKey || map.lassoing);
  };
  map.over.addEventListener("pointerup", (event) => release(event));
  map.over.addEventListener("pointercancel", (event) => release(event, false));
  map.element.addEventListener("pointerleave", () => map.point(-1));
  map.over.addEventListener("dblclick", (event) => map.zoom(event.shiftKey ? 1 / STEP ** 2 : STEP ** 2, pixel(event)));
  map.over.addEventListener("wheel", (event) => {
    // Turning the wheel scrolls the page, until one has begun to work on the map.
    if (!event.ctrlKey && document.activeElement !== map.over) return;
    event.preventDefault();
    map.zoom(Math.exp(-Math.sign(event.deltaY) * Math.min(60, Math.abs(event.deltaY)) * 0.004), pixel(event));
  }, { passive: false });
  map.over.addEventListener("keydown", (event) => onKey(map, event));
  return { step: STEP };
}

function onKey(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const direction = TO[event.key];
  const act = direction ? () => map.goTo(next(map, direction)) : {
    "+": () => map.zoom(STEP),
    "=": () => map.zoom(STEP),
    "-": () => map.zoom(1 / STEP),
    0: () => map.whole(),
    Enter: () => map.at >= 0 && map.choose(map.at, false),
    " ": () => map.at >= 0 && map.choose(map.at, true),
  }[event.key];
  if (event.key === "Escape" && (!map.box.hidden || map.line)) {
    map.hide();
    map.line = null;
    map.drawOver();
    event.preventDefault();
  }
  if (!act) return;
  event.preventDefault();
  act();
}

// The next point in a direction; the first time the one nearest to the middle.
function next(map, direction) {
  const among = { ...map.lengths(), shown: map.data.lit };
  if (map.at < 0) return nearest(map.grid, { x: map.view.x, y: map.view.y }, 1e6, among);
  const found = towards(map.grid, map.at, direction, among);
  return found < 0 ? map.at : found;
}
