// The transcript view: read, look at codings and suggestions, code what is selected.

import { get } from "./api.js";
import { Dialogue } from "./dialogue.js";
import { notice } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { Drawer } from "./drawer.js";
import { setViewKeys } from "./keys.js";
import { Positions } from "./positions.js";
import { isLetter } from "./selection.js";
import { Cursor } from "./transcript_cursor.js";
import { Deciding } from "./transcript_deciding.js";
import { Frame } from "./transcript_frame.js";
import { isShown, itemsOf } from "./transcript_items.js";
import { transcriptKeys } from "./transcript_keys.js";

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
    this.cursor = new Cursor(this);
    this.deciding = new Deciding(this);
  }

  open() {
    this.dialogue = new Dialogue({ text: this.text, turns: this.turns, codes: this.codes, onpick: (item) => this.cursor.pick(item) });
    this.drawer = new Drawer(this);
    this.frame = new Frame(this);
    this.lay();
    this.setKeys();
    this.onselect = () => this.cursor.selectionChanged();
    document.addEventListener("selectionchange", this.onselect);
  }

  // The list of transcripts, where the text was shown before it came.
  async takeList() {
    try {
      const { transcripts, people } = await this.late;
      this.names = transcripts;
      this.attributesInUse = inUse(people);
      this.frame.drawChoosers();
    } catch (error) {
      if (error.status === undefined) throw error;
    }
  }

  shown() {
    if (this.late) this.takeList();
    const at = Number(this.values.at);
    if (this.values.at !== undefined && !Number.isNaN(at)) {
      const place = this.cursor.segmentAt(this.positions.toUnit(at));
      if (place >= 0) this.cursor.goTo(place, { always: true });
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
    this.attributes = view.attributes ?? {};
    this.model = view.model;
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
    this.cursor.keepItem();
    return this.drawer.draw();
  }

  stored(outcome, one) {
    if (["accept", "change", "code", "edit", "remove", "reject", "unsure", "read"].includes(one.path)) {
      clearTimeout(this.waiting);
      if (!this.page.outbox.pending.length) this.waiting = setTimeout(() => this.refresh(), 60);
    }
  }

  // Lay over the text what the choices let through.
  lay() {
    this.items = itemsOf(this.codings, this.suggestions, this.show.hidden)
      .filter((item) => isShown(item, this.show, this.codes) && this.saidByChosen(item));
    this.dialogue.lay(this.items, this.segments.filter((one) => one.read));
    this.frame.draw();
  }

  saidByChosen(item) {
    if (!this.values.attribute) return true;
    const [turn] = this.dialogue.across(item.start, item.end);
    const known = this.attributes[turn?.participant];
    return !known || known[this.values.attribute] === this.values.value;
  }

  setKeys() {
    this.keys = transcriptKeys(this);
    setViewKeys(this.keys, (event, name) => {
      // Arrows scroll as everywhere until a passage is chosen.
      if (/Arrow/.test(name) && !this.cursor.span) return false;
      if (!isLetter(event, name) || !this.dialogue.selected()) return false;
      this.deciding.addCode(event.key);
      return true;
    });
  }
}
