// The queue: one suggestion at a time, decided with one key; the next ones are here already.

import { get } from "./api.js";
import { codeLabel, used } from "./codes.js";
import { askFacets, askText } from "./dialogs.js";
import { announce, clock, fill, h, number, percent, plural, shorten } from "./dom.js";
import { address, describeFilters, filterForm, filtersFrom } from "./filters.js";
import { setViewKeys, shownKeys } from "./keys.js";
import { decideOnMany, drawSample } from "./many.js";
import { pickCode } from "./picker.js";
import { countPoints, moveEnd } from "./positions.js";
import { pulsePanel } from "./pulse.js";
import { queueKeys, spanKeys } from "./queue_keys.js";
import { isLetter, selectedIn } from "./selection.js";
import { whyPanel, withWords } from "./why.js";

const AHEAD = 40;
const FEW = 15;
const ORDERS = [
  ["useful", "Most useful"],
  ["transcript", "By transcript"],
  ["code", "By code"],
  ["audit", "Blind audit"],
];
const BLIND_ORDERS = [["transcript", "To read blind"], ["audit", "Audit sample"]];

export async function render(place, page, values, hooks) {
  const queue = new Queue(place, page, values);
  hooks.refresh = () => queue.refill();
  hooks.stored = (outcome, one) => queue.stored(outcome, one);
  hooks.taken = (outcome, kind) => queue.taken(outcome, kind);
  hooks.leave = () => { queue.left = true; };
  hooks.shown = () => queue.card.focus({ preventScroll: true });
  await queue.open();
}

class Queue {
  constructor(place, page, values) {
    this.place = place;
    this.page = page;
    this.values = values;
    this.orders = page.me.blind ? BLIND_ORDERS : ORDERS;
    this.order = values.order ?? this.orders[0][0];
    this.audit = page.me.blind || this.order === "audit"; // passages to read, without suggestions
    this.filters = filtersFrom(values);
    this.items = [];
    this.item = null;
    this.held = []; // left for an earlier one with B or Z: shown before the items
    this.trail = []; // what was shown before, the newest last
    this.decided = new Map(); // key: verdict, of what this tab decided
    this.acts = []; // keys in the order in which they were decided, for undo
    this.made = new Map(); // segment: codings added here
    this.total = 0;
    this.loading = false;
    this.left = false;
  }

  async open() {
    const [overview, pulse] = await Promise.all([
      get("overview"),
      this.page.me.blind ? null : get("pulse"),
      this.page.outbox.settled().then(() => this.fetchItems()),
      this.page.ready,
    ]);
    this.codes = this.page.codes;
    this.overview = overview;
    this.pulse = pulse;
    this.build();
    this.next({ quiet: true });
    this.setKeys();
  }

  async fetchItems() {
    const found = await get("queue", { order: this.order, filters: this.filters, limit: AHEAD + this.decided.size % 30 });
    this.total = found.open;
    this.note = found.note;
    const here = new Set([this.item, ...this.held].map((item) => item?.key));
    this.items = found.items.filter((item) => !this.decided.has(item.key) && !here.has(item.key));
  }

  // Ask for the queue as the newest decisions rank it; what is on screen stays.
  async refill() {
    if (this.loading) {
      this.stale = true;
      return;
    }
    this.loading = true;
    try {
      do {
        this.stale = false;
        await this.fetchItems();
      } while (this.stale && !this.left);
    } catch (error) {
      if (error.status === undefined) throw error;
    } finally {
      this.loading = false;
    }
    if (this.left || !this.card) return;
    if (!this.item) this.next({ quiet: true });
    else this.drawNext();
  }

  stored(outcome, one) {
    if (!this.card) return; // what a reload sends again may be stored before anything is drawn
    if (outcome?.model && !this.page.me.blind) {
      this.pulse = outcome.model;
      this.drawPulse();
    }
    if (one.path === "skip" && !this.items.length) this.decided.delete(this.keyOf(one.body));
    // While keys are being pressed fast, ask only when few are left; then once more at rest.
    if (!this.page.outbox.pending.length || this.items.length < FEW) this.refill();
  }

  keyOf(body) {
    return `${body.segment}:${body.code}`;
  }

  // After an undo, show again what it took back; after a redo, go on.
  async taken(outcome, kind) {
    this.forget(outcome, kind);
    const key = this.keyOfOutcome(outcome, kind);
    if (kind === "undo" && key) this.bringBack(key);
    await this.refill();
    if (kind === "undo" && key && this.item?.key !== key) this.bringForward(key);
    if (kind === "redo" && key && this.item?.key === key) {
      this.decided.set(key, "redone");
      this.next();
    }
    this.drawExtras();
  }

  keyOfOutcome(outcome, kind) {
    const known = kind === "undo" ? this.acts.pop() : null;
    if (outcome.segment !== undefined && outcome.segment !== null) return `${outcome.segment}:${outcome.code}`;
    return known ?? null;
  }

  bringBack(key) {
    this.decided.delete(key);
    const place = this.trail.findLastIndex((item) => item.key === key);
    if (place < 0) return;
    const [item] = this.trail.splice(place, 1);
    this.held = this.held.filter((one) => one.key !== key);
    if (this.item && this.item.key !== key) this.held.unshift(this.item);
    this.show({ ...item, status: "open" });
  }

  bringForward(key) {
    const place = this.items.findIndex((item) => item.key === key);
    if (place < 0) return;
    const [item] = this.items.splice(place, 1);
    if (this.item) this.held.unshift(this.item);
    this.show(item);
  }

  // Codings made here come and go with undo and redo.
  forget(outcome, kind) {
    if (!outcome.coding) return;
    for (const [segment, list] of this.made) this.made.set(segment, list.filter((one) => one.guid !== outcome.coding));
    const item = this.item;
    if (kind === "redo" && item && outcome.transcript === item.transcript && outcome.start >= item.start && outcome.end <= item.end) {
      const text = this.context.slice(...this.span);
      this.made.set(item.segment, [...(this.made.get(item.segment) ?? []), { code: outcome.code, text, guid: outcome.coding }]);
    }
  }

  // What is on the page, built once; a decision only exchanges texts.
  build() {
    const attributes = Object.entries(this.overview.attributes);
    const transcripts = transcriptsOf(this.overview);
    const change = (values) => this.page.go(address("/queue", { ...values }));
    this.counter = h("span.count", { "aria-live": "off" });
    this.card = h("article.card.passage-card", { tabindex: "-1", "aria-label": "Passage to decide on" });
    this.why = h("section.side-part", { "aria-label": "The code, and why it is suggested" });
    this.upNext = h("section.side-part", { "aria-label": "Up next" });
    this.pulsePlace = h("section.side-part", { "aria-label": "How the suggestions do" });
    fill(this.place,
      h("h1.unseen", {}, "Queue"),
      h("div.queue-bar", {},
        h("div.segmented", { role: "group", "aria-label": "Order" }, this.orders.map(([name, label]) =>
          h("button", {
            type: "button",
            "aria-pressed": name === this.order ? "true" : "false",
            onclick: () => change({ ...this.values, order: name === this.orders[0][0] ? "" : name }),
          }, label))),
        this.counter,
        this.order === "audit" ? h("button.push", { type: "button", onclick: () => drawSample(() => this.refill()) }, "Draw a blind sample …") : this.audit ? null : h("span.row.push", {},
          h("button", { type: "button", onclick: () => this.many("accept") }, "Accept all …"),
          h("button", { type: "button", onclick: () => this.many("reject") }, "Reject all …"))),
      this.audit ? null : h("details.filter-box", { open: Object.keys(this.filters).length > 0 },
        h("summary", {}, Object.keys(this.filters).length ? `Filtered: ${describeFilters(this.filters, this.codes)}` : "Filter"),
        filterForm({ values: this.values, codes: this.codes, transcripts, attributes, change }),
        Object.keys(this.filters).length ? h("button.quiet", { type: "button", onclick: () => change({ order: this.values.order ?? "" }) }, "Clear the filter") : null),
      h("div.queue-grid", {},
        h("div.side", {}, this.card, h("div.queue-below", {}, this.upNext, this.pulsePlace)),
        h("aside.side", { "aria-label": "The code" }, this.why)));
    this.buildCard();
    this.drawPulse();
  }

  buildCard() {
    const part = (name) => { this[name] = h(`div.${name}`); return this[name]; };
    this.text = h("p.passage");
    this.source = h("p.source");
    this.question = h("p.question");
    this.suggestion = h("div.suggestion");
    this.buttons = new Map();
    const bar = h("div.actions", { role: "group", "aria-label": "Decide" }, queueKeys(this).map((one) => {
      const button = h("button", { type: "button", class: one.tone ?? null, onclick: one.run }, one.button, h("span.keys", { "aria-hidden": "true" }, shownKeys({ shown: one.shown })));
      this.buttons.set(one.keys[0], button);
      return button;
    }));
    this.bar = bar;
    fill(this.card, this.source, this.question, this.text, this.suggestion, part("extras"), bar,
      h("details.span-tools", {}, h("summary", {}, "Change the span"), h("div.row", { role: "group", "aria-label": "Change the span" },
        spanKeys(this).map((one) => h("button.small", { type: "button", onclick: one.run }, one.label, h("span.keys", { "aria-hidden": "true" }, shownKeys(one)))))));
  }

  setKeys() {
    const selecting = { keys: [], shown: "letters", label: "with words selected: code them, by the code’s first letters", group: "Decide", run: () => {} };
    setViewKeys([...queueKeys(this), ...spanKeys(this), selecting], (event, name) => {
      if (!this.item || !isLetter(event, name)) return false;
      const span = selectedIn(this.text);
      if (!span) return false;
      this.codeSelection(span, event.key);
      return true;
    });
  }

  // ---- moving

  next({ quiet = false } = {}) {
    if (this.item) this.trail.push(this.item);
    const item = this.held.shift() ?? this.items.shift() ?? null;
    this.show(item, { quiet });
    if (this.items.length < FEW && !this.loading && !this.page.outbox.pending.length) this.refill();
  }

  previous() {
    const item = this.trail.pop();
    if (!item) return announce("This is the first one.");
    if (this.item) this.held.unshift(this.item);
    return this.show({ ...item, status: this.decided.get(item.key) ?? item.status });
  }

  show(item, { quiet = false } = {}) {
    this.item = item;
    this.shownAt = performance.now();
    getSelection()?.removeAllRanges();
    if (item) {
      const before = item.before ?? "";
      this.context = before + item.text + (item.after ?? "");
      this.base = before.length;
      this.span = [this.base, this.base + item.text.length];
      this.chosenFacets = [];
      this.writtenMemo = "";
    }
    this.draw();
    if (!quiet && item) announce(this.spokenItem());
  }

  spokenItem() {
    const item = this.item;
    const code = item.code ? `${this.codes.name_(item.code)}, ${percent(item.score)}. ` : "";
    return `${code}${item.text}`;
  }

  // ---- deciding

  decide(verdict) {
    const item = this.item;
    if (!item) return;
    const body = { segment: item.segment, code: item.code };
    if (verdict !== "skip") body.seconds = this.seconds();
    if (verdict === "accept") Object.assign(body, this.madeWith());
    else if (this.writtenMemo && verdict !== "skip") body.note = this.writtenMemo;
    this.keep(item, verdict, verdict, body, `${VERBS[verdict]} “${this.codes.name_(item.code)}”`);
  }

  async change() {
    const item = this.item;
    if (!item) return;
    const to = await pickCode(this.codes, { title: "Another code instead", without: [item.code], first: this.othersFor(item), about: shorten(this.spanText(), 200) });
    if (!to || this.item !== item) return;
    const body = { segment: item.segment, code: item.code, to_code: to, seconds: this.seconds(), ...this.madeWith(), start: this.absolute(this.span[0]), end: this.absolute(this.span[1]) };
    this.keep(item, "change", "changed", body, `“${this.codes.name_(to)}” instead`);
  }

  keep(item, path, verdict, body, label) {
    this.decided.set(item.key, verdict);
    this.acts.push(item.key);
    this.page.outbox.send(path, body, {
      label: `${label}: ${shorten(item.text, 60)}`,
      failed: () => {
        this.decided.delete(item.key);
        this.acts = this.acts.filter((key) => key !== item.key);
        this.refill();
      },
    });
    this.next();
  }

  async add() {
    const item = this.item;
    if (!item) return;
    const code = await pickCode(this.codes, { title: this.audit ? "Give a code" : "Add a code", without: this.audit ? [] : [item.code], first: this.othersFor(item), about: shorten(this.spanText(), 200) });
    if (code && this.item === item) this.codeSpan(item, this.span, code, { facets: this.audit ? this.chosenFacets : [], memo: this.audit ? this.writtenMemo : "" });
  }

  async codeSelection(span, typed) {
    const item = this.item;
    const code = await pickCode(this.codes, { typed, about: shorten(this.context.slice(...span), 200) });
    if (code && this.item === item) this.codeSpan(item, span, code, {});
  }

  codeSpan(item, span, code, { facets = [], memo = "" }) {
    used(code);
    const name = this.codes.name_(code);
    const made = { code, text: this.context.slice(...span), guid: null };
    const list = this.made.get(item.segment) ?? [];
    this.made.set(item.segment, [...list, made]);
    this.page.outbox.send("code", {
      transcript: item.transcript,
      start: this.absolute(span[0]),
      end: this.absolute(span[1]),
      code,
      facets,
      memo,
      seconds: this.seconds(),
    }, {
      label: `Code “${name}”`,
      done: (outcome) => { made.guid = outcome.coding; this.drawExtras(); },
      failed: () => {
        this.made.set(item.segment, (this.made.get(item.segment) ?? []).filter((one) => one !== made));
        this.drawExtras();
      },
    });
    this.acts.push(`code:${name}`);
    this.drawExtras();
    announce(`Coded ${name}`);
  }

  removeMade(made) {
    if (!made.guid) return;
    this.page.outbox.send("remove", { coding: made.guid }, { label: "Remove a coding" });
    this.acts.push("remove");
    for (const [segment, list] of this.made) this.made.set(segment, list.filter((one) => one !== made));
    this.drawExtras();
  }

  read() {
    const item = this.item;
    if (!item) return;
    this.keep(item, "read", "read", { segments: [item.segment] }, "Read");
  }

  async many(verdict) {
    const done = () => {
      this.item = null;
      this.refill();
    };
    if (await decideOnMany({ page: this.page, filters: this.filters, verdict, done })) this.acts.push("bulk");
  }

  async facets() {
    if (!this.item) return;
    const known = this.item.code ? this.codes.facetsOf(this.item.code) : this.codes.facets;
    const chosen = await askFacets(known, this.chosenFacets);
    if (chosen) {
      this.chosenFacets = chosen;
      this.drawExtras();
    }
  }

  async memo() {
    if (!this.item) return;
    const text = await askText("Memo", { label: "What you noticed about this passage", value: this.writtenMemo, hint: "It is stored with the decision." });
    if (text !== null) {
      this.writtenMemo = text;
      this.drawExtras();
    }
  }

  moveSpan(end, kind, by) {
    if (!this.item) return;
    // What stands around is of the same turn: a span never leaves its speaker.
    this.span = moveEnd(this.context, this.span, { end, kind, by });
    this.drawText();
    announce(shorten(this.spanText(), 200));
  }

  madeWith() {
    const changed = this.span[0] !== this.base || this.span[1] !== this.base + this.item.text.length;
    return {
      ...(changed ? { start: this.absolute(this.span[0]), end: this.absolute(this.span[1]) } : {}),
      facets: this.chosenFacets,
      memo: this.writtenMemo,
    };
  }

  absolute(unit) {
    const between = this.context.slice(Math.min(unit, this.base), Math.max(unit, this.base));
    return this.item.start + (unit < this.base ? -countPoints(between) : countPoints(between));
  }

  spanText() {
    return this.context.slice(...this.span);
  }

  seconds() {
    return Math.round((performance.now() - this.shownAt) / 100) / 10;
  }

  othersFor(item) {
    return this.items.filter((one) => one.segment === item.segment && one.code).map((one) => one.code);
  }

  // ---- drawing

  draw() {
    const item = this.item;
    this.card.dataset.key = item?.key ?? "";
    this.card.classList.toggle("empty", !item);
    this.bar.hidden = !item;
    this.card.querySelector(".span-tools").hidden = !item;
    if (!item) return this.drawEmpty();
    fill(this.source,
      h("a", { href: address("/transcript", { name: item.transcript, at: item.start }) }, item.transcript),
      item.participant && item.participant !== item.transcript ? ` · ${item.participant}` : null,
      item.time_start === undefined || item.time_start === null ? null : ` · ${clock(item.time_start)}`);
    this.question.hidden = !item.question;
    this.question.textContent = item.question ?? "";
    this.drawText();
    if (item.code) {
      const code = this.codes.get(item.code);
      fill(this.suggestion,
        h("p.suggested", {}, codeLabel(code, { path: true })),
        h("p.score", {}, h("span.meter", { vars: { "--share": item.score }, "aria-hidden": "true" }), percent(item.score),
          item.status && item.status !== "open" ? h("span.tag", {}, STATUS[item.status] ?? item.status) : null));
    } else fill(this.suggestion);
    this.drawExtras();
    this.drawWhy();
    this.drawNext();
    return undefined;
  }

  drawEmpty() {
    fill(this.source);
    this.question.hidden = true;
    fill(this.text);
    fill(this.extras);
    fill(this.why);
    const busy = this.loading || this.page.outbox.pending.length;
    fill(this.suggestion, busy
      ? h("p.waiting", {}, "Fetching the next ones …")
      : h("div.done", {},
        h("h2", {}, this.audit ? "Nothing left to read blind." : "Nothing left to decide here."),
        h("p", {}, this.audit
          ? this.note || "Draw an audit sample to learn how good the suggestions are."
          : this.note || (Object.keys(this.filters).length ? "The filter lets no open suggestion through." : "Every suggestion has a decision. Look at the home page for the next step.")),
        h("p.row", {}, h("a.button", { href: "/" }, "Home"), h("a.button", { href: "/transcript" }, "Transcripts"))));
    this.drawNext();
  }

  drawText() {
    const [start, end] = this.span;
    const words = this.item.evidence?.words ?? [];
    fill(this.text,
      h("span.around", {}, this.context.slice(0, start)),
      h("mark", {}, withWords(this.context.slice(start, end), words)),
      h("span.around", {}, this.context.slice(end)));
  }

  drawExtras() {
    const made = this.item ? this.made.get(this.item.segment) ?? [] : [];
    fill(this.extras,
      this.chosenFacets?.length ? h("p.row", {}, this.chosenFacets.map((value) => h("span.tag", {}, value))) : null,
      this.writtenMemo ? h("p.memo-line", {}, h("b", {}, "Memo: "), this.writtenMemo) : null,
      made.map((one) => h("p.made", {}, codeLabel(this.codes.get(one.code)), h("span.soft", {}, ` “${shorten(one.text, 50)}”`),
        h("button.quiet.small", { type: "button", disabled: !one.guid, onclick: () => this.removeMade(one) }, "Remove"))));
  }

  drawWhy() {
    const item = this.item;
    if (!item.code) {
      fill(this.why, h("h2", {}, "Coding blind"), h("p", {}, "No suggestion is shown here, nor what others coded. Give every code that fits, then Enter. What you find is the measure of how good the suggestions are."));
      return;
    }
    fill(this.why, whyPanel(this.codes.get(item.code), item.evidence ?? {}));
  }

  drawNext() {
    this.counter.textContent = this.audit ? `${plural(this.total, "passage")} left` : `${number(this.total)} open`;
    const next = [...this.held, ...this.items].slice(0, 5);
    fill(this.upNext, h("h2", {}, "Up next"),
      next.length
        ? h("ol.up-next", {}, next.map((item) => h("li", { data: { key: item.key } },
          item.code ? h("span.row", {}, codeLabel(this.codes.get(item.code)), h("span.soft.push", {}, percent(item.score))) : null,
          h("span.soft.small.clip", {}, shorten(item.text, 70)))))
        : h("p.soft", {}, "Nothing more."));
  }

  drawPulse() {
    if (this.page.me.blind || !this.pulse) return fill(this.pulsePlace);
    return fill(this.pulsePlace, pulsePanel(this.pulse));
  }
}

const VERBS = { accept: "Accept", reject: "Reject", unsure: "Unsure about", skip: "Skip" };
const STATUS = { accept: "accepted", accepted: "accepted", reject: "rejected", rejected: "rejected", changed: "another code given", unsure: "unsure", skip: "skipped", read: "read" };

function transcriptsOf(overview) {
  return [...new Set(overview.progress.map((row) => row.transcript))];
}
