// The transcript view: read, look at codings and suggestions, code what is selected.

import { get } from "./api.js";
import { used } from "./codes.js";
import { correctTranscript } from "./correct.js";
import { Dialogue } from "./dialogue.js";
import { askFacets, askText, confirmThat, notice } from "./dialogs.js";
import { announce, fill, h, number, plural, shorten } from "./dom.js";
import { Drawer } from "./drawer.js";
import { address, choice } from "./filters.js";
import { setViewKeys } from "./keys.js";
import { editMemos } from "./memos.js";
import { pickCode } from "./picker.js";
import { moveEnd, Positions } from "./positions.js";
import { isLetter } from "./selection.js";
import { filterBox } from "./shown_box.js";
import { transcriptKeys } from "./transcript_keys.js";
import { codeTree } from "./tree.js";

export async function render(place, page, values, hooks) {
  await page.outbox.settled();
  const whole = values.name && !values.attribute ? values.name : null;
  // A transcript that is named is shown before the list of all of them is asked for.
  const [known, shown] = await Promise.all([whole ? null : get("people"), whole ? named(whole) : null, page.ready]);
  const { transcripts, people } = known ?? (shown ? { transcripts: [whole], people: [] } : await get("people"));
  const names = transcripts.filter((name) => fits(name, people, values));
  const name = names.includes(values.name) ? values.name : names[0];
  if (!name && transcripts.length) {
    notice("No transcript fits; all are shown.");
    page.go("/transcript", { replace: true });
    return;
  }
  if (!name) {
    fill(place, h("div.narrow-page", {}, h("h1", {}, "No transcripts yet"), h("p", {}, "Add some in the terminal: semcode add --study DIR FILES")));
    return;
  }
  const view = new TranscriptPage(place, page, { names, name, values, attributesInUse: inUse(people) });
  if (shown) view.late = get("people");
  view.late?.catch(() => {});
  hooks.refresh = () => view.refresh();
  hooks.taken = () => view.refresh();
  hooks.stored = (outcome, one) => view.stored(outcome, one);
  hooks.leave = () => view.leave();
  hooks.shown = () => view.shown();
  view.take(shown ?? await get("transcript", { name }));
  view.open();
}

// The transcript, null where there is none of that name.
async function named(name) {
  try {
    return await get("transcript", { name });
  } catch (error) {
    if (error.status !== 422) throw error;
    return null;
  }
}

function fits(name, people, { attribute, value }) {
  return !attribute || people.some((one) => one.transcript === name && one.attributes[attribute] === value);
}

// The values of each attribute, for the choice of participants.
function inUse(people) {
  const found = new Map();
  for (const { attributes } of people) {
    for (const [name, value] of Object.entries(attributes)) found.set(name, (found.get(name) ?? new Set()).add(value));
  }
  return [...found].map(([name, values]) => [name, [...values].sort()]);
}

class TranscriptPage {
  constructor(place, page, { names, name, values, attributesInUse }) {
    Object.assign(this, { place, page, names, name, values, attributesInUse });
    this.codes = page.codes;
    this.blind = page.me.blind;
    this.show = { hidden: new Set(), level: "", code: values.code ?? "", status: "open", low: 0, codings: true, suggestions: true };
    this.cursor = -1; // the segment that keys act on
    this.span = null; // the words that a code would get, in units
    this.item = null; // the coding or suggestion that keys act on
  }

  open() {
    this.dialogue = new Dialogue({ text: this.text, turns: this.turns, codes: this.codes, onpick: (item) => this.pick(item) });
    this.drawer = new Drawer(this);
    this.build();
    this.lay();
    this.setKeys();
    this.onselect = () => this.selectionChanged();
    document.addEventListener("selectionchange", this.onselect);
  }

  // The list of transcripts, where the text was shown before it came.
  async takeList() {
    try {
      const { transcripts, people } = await this.late;
      this.names = transcripts;
      this.attributesInUse = inUse(people);
      this.drawChoosers();
    } catch (error) {
      if (error.status === undefined) throw error;
    }
  }

  shown() {
    if (this.late) this.takeList();
    const at = Number(this.values.at);
    if (this.values.at !== undefined && !Number.isNaN(at)) {
      const unit = this.positions.toUnit(at);
      const index = this.segments.findIndex((one) => one.start <= unit && unit < one.end);
      if (index >= 0) this.moveTo(index, { always: true });
    }
  }

  leave() {
    this.dialogue?.close();
    this.drawer?.close();
    document.removeEventListener("selectionchange", this.onselect);
    clearTimeout(this.waiting);
  }

  // Take what the server sent, in UTF-16 units.
  take(view) {
    this.positions = new Positions(view.text);
    const unit = (point) => this.positions.toUnit(point);
    const placed = (one) => ({ ...one, start: unit(one.start), end: unit(one.end) });
    this.text = view.text;
    this.turns = view.turns.map(placed);
    this.segments = view.segments.map(placed);
    this.codings = view.codings.map(placed);
    this.suggestions = view.suggestions.map(placed);
    this.people = view.participants ?? [];
    this.attributes = view.attributes ?? {};
  }

  async refresh() {
    try {
      const view = await get("transcript", { name: this.name });
      if (view.text !== this.text) return this.page.go(location.pathname + location.search);
      this.take(view);
    } catch (error) {
      if (error.status === undefined) throw error;
      return undefined;
    }
    this.lay();
    if (this.item) this.item = this.items.find((one) => one.id === this.item.id) ?? null;
    return this.drawer.draw();
  }

  stored(outcome, one) {
    if (["accept", "change", "code", "edit", "remove", "reject", "unsure", "read"].includes(one.path)) {
      clearTimeout(this.waiting);
      if (!this.page.outbox.pending.length) this.waiting = setTimeout(() => this.refresh(), 60);
    }
  }

  // ---- what is laid over the text

  lay() {
    this.items = this.allItems().filter((item) => this.passes(item));
    this.dialogue.lay(this.items, this.segments.filter((one) => one.read));
    this.drawCounts();
    this.drawTree();
  }

  // Codings of the same words with the same code are one item with several coders.
  allItems() {
    const together = new Map();
    for (const coding of this.codings) {
      if (this.show.hidden.has(coding.coder)) continue;
      const id = `c:${coding.start}:${coding.end}:${coding.code}`;
      const item = together.get(id) ?? { id, kind: "coding", start: coding.start, end: coding.end, code: coding.code, coders: [], codings: [], memo: "", outdated: false, consensus: false };
      item.coders.push(coding.coder);
      item.codings.push(coding);
      item.memo ||= coding.memo;
      item.outdated ||= coding.outdated;
      item.consensus ||= coding.consensus;
      together.set(id, item);
    }
    const suggested = this.suggestions.map((one) => ({ ...one, id: `s:${one.segment}:${one.code}`, kind: "suggestion", memo: "" }));
    const all = [...together.values(), ...suggested];
    for (const item of all) {
      item.own = item.codings?.find((coding) => coding.own) ?? null;
      item.signature = `${item.id}${item.status ?? ""}${item.score ?? ""}${item.coders ?? ""}${item.memo ? "m" : ""}${item.outdated ? "o" : ""}`;
    }
    return all.sort((a, b) => a.start - b.start || b.end - a.end || (a.kind < b.kind ? -1 : 1));
  }

  passes(item) {
    const { level, code, status, low, codings, suggestions } = this.show;
    if (code && item.code !== code && !this.isUnder(item.code, code)) return false;
    if (level && this.codes.get(item.code).level !== level) return false;
    if (this.values.attribute && !this.saidByChosen(item)) return false;
    if (item.kind === "coding") return codings;
    if (!suggestions || item.score < low / 100) return false;
    return status === "all" || (status === "open" ? ["open", "skipped", "unsure"].includes(item.status) : item.status === status);
  }

  saidByChosen(item) {
    const [turn] = this.dialogue.across(item.start, item.end);
    const known = this.attributes[turn?.participant];
    return !known || known[this.values.attribute] === this.values.value;
  }

  isUnder(guid, above) {
    for (let code = this.codes.get(guid).above; code; code = code.above) if (code.guid === above) return true;
    return false;
  }

  // ---- the frame

  build() {
    this.counts = h("p.soft.small");
    this.treePlace = h("div");
    this.choosers = h("span.row");
    this.drawChoosers();
    const facts = Object.entries(this.attributes).flatMap(([person, known]) =>
      [person === this.name ? null : person, ...Object.entries(known).map(([key, value]) => `${key}: ${value}`)].filter(Boolean));
    fill(this.place,
      h("div.view-head", {},
        h("div.title-line", {}, h("h1", {}, this.name),
          h("div.row.push", {}, this.choosers,
            h("button", { type: "button", onclick: () => this.step(-1) }, "‹ Before"),
            h("button", { type: "button", onclick: () => this.step(1) }, "Next ›"))),
        facts.length ? h("p.soft.small.facts", {}, facts.join(" · ")) : null),
      h("div.transcript-grid", {},
        h("aside.side.left", {},
          h("details.side-part", { open: innerWidth > 1000 }, h("summary", {}, "What is shown"), filterBox(this)),
          h("details.side-part", { open: innerWidth > 1000 }, h("summary", {}, "Codebook"), this.treePlace),
          h("div.side-part.row", {},
            h("button.small", { type: "button", onclick: () => this.readAll() }, "All is read …"),
            h("button.small", { type: "button", onclick: () => editMemos(this.page, "transcript", this.name, `Memos on ${this.name}`) }, "Memos"),
            this.blind ? null : h("button.small", { type: "button", onclick: () => correctTranscript(this.page, this.name) }, "Correct the transcript …"))),
        h("div.reading", {}, this.dialogue.element)),
      this.drawer.element);
  }

  drawChoosers() {
    const chooser = h("select", { id: "which", onchange: (event) => this.open_(event.target.value) },
      this.names.map((name) => choice(name, name, this.name)));
    fill(this.choosers, this.peopleChooser(), h("label.unseen", { for: "which" }, "Transcript"), chooser);
  }

  open_(name) {
    const { attribute, value } = this.values;
    return this.page.go(address("/transcript", { name, attribute, value }));
  }

  // Only transcripts of participants with an attribute; in a group, also their words alone.
  peopleChooser() {
    if (!this.attributesInUse.length) return null;
    const { attribute, value } = this.values;
    const change = (event) => {
      const [name, one] = event.target.value ? JSON.parse(event.target.value) : [];
      this.page.go(address("/transcript", { name: this.name, attribute: name, value: one }));
    };
    return [h("label.unseen", { for: "whose" }, "Participants"),
      h("select", { id: "whose", onchange: change }, h("option", { value: "" }, "all participants"),
        this.attributesInUse.map(([name, options]) => h("optgroup", { label: name }, options.map((one) =>
          choice(JSON.stringify([name, one]), one, attribute ? JSON.stringify([attribute, value]) : "")))))];
  }

  step(by) {
    const next = this.names[this.names.indexOf(this.name) + by];
    if (next) this.open_(next);
    else notice("There is no further transcript on this side.");
  }

  drawCounts() {
    const codings = this.items.filter((one) => one.kind === "coding").reduce((sum, one) => sum + one.codings.length, 0);
    const open = this.items.length - this.items.filter((one) => one.kind === "coding").length;
    const read = this.segments.filter((one) => one.read).length;
    fill(this.counts, this.blind
      ? `${plural(codings, "coding")} · ${number(read)} of ${plural(this.segments.length, "passage")} read`
      : `${plural(codings, "coding")} · ${plural(open, "suggestion")} shown · ${number(read)} of ${plural(this.segments.length, "passage")} read`);
  }

  drawTree() {
    const counts = new Map();
    for (const coding of this.codings) counts.set(coding.code, (counts.get(coding.code) ?? 0) + 1);
    const signature = JSON.stringify([...counts, this.show.code]);
    if (signature === this.treeSignature) return;
    this.treeSignature = signature;
    fill(this.treePlace,
      this.show.code ? h("p.row.small", {}, h("span", {}, `Only ${this.codes.name_(this.show.code)}`), h("button.quiet.small", { type: "button", onclick: () => this.only("") }, "Show all")) : null,
      codeTree(this.codes, { counts, chosen: this.show.code, onchoose: (code) => this.chooseInTree(code) }));
  }

  // With words selected, a click in the tree codes them; else it filters.
  chooseInTree(code) {
    const words = this.dialogue.selected() ?? this.lastSelected;
    if (words) {
      this.lastSelected = null;
      this.code(words, code.guid);
    } else this.only(this.show.code === code.guid ? "" : code.guid);
  }

  only(guid) {
    this.show.code = guid;
    this.lay();
  }

  // ---- where keys act

  selectionChanged() {
    const words = this.dialogue.selected();
    if (words) {
      this.lastSelected = words;
      this.item = null;
      this.span = words;
      this.cursor = this.segmentAt(words.start);
      this.drawer.draw();
    }
  }

  segmentAt(unit) {
    return this.segments.findIndex((one) => one.start <= unit && unit < one.end);
  }

  pick(item) {
    getSelection()?.removeAllRanges();
    this.lastSelected = null;
    this.item = item;
    this.span = { start: item.start, end: item.end };
    this.cursor = this.segmentAt(item.start);
    this.dialogue.highlight("cursor", this.span);
    this.drawer.draw();
  }

  moveTo(index, { always = false } = {}) {
    const segment = this.segments[index];
    if (!segment) return;
    getSelection()?.removeAllRanges();
    this.lastSelected = null;
    this.cursor = index;
    this.span = { start: segment.start, end: segment.end };
    this.item = this.here().find((one) => one.kind === "suggestion") ?? null;
    this.dialogue.reveal(segment, { always });
    this.dialogue.highlight("cursor", this.span);
    this.drawer.draw();
    announce(`Passage ${index + 1} of ${this.segments.length}${segment.read ? ", read" : ""}. ${this.text.slice(segment.start, segment.end)}`);
  }

  // The items that touch the passage.
  here() {
    const span = this.segments[this.cursor] ?? this.span;
    return span ? this.items.filter((one) => one.start < span.end && span.start < one.end) : [];
  }

  move(by) {
    if (this.cursor < 0) {
      const top = this.segments.findIndex((one) => this.dialogue.ranges(one)[0]?.getBoundingClientRect().top > 100);
      return this.moveTo(Math.max(0, top));
    }
    return this.moveTo(Math.min(Math.max(this.cursor + by, 0), this.segments.length - 1));
  }

  nextItem() {
    const list = this.here();
    if (!list.length) return announce("Nothing is coded or suggested here.");
    return this.pick(list[(list.findIndex((one) => one.id === this.item?.id) + 1) % list.length]);
  }

  nextSuggestion() {
    const from = this.item ?? this.segments[this.cursor] ?? { start: -1 };
    const rest = this.items.filter((one) => one.kind === "suggestion" && one.id !== this.item?.id);
    const next = rest.find((one) => one.start >= from.start) ?? rest[0];
    if (!next) {
      this.close();
      return notice("No more suggestions are shown in this transcript.");
    }
    this.pick(next);
    this.dialogue.reveal(next);
    return announce(`${this.codes.name_(next.code)}, suggested. ${this.text.slice(next.start, next.end)}`);
  }

  close() {
    this.item = null;
    this.span = null;
    this.cursor = -1;
    this.lastSelected = null;
    getSelection()?.removeAllRanges();
    this.dialogue.highlight("cursor", null);
    this.drawer.draw();
  }

  moveSpan(end, kind, by) {
    if (!this.span) return this.move(by);
    const [turn] = this.dialogue.across(this.span.start, this.span.end);
    const said = this.text.slice(turn.start, turn.end);
    const [start, stop] = moveEnd(said, [this.span.start - turn.start, Math.min(this.span.end, turn.end) - turn.start], { end, kind, by });
    this.span = { start: start + turn.start, end: stop + turn.start };
    this.dialogue.highlight("cursor", this.span);
    this.drawer.draw();
    return announce(shorten(this.spanText(), 200));
  }

  spanText() {
    return this.span ? this.text.slice(this.span.start, this.span.end) : "";
  }

  // ---- deciding

  points(span) {
    return { start: this.positions.toPoint(span.start), end: this.positions.toPoint(span.end) };
  }

  code(span, guid) {
    used(guid);
    this.codings.push({ guid: null, start: span.start, end: span.end, code: guid, coder: this.page.me.coder, facets: [], memo: "", own: true });
    this.page.outbox.send("code", { transcript: this.name, ...this.points(span), code: guid }, {
      label: `Code “${this.codes.name_(guid)}”`,
      failed: () => this.refresh(),
    });
    getSelection()?.removeAllRanges();
    this.lastSelected = null;
    this.lay();
    this.item = this.items.find((one) => one.own && one.code === guid && one.start === span.start && one.end === span.end) ?? null;
    this.drawer.draw();
    announce(`Coded ${this.codes.name_(guid)}`);
  }

  async addCode(typed = "") {
    const span = this.dialogue.selected() ?? this.span;
    if (!span) return notice("Select words first, or go to a passage with J.");
    const first = this.here().filter((one) => one.kind === "suggestion").map((one) => one.code);
    const guid = await pickCode(this.codes, { typed, first, about: shorten(this.text.slice(span.start, span.end), 200) });
    return guid ? this.code(span, guid) : undefined;
  }

  decide(verdict) {
    const item = this.item;
    if (item?.kind === "coding" && verdict === "accept" && !item.own) return this.code(item, item.code);
    if (item?.kind !== "suggestion") return notice("Go to a suggestion first.");
    const body = { segment: item.segment, code: item.code };
    if (verdict === "accept" && (this.span.start !== item.start || this.span.end !== item.end)) Object.assign(body, this.points(this.span));
    this.send(verdict, body, item, verdict);
    return this.nextSuggestion();
  }

  async changeCode() {
    const item = this.item;
    if (!item) return this.addCode();
    const guid = await pickCode(this.codes, { title: "Another code instead", without: [item.code], about: shorten(this.spanText(), 200) });
    if (!guid) return undefined;
    if (item.kind === "suggestion") {
      this.send("change", { segment: item.segment, code: item.code, to_code: guid, ...this.points(this.span) }, item, "change");
      return this.nextSuggestion();
    }
    if (!item.own?.guid) return notice("Only your own codings can be changed.");
    return this.edit({ code: guid });
  }

  send(path, body, item, verdict) {
    const stands = this.suggestions.find((one) => one.segment === item.segment && one.code === item.code);
    if (stands) stands.status = { accept: "accepted", reject: "rejected", change: "changed", unsure: "unsure" }[verdict];
    if (verdict === "accept") this.codings.push({ guid: null, start: this.span.start, end: this.span.end, code: item.code, coder: this.page.me.coder, facets: [], memo: "", own: true });
    this.page.outbox.send(path, body, { label: `${verdict} “${this.codes.name_(item.code)}”`, failed: () => this.refresh() });
    this.lay();
  }

  edit(changes) {
    const own = this.item?.own;
    if (!own?.guid) return notice("Only your own codings can be changed.");
    return this.page.outbox.send("edit", { coding: own.guid, ...changes }, { label: "Change a coding", failed: () => this.refresh() });
  }

  saveSpan() {
    if (this.item?.own && (this.span.start !== this.item.start || this.span.end !== this.item.end)) {
      this.edit(this.points(this.span));
      const id = `c:${this.span.start}:${this.span.end}:${this.item.code}`;
      this.item = { ...this.item, ...this.span, id };
    }
  }

  removeCoding() {
    const own = this.item?.own;
    if (!own?.guid) return notice("Only your own codings can be removed.");
    this.codings = this.codings.filter((one) => one !== own);
    this.page.outbox.send("remove", { coding: own.guid }, { label: `Remove “${this.codes.name_(own.code)}”`, failed: () => this.refresh() });
    this.item = null;
    this.lay();
    this.drawer.draw();
    return announce("Removed. Z takes it back.");
  }

  async facets() {
    const own = this.item?.own;
    if (!own) return notice("Go to a coding of your own first.");
    const chosen = await askFacets(this.codes.facetsOf(own.code), own.facets);
    return chosen ? this.edit({ facets: chosen }) : undefined;
  }

  async memo() {
    const own = this.item?.own;
    if (!own) return notice("Go to a coding of your own first; memos on the transcript are at the left.");
    const text = await askText("Memo on this coding", { label: "What you noticed", value: own.memo });
    return text === null ? undefined : this.edit({ memo: text });
  }

  read() {
    const segment = this.segments[this.cursor];
    if (!segment) return this.move(1);
    this.markRead([segment]);
    return this.move(1);
  }

  readTurn() {
    const segment = this.segments[this.cursor];
    if (!segment) return this.move(1);
    const all = this.segments.filter((one) => one.turn === segment.turn);
    this.markRead(all);
    this.cursor = this.segments.indexOf(all.at(-1));
    return this.move(1);
  }

  async readAll() {
    const left = this.segments.filter((one) => !one.read);
    if (!left.length) return notice("You have read every passage of this transcript.");
    const yes = await confirmThat("The whole interview is read?", h("p", {}, `${plural(left.length, "passage")} will count as read by you: where you gave no code, none applies. One undo takes it back.`), { button: "All is read" });
    return yes ? this.markRead(left) : undefined;
  }

  markRead(segments) {
    for (const segment of segments) segment.read = true;
    this.page.outbox.send("read", { segments: segments.map((one) => one.id) }, { label: "Read", failed: () => this.refresh() });
    this.lay();
  }

  setKeys() {
    this.keys = transcriptKeys(this);
    setViewKeys(this.keys, (event, name) => {
      // Arrows scroll as everywhere until a passage is chosen.
      if (/Arrow/.test(name) && !this.span) return false;
      if (!isLetter(event, name) || !this.dialogue.selected()) return false;
      this.addCode(event.key);
      return true;
    });
  }
}
