// The interview as dialogue: a row a turn, its codings as stripes beside the words.
//
// The first turns are put on the page at once, the others and their margins in the idle moments
// after it, so that a long interview is there to read before all of it is built. Off-screen turns
// are not laid out by the browser (content-visibility); stripes are measured when their turn
// comes near the screen, since only then its lines are known.

import { colorOf, levelClass } from "./codes.js";
import { clock, fill, h, percent } from "./dom.js";

const NEAR_PX = 800;
const LANE_PX = 8;
const LABEL_PX = 24;
const FIRST = 60; // turns that are put on the page at once
const CHUNK = 60; // turns, or margins of turns, that are made in one idle moment

export class Dialogue {
  // `turns` have start, end (UTF-16 units), speaker, role, time_start; `onpick(item)` is a click.
  constructor({ text, turns, codes, onpick }) {
    this.text = text;
    this.codes = codes;
    this.onpick = onpick;
    this.turns = turns.map((turn) => ({ ...turn, items: [], read: [], signature: "", built: true, drawn: false }));
    this.element = h("div.dialogue", { role: "document", "aria-label": "Interview" });
    const on = (name, run) => this.element.addEventListener(name, (event) => run(this.itemOf(event.target)));
    on("click", (item) => item && this.onpick(item));
    on("mouseover", (item) => this.light(item));
    on("focusin", (item) => this.light(item));
    on("focusout", () => this.light(null));
    this.element.addEventListener("mouseleave", () => this.light(null));
    this.watching = new IntersectionObserver((entries) => {
      this.measure(entries.filter((entry) => entry.isIntersecting).map((entry) => this.turns[entry.target.dataset.turn]));
    }, { rootMargin: `${NEAR_PX}px 0px` });
    this.resizing = new ResizeObserver(() => this.remeasure());
    this.made = 0;
    this.makeUpTo(FIRST);
    this.resizing.observe(this.element);
  }

  // Put the turns up to a number on the page; ranges and places exist from then on.
  makeUpTo(count) {
    const parts = document.createDocumentFragment();
    for (; this.made < Math.min(count, this.turns.length); this.made += 1) {
      const turn = this.turns[this.made];
      const said = this.text.slice(turn.start, turn.end);
      const same = this.turns[this.made - 1]?.speaker === turn.speaker;
      turn.said = h("p.said", {}, said);
      turn.margin = h("div.margin");
      turn.element = h("section.turn", { class: `role-${turn.role}`, data: { turn: this.made }, vars: { "--guess": `${Math.max(2, Math.ceil(said.length / 62)) * 1.75}rem` } },
        h("div.who", {},
          h("span.speaker", { class: same ? "same" : null }, turn.speaker),
          turn.time_start === null || turn.time_start === undefined ? null : h("span.time", {}, clock(turn.time_start))),
        turn.said, turn.margin);
      this.reserve(turn);
      parts.append(turn.element);
      this.watching.observe(turn.element);
    }
    this.element.append(parts);
  }

  // Keep room for the labels, also before they are made.
  reserve(turn) {
    turn.element.style.setProperty("--labels", `${turn.items.length * LABEL_PX}px`);
  }

  close() {
    clearTimeout(this.waiting);
    this.watching.disconnect();
    this.resizing.disconnect();
    for (const name of ["cursor", "lit"]) globalThis.CSS?.highlights?.delete(name);
  }

  // Lay items and read spans over the text; only turns that changed are built anew.
  lay(items, read) {
    for (const turn of this.turns) {
      turn.next = [];
      turn.nextRead = [];
    }
    for (const item of items) for (const turn of this.across(item.start, item.end)) turn.next.push(item);
    for (const span of read) for (const turn of this.across(span.start, span.end)) turn.nextRead.push(span);
    const changed = [];
    for (const turn of this.turns) {
      const signature = turn.next.map((item) => item.signature).join("|") + turn.nextRead.map((one) => `r${one.start}`).join();
      if (signature === turn.signature) {
        // The records are new ones all the same: clicks must find them.
        turn.items = turn.next;
        continue;
      }
      turn.signature = signature;
      turn.items = turn.next;
      turn.read = turn.nextRead;
      turn.built = false;
      turn.drawn = false;
      if (!turn.element) continue;
      turn.margin.replaceChildren();
      this.reserve(turn);
      changed.push(turn);
    }
    if (this.element.isConnected) this.measure(changed.filter((turn) => this.isNear(turn)));
    this.buildLater();
  }

  // Make the turns, then the margins that nobody has come near to yet, some at a time.
  buildLater() {
    clearTimeout(this.waiting);
    const due = this.turns.filter((turn) => !turn.built);
    if (!due.length && this.made === this.turns.length) {
      this.element.dataset.whole = "yes";
      return;
    }
    this.waiting = setTimeout(() => whenIdle(() => {
      if (this.made < this.turns.length) this.makeUpTo(this.made + CHUNK);
      else for (const turn of due.slice(0, CHUNK)) if (!turn.built) this.buildMargin(turn);
      this.buildLater();
    }), 0);
  }

  across(start, end) {
    let low = 0;
    let high = this.turns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.turns[middle].end <= start) low = middle + 1;
      else high = middle;
    }
    const found = [];
    for (; low < this.turns.length && this.turns[low].start < end; low += 1) found.push(this.turns[low]);
    return found;
  }

  buildMargin(turn) {
    const lanes = inLanes(turn.items);
    turn.lanes = lanes;
    const width = Math.max(0, ...lanes) + 1;
    turn.stripes = turn.items.map((item, place) => {
      const code = this.codes.get(item.code);
      const stripe = h("span.stripe", { class: `${levelClass(code.level)} kind-${item.kind}`, "aria-hidden": "true", vars: { "--code": colorOf(code), "--lane": `${lanes[place] * LANE_PX}px` } });
      const label = this.label(turn, item, place, code);
      return { stripe, label };
    });
    turn.reads = turn.read.map(() => h("span.read-bar", { "aria-hidden": "true" }));
    turn.margin.style.setProperty("--lanes", `${turn.items.length ? width * LANE_PX + 6 : 0}px`);
    fill(turn.margin, turn.reads, turn.stripes.map((one) => [one.stripe, one.label]));
    turn.built = true;
  }

  label(turn, item, place, code) {
    const begins = item.start >= turn.start;
    const by = item.kind === "suggestion" ? percent(item.score) : item.coders.join(", ");
    const spoken = item.kind === "suggestion" ? `suggested, ${by}` : `coded by ${by}`;
    const button = h("button.label", {
      type: "button",
      class: `${levelClass(code.level)} kind-${item.kind}${begins ? "" : " goes-on"}${item.consensus ? " is-consensus" : ""}`,
      title: `${code.name} – ${spoken}${item.memo ? ` – memo: ${item.memo}` : ""}`,
      "aria-label": `${code.name}, ${spoken}${item.outdated ? ", under an older definition" : ""}${begins ? "" : ", goes on"}`,
      data: { place },
    },
      h("span.label-name", {}, code.name),
      item.memo ? h("span.label-memo", { "aria-hidden": "true" }, "✎") : null,
      item.outdated ? h("span.label-memo", { "aria-hidden": "true" }, "↻") : null,
      h("span.label-by", {}, by));
    return button;
  }

  // The item of the label in which something happened; thousands of labels share the listeners.
  itemOf(target) {
    const label = target.closest?.(".label");
    if (!label) return null;
    return this.turns[label.closest(".turn").dataset.turn].items[label.dataset.place] ?? null;
  }

  isNear(turn) {
    if (!turn.element) return false;
    const box = turn.element.getBoundingClientRect();
    return box.bottom > -NEAR_PX && box.top < innerHeight + NEAR_PX;
  }

  // Read all places first, then write, so that the browser lays out once.
  measure(turns) {
    const due = turns.filter((turn) => !turn.drawn);
    for (const turn of due) if (!turn.built) this.buildMargin(turn);
    const places = due.map((turn) => this.placesIn(turn));
    due.forEach((turn, number) => this.draw(turn, places[number]));
  }

  placesIn(turn) {
    if (!turn.items.length && !turn.read.length) return null;
    const { top, height } = turn.margin.getBoundingClientRect();
    const boxOf = (span) => {
      const box = this.range(turn, span.start, span.end).getBoundingClientRect();
      return [box.top - top, box.bottom - top];
    };
    return { height, items: turn.items.map(boxOf), reads: turn.read.map(boxOf) };
  }

  draw(turn, places) {
    turn.drawn = true;
    if (!places) return;
    const tops = labelTops(places.items.map(([from]) => from + 1), places.height);
    turn.stripes.forEach(({ stripe, label }, place) => {
      const [from, to] = places.items[place];
      stripe.style.top = `${from + 2}px`;
      stripe.style.height = `${Math.max(6, to - from - 4)}px`;
      label.style.top = `${tops[place]}px`;
    });
    turn.reads.forEach((bar, place) => {
      const [from, to] = places.reads[place];
      bar.style.top = `${from + 1}px`;
      bar.style.height = `${to - from - 2}px`;
    });
  }

  remeasure() {
    const width = this.element.clientWidth;
    if (width === this.width) return;
    this.width = width;
    for (const turn of this.turns) turn.drawn = false;
    this.measure(this.turns.filter((turn) => this.isNear(turn)));
  }

  range(turn, start, end) {
    if (!turn.element) this.makeUpTo(this.turns.indexOf(turn) + CHUNK);
    const node = turn.said.firstChild;
    const range = document.createRange();
    if (!node) {
      range.selectNodeContents(turn.said);
      return range;
    }
    const inside = (place) => Math.min(Math.max(place - turn.start, 0), node.data.length);
    range.setStart(node, inside(start));
    range.setEnd(node, inside(end));
    return range;
  }

  ranges(span) {
    return this.across(span.start, span.end).map((turn) => this.range(turn, span.start, span.end));
  }

  light(span) {
    if (span === this.lit) return;
    this.lit = span;
    this.highlight("lit", span);
  }

  // Highlights need no change of the page; a browser without them marks the turn.
  highlight(name, span) {
    const registry = globalThis.CSS?.highlights;
    const ranges = span ? this.ranges(span) : [];
    if (registry) {
      if (ranges.length) registry.set(name, new Highlight(...ranges));
      else registry.delete(name);
      return;
    }
    for (const turn of this.turns) turn.element?.classList.remove(`has-${name}`);
    if (span) for (const turn of this.across(span.start, span.end)) turn.element?.classList.add(`has-${name}`);
  }

  reveal(span, { always = false } = {}) {
    const [turn] = this.across(span.start, span.end);
    if (!turn) return;
    const box = () => this.range(turn, span.start, Math.min(span.end, turn.end)).getBoundingClientRect();
    const now = box();
    if (!always && now.top > 110 && now.bottom < innerHeight - 260) return;
    turn.element.scrollIntoView({ block: "start" });
    scrollBy({ top: box().top - innerHeight * 0.28, behavior: "instant" });
  }

  // What is selected with mouse or caret, as units of the whole text; null for nothing.
  selected() {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const first = turnOf(range.startContainer);
    const last = turnOf(range.endContainer);
    if (!first || !this.element.contains(first)) return null;
    const turn = this.turns[first.dataset.turn];
    const node = turn.said.firstChild;
    let start = range.startContainer === node ? range.startOffset : 0;
    // A span stays inside one speaker's turn: what goes beyond is left out.
    let end = last === first && range.endContainer === node ? range.endOffset : node.data.length;
    while (start < end && /\s/.test(node.data[start])) start += 1;
    while (end > start && /\s/.test(node.data[end - 1])) end -= 1;
    return end > start ? { start: turn.start + start, end: turn.start + end } : null;
  }
}

function whenIdle(run) {
  if (globalThis.requestIdleCallback) requestIdleCallback(run, { timeout: 200 });
  else setTimeout(run, 20);
}

function turnOf(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return element?.closest(".turn") ?? null;
}

// Put each label beside where its words begin, below the one before, and all inside the turn.
export function labelTops(wanted, height) {
  const tops = [];
  for (const place of wanted) tops.push(Math.max(place, (tops.at(-1) ?? -Infinity) + LABEL_PX));
  let floor = height;
  for (let at = tops.length - 1; at >= 0; at -= 1) {
    tops[at] = Math.min(tops[at], floor - LABEL_PX);
    floor = tops[at];
  }
  return tops;
}

// Put items that overlap into different lanes.
export function inLanes(items) {
  const ends = [];
  return items.map((item) => {
    let lane = ends.findIndex((end) => end <= item.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = item.end;
    return lane;
  });
}
