// Which passages of the queue are here: the one shown, those to come, and those shown before.

import { get } from "./api.js";

const AHEAD = 40;
export const FEW = 15;

export class Stock {
  // `scored` is called at once when the score of what is shown has changed.
  constructor({ order, filters, scored }) {
    this.order = order;
    this.filters = filters;
    this.scored = scored;
    this.item = null;
    this.items = [];
    this.held = []; // left for an earlier one with B or Z: shown before the items
    this.trail = []; // what was shown before, the newest last
    this.decided = new Map(); // key: verdict, of what this tab decided
    this.acts = []; // keys in the order in which they were decided, for undo
    this.total = 0;
    this.note = null;
    this.loading = false;
    this.left = false;
  }

  async fetch() {
    const found = await get("queue", { order: this.order, filters: this.filters, limit: AHEAD + this.decided.size % 30 });
    this.total = found.open;
    this.note = found.note;
    this.model = found.model;
    for (const item of found.items) item.model = found.model;
    const here = new Set([this.item, ...this.held].map((item) => item?.key));
    this.items = found.items.filter((item) => !this.decided.has(item.key) && !here.has(item.key));
    await this.rescore(found);
  }

  // What is shown, or was left for later, gets the scores of now too.
  async rescore(found) {
    const fresh = new Map(found.items.map((item) => [item.key, item]));
    const take = (item, { score, evidence }) => Object.assign(item, { score, evidence, model: found.model });
    for (const item of this.held) if (fresh.has(item.key)) take(item, fresh.get(item.key));
    const { item } = this;
    if (!item?.code || item.model === found.model) return;
    if (fresh.has(item.key)) take(item, fresh.get(item.key));
    else {
      const evidence = await get("evidence", { segment: item.segment, code: item.code });
      if (evidence.score !== null) take(item, { score: evidence.score, evidence: { ...item.evidence, now: evidence.now } });
    }
    if (this.item === item) this.scored(); // what is decided now carries this score: it has to be seen
  }

  // Ask for the queue as the newest decisions rank it. Tells whether this call fetched it:
  // one that is under way asks once more instead.
  async refill() {
    if (this.loading) {
      this.stale = true;
      return false;
    }
    this.loading = true;
    try {
      do {
        this.stale = false;
        await this.fetch();
      } while (this.stale && !this.left);
    } catch (error) {
      if (error.status === undefined) throw error;
    } finally {
      this.loading = false;
    }
    return true;
  }

  // ---- moving: each gives what is to be shown now

  advance() {
    if (this.item) this.trail.push(this.item);
    this.item = this.held.shift() ?? this.items.shift() ?? null;
    return this.item;
  }

  // The one before; null where there is none.
  back() {
    const item = this.trail.pop();
    if (!item) return null;
    if (this.item) this.held.unshift(this.item);
    this.item = { ...item, status: this.decided.get(item.key) ?? item.status };
    return this.item;
  }

  coming() {
    return [...this.held, ...this.items];
  }

  // ---- what was decided, and what undo brings back

  keep(key, verdict) {
    this.decided.set(key, verdict);
    this.acts.push(key);
  }

  // It was not stored after all.
  release(key) {
    this.decided.delete(key);
    this.acts = this.acts.filter((one) => one !== key);
  }

  // A skipped one comes again when nothing else is left.
  keepSkipped(key) {
    if (!this.items.length) this.decided.delete(key);
  }

  // The key of what an undo or redo was about.
  keyOfOutcome(outcome, kind) {
    const known = kind === "undo" ? this.acts.pop() : null;
    if (outcome.segment !== undefined && outcome.segment !== null) return `${outcome.segment}:${outcome.code}`;
    return known ?? null;
  }

  bringBack(key) {
    this.decided.delete(key);
    const place = this.trail.findLastIndex((item) => item.key === key);
    if (place < 0) return false;
    const [item] = this.trail.splice(place, 1);
    this.held = this.held.filter((one) => one.key !== key);
    if (this.item && this.item.key !== key) this.held.unshift(this.item);
    this.item = { ...item, status: "open" };
    return true;
  }

  bringForward(key) {
    const place = this.items.findIndex((item) => item.key === key);
    if (place < 0) return false;
    const [item] = this.items.splice(place, 1);
    if (this.item) this.held.unshift(this.item);
    this.item = item;
    return true;
  }

  // Other codes suggested for the same passage.
  othersFor(item) {
    return this.items.filter((one) => one.segment === item.segment && one.code).map((one) => one.code);
  }
}
