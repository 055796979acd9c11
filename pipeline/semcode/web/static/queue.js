// The queue: one suggestion at a time, decided with one key; the next ones are here already.

import { get } from "./api.js";
import { codeLabel } from "./codes.js";
import { announce, fill, h, number, percent, plural, shorten } from "./dom.js";
import { address, describeFilters, filterForm, filtersFrom } from "./filters.js";
import { setViewKeys } from "./keys.js";
import { drawSample } from "./many.js";
import { pulsePanel } from "./pulse.js";
import { Card } from "./queue_card.js";
import { Deciding } from "./queue_deciding.js";
import { Draft } from "./queue_draft.js";
import { queueKeys, spanKeys } from "./queue_keys.js";
import { FEW, Stock } from "./queue_stock.js";
import { isLetter, selectedIn } from "./selection.js";
import { whyPanel } from "./why.js";

const ORDERS = [
  ["useful", "Most useful"],
  ["transcript", "By transcript"],
  ["code", "By code"],
  ["audit", "Blind audit"],
];
const BLIND_ORDERS = [["transcript", "To read blind"], ["audit", "Audit sample"]];
const STAYS_MS = 300; // whoever stays so long at a passage may want to know why
const EXPLAINS = ["field", "words", "words_for", "words_against", "nearest"];

export async function render(place, page, values, hooks) {
  const queue = new Queue(place, page, values);
  hooks.refresh = () => queue.refresh();
  hooks.stored = (outcome, one) => queue.stored(outcome, one);
  hooks.taken = (outcome, kind) => queue.taken(outcome, kind);
  hooks.leave = () => { queue.stock.left = true; };
  hooks.shown = () => queue.card.element.focus({ preventScroll: true });
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
    this.stock = new Stock({ order: this.order, filters: this.filters, scored: () => this.drawScore() });
    this.draft = new Draft(null);
    this.deciding = new Deciding(this);
  }

  get item() {
    return this.stock.item;
  }

  get busy() {
    return this.stock.loading || this.page.outbox.pending.length > 0;
  }

  async open() {
    const [overview, pulse] = await Promise.all([
      get("overview"),
      this.page.me.blind ? null : get("pulse"),
      this.page.outbox.settled().then(() => this.stock.fetch()),
      this.page.ready,
    ]);
    this.codes = this.page.codes;
    this.overview = overview;
    this.pulse = pulse;
    this.build();
    this.next({ quiet: true });
    this.setKeys();
  }

  // Fetch what comes next; what is on screen stays, with its score of now.
  async refill() {
    if (!await this.stock.refill() || this.stock.left || !this.card) return;
    if (this.pulse && this.pulse.version !== this.stock.model) {
      this.pulse.version = this.stock.model;
      this.drawPulse();
    }
    if (!this.item) this.next({ quiet: true });
    else this.drawNext();
  }

  // Something changed elsewhere, or the learner has learned.
  async refresh() {
    await this.refill();
    if (!this.page.me.blind) await this.drawAudit();
  }

  // How the suggestions do in the blind sample is not told beside each decision.
  async drawAudit() {
    this.pulse = await get("pulse");
    this.drawPulse();
  }

  stored(outcome, one) {
    if (!this.card) return; // what a reload sends again may be stored before anything is drawn
    if (outcome?.model && !this.page.me.blind) {
      this.pulse = { ...outcome.model, audit: this.pulse?.audit ?? null };
      this.drawPulse();
      if (one.path === "read" && this.audit) this.drawAudit();
    }
    if (one.path === "skip") this.stock.keepSkipped(`${one.body.segment}:${one.body.code}`);
    // While keys are being pressed fast, ask only when few are left; then once more at rest.
    if (!this.page.outbox.pending.length || this.stock.items.length < FEW) this.refill();
  }

  // After an undo, show again what it took back; after a redo, go on.
  async taken(outcome, kind) {
    this.deciding.forget(outcome, kind);
    const key = this.stock.keyOfOutcome(outcome, kind);
    if (kind === "undo" && key && this.stock.bringBack(key)) this.show();
    await this.refill();
    if (kind === "undo" && key && this.item?.key !== key && this.stock.bringForward(key)) this.show();
    if (kind === "redo" && key && this.item?.key === key) {
      this.stock.decided.set(key, "redone");
      this.next();
    }
    this.card.drawExtras();
  }

  // What is on the page, built once; a decision only exchanges texts.
  build() {
    const change = (values) => this.page.go(address("/queue", { ...values }));
    this.card = new Card(this);
    this.counter = h("span.count", { "aria-live": "off" });
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
        this.order === "audit" ? h("button.push", { type: "button", onclick: () => this.drawSample() }, "Draw a blind sample …") : this.audit ? null : h("span.row.push", {},
          h("button", { type: "button", onclick: () => this.deciding.many("accept") }, "Accept all …"),
          h("button", { type: "button", onclick: () => this.deciding.many("reject") }, "Reject all …"))),
      this.audit ? null : this.filterBox(change),
      h("div.queue-grid", {},
        h("div.side", {}, this.card.element, h("div.queue-below", {}, this.upNext, this.pulsePlace)),
        h("aside.side", { "aria-label": "The code" }, this.why)));
    this.drawPulse();
  }

  // What was drawn is to be read next, so the keys act on the card.
  drawSample() {
    return drawSample(async () => {
      await this.refill();
      this.card.element.focus({ preventScroll: true });
    });
  }

  filterBox(change) {
    const filtered = Object.keys(this.filters).length > 0;
    return h("details.filter-box", { open: filtered },
      h("summary", {}, filtered ? `Filtered: ${describeFilters(this.filters, this.codes)}` : "Filter"),
      filterForm({ values: this.values, codes: this.codes, transcripts: transcriptsOf(this.overview), attributes: Object.entries(this.overview.attributes), change }),
      filtered ? h("button.quiet", { type: "button", onclick: () => change({ order: this.values.order ?? "" }) }, "Clear the filter") : null);
  }

  setKeys() {
    const selecting = { keys: [], shown: "letters", label: "with words selected: code them, by the code’s first letters", group: "Decide", run: () => {} };
    setViewKeys([...queueKeys(this), ...spanKeys(this), selecting], (event, name) => {
      if (!this.item || !isLetter(event, name)) return false;
      const span = selectedIn(this.card.text);
      if (!span) return false;
      this.deciding.codeSelection(span, event.key);
      return true;
    });
  }

  moveSpan(end, kind, by) {
    this.deciding.moveSpan(end, kind, by);
  }

  // ---- moving

  next({ quiet = false } = {}) {
    this.stock.advance();
    this.show({ quiet });
    if (this.stock.items.length < FEW && !this.busy) this.refill();
  }

  previous() {
    if (this.stock.back()) this.show();
    else announce("This is the first one.");
  }

  show({ quiet = false } = {}) {
    getSelection()?.removeAllRanges();
    this.draft = new Draft(this.item);
    this.draw();
    if (!quiet && this.item) announce(this.spokenItem());
  }

  spokenItem() {
    const { code, score, text } = this.item;
    return `${code ? `${this.codes.name_(code)}, ${percent(score)}. ` : ""}${text}`;
  }

  // ---- drawing

  draw() {
    this.card.draw();
    this.drawWhy();
    this.drawNext();
  }

  drawScore() {
    if (!this.card || this.stock.left) return;
    this.card.drawScore();
    this.drawWhy();
  }

  drawWhy() {
    const { item } = this;
    if (!item) fill(this.why);
    else if (item.code) fill(this.why, whyPanel(this.codes.get(item.code), { ...item.evidence, ...item.explained }));
    else fill(this.why, h("h2", {}, "Coding blind"), h("p", {}, "No suggestion is shown here, nor what others coded. Give every code that fits, then Enter. What you find is the measure of how good the suggestions are."));
    clearTimeout(this.explaining);
    if (item?.evidence?.now && !item.explained) this.explaining = setTimeout(() => this.explain(item), STAYS_MS);
  }

  // What the learner goes by now: the words, and the nearest passages that people gave the code.
  async explain(item) {
    if (this.stock.left || this.item !== item) return;
    try {
      const found = await get("evidence", { segment: item.segment, code: item.code });
      const told = EXPLAINS.filter((name) => name in found).map((name) => [name, found[name]]);
      item.explained = { ...Object.fromEntries(told), definition: found.statement };
    } catch (error) {
      if (error.status === undefined) throw error;
    }
    if (this.item !== item || !item.explained) return;
    this.drawWhy();
    if (getSelection()?.isCollapsed !== false) this.card.drawText();
  }

  drawNext() {
    const { total } = this.stock;
    this.counter.textContent = this.audit ? `${plural(total, "passage")} left` : `${number(total)} open`;
    const next = this.stock.coming().slice(0, 5);
    fill(this.upNext, h("h2", {}, "Up next"),
      next.length
        ? h("ol.up-next", {}, next.map((item) => h("li", { data: { key: item.key } },
          item.code ? h("span.row", {}, codeLabel(this.codes.get(item.code)), h("span.soft.push", {}, percent(item.score))) : null,
          h("span.soft.small.clip", {}, shorten(item.text, 70)))))
        : h("p.soft", {}, "Nothing more."));
  }

  drawPulse() {
    if (this.page.me.blind || !this.pulse) fill(this.pulsePlace);
    else fill(this.pulsePlace, pulsePanel(this.pulse));
  }
}

function transcriptsOf(overview) {
  return [...new Set(overview.progress.map((row) => row.transcript))];
}
