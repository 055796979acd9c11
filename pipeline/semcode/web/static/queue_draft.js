// What is being made of the passage that is shown: its words, facets, memo, and the time taken.

import { countPoints, moveEnd } from "./positions.js";

export class Draft {
  constructor(item) {
    const before = item?.before ?? "";
    this.item = item;
    this.shownAt = performance.now();
    this.context = item ? before + item.text + (item.after ?? "") : "";
    this.base = before.length;
    this.span = [this.base, this.base + (item?.text.length ?? 0)];
    this.facets = [];
    this.memo = "";
  }

  // What stands around is of the same turn: a span never leaves its speaker.
  move(end, kind, by) {
    this.span = moveEnd(this.context, this.span, { end, kind, by });
  }

  // A place of the context, in code points of the transcript.
  absolute(unit) {
    const between = this.context.slice(Math.min(unit, this.base), Math.max(unit, this.base));
    return this.item.start + (unit < this.base ? -countPoints(between) : countPoints(between));
  }

  ends(span = this.span) {
    return { start: this.absolute(span[0]), end: this.absolute(span[1]) };
  }

  text(span = this.span) {
    return this.context.slice(...span);
  }

  // What a coding is made with; the span only where it was changed.
  made() {
    const changed = this.span[0] !== this.base || this.span[1] !== this.base + this.item.text.length;
    return { ...(changed ? this.ends() : {}), facets: this.facets, memo: this.memo };
  }

  seconds() {
    return Math.round((performance.now() - this.shownAt) / 100) / 10;
  }
}
