// Keys: one table a view, shown on the page, under ?, and obeyed by one listener.

import { h } from "./dom.js";
import { openDialog } from "./dialogs.js";

const OFF = "semcode-single-keys-off";
let viewKeys = [];
let pageKeys = [];
let before = null;

// An entry: { keys: ["a"], shown: "A", label: "accept, then next", group: "Decide", run }.
export function setViewKeys(entries, first = null) {
  viewKeys = entries;
  before = first;
}

export function setPageKeys(entries) {
  pageKeys = entries;
}

function singleKeysOff() {
  return localStorage.getItem(OFF) === "1";
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return; // one that was just closed goes a moment later
    const name = nameOf(event);
    if (singleKeysOff() && !/Ctrl\+|Escape/.test(name)) return;
    if (before?.(event, name)) {
      event.preventDefault();
      return;
    }
    const entry = [...viewKeys, ...pageKeys].find((one) => one.keys.includes(name));
    if (!entry || (isButton(event.target) && ["Enter", "Space"].includes(name))) return;
    event.preventDefault();
    entry.run(event);
  });
}

// Give "a", "Shift+ArrowLeft", "Ctrl+z"; other alphabets go by the key's place.
function nameOf(event) {
  let name = event.key;
  if (name === " ") name = "Space";
  if (/^[^\x00-\x7f]$/.test(name) && /^Key[A-Z]$/.test(event.code)) name = event.code[3];
  if (name.length === 1) name = name.toLowerCase();
  const shifted = event.shiftKey && (/^[a-z]$/.test(name) || name.length > 1);
  const command = event.ctrlKey || event.metaKey;
  return `${command ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shifted ? "Shift+" : ""}${name}`;
}

function isTyping(target) {
  return target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
}

function isButton(target) {
  return target.matches?.("button, a, summary, input, label");
}

export function showKeys() {
  const groups = Map.groupBy
    ? Map.groupBy([...viewKeys, ...pageKeys], (one) => one.group)
    : grouped([...viewKeys, ...pageKeys]);
  const toggle = h("input", {
    type: "checkbox",
    id: "single-keys",
    checked: !singleKeysOff(),
    onchange: (event) => localStorage.setItem(OFF, event.target.checked ? "0" : "1"),
  });
  openDialog("Keys", [
    h("div.key-groups", {}, [...groups].map(([group, entries]) =>
      h("section", {}, h("h3", {}, group),
        h("dl.key-list", {}, entries.map((one) =>
          h("div", {}, h("dt", {}, shownKeys(one)), h("dd", {}, one.label))))))),
    h("p.row", {}, toggle, h("label", { for: "single-keys" }, "Single keys work (off: use buttons; Ctrl+Z still undoes)")),
  ], { wide: true });
}

function grouped(entries) {
  const groups = new Map();
  for (const one of entries) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

export function shownKeys(entry) {
  return entry.shown.split(" / ").flatMap((name, index) => [
    index ? " or " : null,
    ...name.split(" ").flatMap((part, place) => [place ? " " : null, h("kbd", {}, part)]),
  ]);
}
