// The versions of the codebook: who made them, what was done, and the way back.

import { fill, h, shortTime } from "./dom.js";

// `back(version)` goes back to a version; null where the codebook cannot be changed.
export function versionsPanel(rows, back) {
  const list = h("ol.versions");
  const row = (one, place) => h("li", {},
    h("b", {}, `Version ${one.number}`),
    h("span", {}, one.told.join("; ") || (one.number === 1 ? "the codebook as it was read" : "read from a file")),
    h("span.soft.small", {}, [one.made_by, shortTime(one.at), one.note].filter(Boolean).join(" · ")),
    back ? wayBack(one, place, rows, back) : null);
  const few = 6;
  const draw = (count) => fill(list, rows.slice(0, count).map(row),
    rows.length > count ? h("li", {}, h("button.quiet", { type: "button", onclick: () => draw(rows.length) }, `Show all ${rows.length}`)) : null);
  draw(few);
  return h("section.panel", { "aria-label": "Versions of the codebook" }, h("h2", {}, "Versions"), list);
}

function wayBack(one, place, rows, back) {
  if (place === 0 && rows.length === 1) return null;
  if (place === 0) return h("button.small.push", { type: "button", onclick: () => back(rows[1].number) }, "Take back …");
  return h("button.small.push", { type: "button", "aria-label": `Go back to version ${one.number} …`, onclick: () => back(one.number) }, "Go back to it …");
}
