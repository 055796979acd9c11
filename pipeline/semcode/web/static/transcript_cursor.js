// Where keys act in a transcript: the passage, the words and the item that were chosen.

import { notice } from "./dialogs.js";
import { announce, shorten } from "./dom.js";
import { moveEnd } from "./positions.js";

export class Cursor {
  constructor(view) {
    this.view = view;
    this.place = -1; // the number of the segment
    this.span = null; // the words that a code would get, in units
    this.item = null; // the coding or suggestion
    this.words = null; // what was selected last: a click elsewhere may have ended the selection
  }

  // Set where keys act, and show it; words that were selected are left.
  at(place, span, item) {
    getSelection()?.removeAllRanges();
    this.words = null;
    Object.assign(this, { place, span, item });
    this.mark();
  }

  mark() {
    this.view.dialogue.highlight("cursor", this.span);
    this.view.drawer.draw();
  }

  selectionChanged() {
    const words = this.view.dialogue.selected();
    if (!words) return;
    this.words = words;
    this.item = null;
    this.span = words;
    this.place = this.segmentAt(words.start);
    this.view.drawer.draw();
  }

  takeSelected() {
    const words = this.view.dialogue.selected() ?? this.words;
    this.words = null;
    return words;
  }

  get segment() {
    return this.view.segments[this.place];
  }

  segmentAt(unit) {
    return this.view.segments.findIndex((one) => one.start <= unit && unit < one.end);
  }

  pick(item) {
    this.at(this.segmentAt(item.start), { start: item.start, end: item.end }, item);
  }

  // After the items were laid anew: the same one, as it is now.
  keepItem() {
    if (this.item) this.item = this.view.items.find((one) => one.id === this.item.id) ?? null;
  }

  goTo(place, { always = false } = {}) {
    const { segments, dialogue, text } = this.view;
    const segment = segments[place];
    if (!segment) return;
    this.place = place;
    const item = this.here().find((one) => one.kind === "suggestion") ?? null;
    dialogue.reveal(segment, { always });
    this.at(place, { start: segment.start, end: segment.end }, item);
    announce(`Passage ${place + 1} of ${segments.length}${segment.read ? ", read" : ""}. ${text.slice(segment.start, segment.end)}`);
  }

  // The items that touch the passage.
  here() {
    const span = this.segment ?? this.span;
    return span ? this.view.items.filter((one) => one.start < span.end && span.start < one.end) : [];
  }

  move(by) {
    const { segments, dialogue } = this.view;
    if (this.place < 0) {
      const top = segments.findIndex((one) => dialogue.ranges(one)[0]?.getBoundingClientRect().top > 100);
      return this.goTo(Math.max(0, top));
    }
    return this.goTo(Math.min(Math.max(this.place + by, 0), segments.length - 1));
  }

  nextItem() {
    const list = this.here();
    if (!list.length) return announce("Nothing is coded or suggested here.");
    return this.pick(list[(list.findIndex((one) => one.id === this.item?.id) + 1) % list.length]);
  }

  nextSuggestion() {
    const { items, dialogue, codes, text } = this.view;
    const from = this.item ?? this.segment ?? { start: -1 };
    const rest = items.filter((one) => one.kind === "suggestion" && one.id !== this.item?.id);
    const next = rest.find((one) => one.start >= from.start) ?? rest[0];
    if (!next) {
      this.leave();
      return notice("No more suggestions are shown in this transcript.");
    }
    this.pick(next);
    dialogue.reveal(next);
    return announce(`${codes.name_(next.code)}, suggested. ${text.slice(next.start, next.end)}`);
  }

  leave() {
    this.at(-1, null, null);
  }

  moveSpan(end, kind, by) {
    if (!this.span) return this.move(by);
    const { dialogue, text } = this.view;
    const [turn] = dialogue.across(this.span.start, this.span.end);
    const said = text.slice(turn.start, turn.end);
    const [start, stop] = moveEnd(said, [this.span.start - turn.start, Math.min(this.span.end, turn.end) - turn.start], { end, kind, by });
    this.span = { start: start + turn.start, end: stop + turn.start };
    this.mark();
    return announce(shorten(this.text(), 200));
  }

  moved() {
    const { span, item } = this;
    return Boolean(item && span && (span.start !== item.start || span.end !== item.end));
  }

  text() {
    return this.span ? this.view.text.slice(this.span.start, this.span.end) : "";
  }
}
