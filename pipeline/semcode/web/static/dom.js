// Build elements; whatever users made goes in as text, never as markup.

const TAGS = new Map(); // "li.soft#id" taken apart, once for each spelling

function takeApart(tag) {
  const [, name, rest] = /^([a-z0-9]+)(.*)$/.exec(tag);
  const parts = rest.match(/[.#][^.#]+/g) ?? [];
  const of = (mark) => parts.filter((part) => part[0] === mark).map((part) => part.slice(1));
  const found = { name, id: of("#")[0], classes: of(".").join(" ") };
  TAGS.set(tag, found);
  return found;
}

export function h(tag, attributes, ...children) {
  const { name, id, classes } = TAGS.get(tag) ?? takeApart(tag);
  const element = document.createElement(name);
  if (id) element.id = id;
  if (classes) element.className = classes;
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.classList.add(...value.split(" ").filter(Boolean));
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key === "value") element.value = value;
    else if (key === "vars") setVariables(element, value);
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, String(value));
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

function setVariables(element, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) element.style.setProperty(name, String(value));
  }
}

let spoken = 0;

// Tell a screen reader; the newest sentence wins.
export function announce(text) {
  const place = document.getElementById("spoken");
  if (!place) return;
  spoken += 1;
  // The same sentence twice would not be read again without a change.
  place.textContent = spoken % 2 ? text : `${text}\u00a0`;
}

export function percent(score) {
  return score === null || score === undefined ? "" : `${Math.round(score * 100)} %`;
}

export function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(count, one, several = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : several}`;
}

export function clock(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function ago(iso) {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return "";
  const seconds = Math.max(0, (Date.now() - then) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(then).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

export function shortTime(iso) {
  const then = new Date(iso);
  return Number.isNaN(then.getTime()) ? iso : then.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

export function shorten(text, most = 140) {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= most ? flat : `${flat.slice(0, most - 1).trimEnd()}…`;
}
