// Deciding in a transcript: what a key or button does to the chosen words or item, and sends.

import { used } from "./codes.js";
import { askFacets, askText, confirmThat, notice } from "./dialogs.js";
import { announce, h, plural, shorten } from "./dom.js";
import { pickCode } from "./picker.js";
import { codingId } from "./transcript_items.js";

export class Deciding {
  constructor(view) {
    this.view = view;
  }

  get cursor() {
    return this.view.cursor;
  }

  send(path, body, label) {
    const { page } = this.view;
    page.outbox.send(path, body, { label, failed: () => this.view.refresh() });
  }

  points({ start, end }) {
    const { positions } = this.view;
    return { start: positions.toPoint(start), end: positions.toPoint(end) };
  }

  // What will come back from the server; shown before it does.
  expect(span, guid) {
    this.view.codings.push({ guid: null, start: span.start, end: span.end, code: guid, coder: this.view.page.me.coder, facets: [], memo: "", own: true });
  }

  // ---- coding words

  code(span, guid) {
    const { view, cursor } = this;
    const name = view.codes.name_(guid);
    used(guid);
    this.expect(span, guid);
    this.send("code", { transcript: view.name, ...this.points(span), code: guid }, `Code “${name}”`);
    getSelection()?.removeAllRanges();
    cursor.words = null;
    view.lay();
    cursor.item = view.items.find((one) => one.own && one.code === guid && one.start === span.start && one.end === span.end) ?? null;
    view.drawer.draw();
    announce(`Coded ${name}`);
  }

  async addCode(typed = "") {
    const { view, cursor } = this;
    const span = view.dialogue.selected() ?? cursor.span;
    if (!span) return notice("Select words first, or go to a passage with J.");
    const first = cursor.here().filter((one) => one.kind === "suggestion").map((one) => one.code);
    const guid = await pickCode(view.codes, { typed, first, about: shorten(view.text.slice(span.start, span.end), 200) });
    return guid ? this.code(span, guid) : undefined;
  }

  // ---- suggestions

  // What a decision is about, with the score that was shown: by now it may be another one.
  suggested({ segment, code, score }) {
    return { segment, code, score, model: this.view.model };
  }

  decide(verdict) {
    const { cursor } = this;
    const { item, span } = cursor;
    if (item?.kind === "coding" && verdict === "accept" && !item.own) return this.code(item, item.code);
    if (item?.kind !== "suggestion") return notice("Go to a suggestion first.");
    const body = this.suggested(item);
    if (verdict === "accept" && cursor.moved()) Object.assign(body, this.points(span));
    this.decided(verdict, body, item);
    return cursor.nextSuggestion();
  }

  async changeCode() {
    const { view, cursor } = this;
    const { item } = cursor;
    if (!item) return this.addCode();
    const guid = await pickCode(view.codes, { title: "Another code instead", without: [item.code], about: shorten(cursor.text(), 200) });
    if (!guid) return undefined;
    if (item.kind === "suggestion") {
      this.decided("change", { ...this.suggested(item), to_code: guid, ...this.points(cursor.span) }, item);
      return cursor.nextSuggestion();
    }
    if (!item.own?.guid) return notice("Only your own codings can be changed.");
    return this.edit({ code: guid });
  }

  decided(verdict, body, item) {
    const { view } = this;
    const stands = view.suggestions.find((one) => one.segment === item.segment && one.code === item.code);
    if (stands) stands.status = STATUS[verdict];
    if (verdict === "accept") this.expect(this.cursor.span, item.code);
    this.send(verdict, body, `${verdict} “${view.codes.name_(item.code)}”`);
    view.lay();
  }

  // ---- one's own codings

  edit(changes) {
    const own = this.cursor.item?.own;
    if (!own?.guid) return notice("Only your own codings can be changed.");
    return this.send("edit", { coding: own.guid, ...changes }, "Change a coding");
  }

  saveSpan() {
    const { cursor } = this;
    if (!cursor.item?.own || !cursor.moved()) return;
    this.edit(this.points(cursor.span));
    cursor.item = { ...cursor.item, ...cursor.span, id: codingId({ ...cursor.item, ...cursor.span }) };
  }

  removeCoding() {
    const { view, cursor } = this;
    const own = cursor.item?.own;
    if (!own?.guid) return notice("Only your own codings can be removed.");
    view.codings = view.codings.filter((one) => one !== own);
    this.send("remove", { coding: own.guid }, `Remove “${view.codes.name_(own.code)}”`);
    cursor.item = null;
    view.lay();
    view.drawer.draw();
    return announce("Removed. Z takes it back.");
  }

  async facets() {
    const own = this.cursor.item?.own;
    if (!own) return notice("Go to a coding of your own first.");
    const chosen = await askFacets(this.view.codes.facetsOf(own.code), own.facets);
    return chosen ? this.edit({ facets: chosen }) : undefined;
  }

  async memo() {
    const own = this.cursor.item?.own;
    if (!own) return notice("Go to a coding of your own first; memos on the transcript are at the left.");
    const text = await askText("Memo on this coding", { label: "What you noticed", value: own.memo });
    return text === null ? undefined : this.edit({ memo: text });
  }

  // ---- reading

  read() {
    const { cursor } = this;
    if (cursor.segment) this.markRead([cursor.segment]);
    cursor.move(1);
  }

  readTurn() {
    const { view, cursor } = this;
    const { segment } = cursor;
    if (!segment) return cursor.move(1);
    const all = view.segments.filter((one) => one.turn === segment.turn);
    this.markRead(all);
    cursor.place = view.segments.indexOf(all.at(-1));
    return cursor.move(1);
  }

  async readAll() {
    const left = this.view.segments.filter((one) => !one.read);
    if (!left.length) return notice("You have read every passage of this transcript.");
    const yes = await confirmThat("The whole interview is read?", h("p", {}, `This counts ${plural(left.length, "passage")} as read by you: where you gave no code, none applies. One undo takes it back.`), { button: "All is read" });
    return yes ? this.markRead(left) : undefined;
  }

  markRead(segments) {
    for (const segment of segments) segment.read = true;
    this.send("read", { segments: segments.map((one) => one.id) }, "Read");
    this.view.lay();
  }
}

const STATUS = { accept: "accepted", reject: "rejected", change: "changed", unsure: "unsure" };
