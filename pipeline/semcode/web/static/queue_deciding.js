// Deciding in the queue: what a key or button sends, and the codings that were made here.

import { used } from "./codes.js";
import { askFacets, askText } from "./dialogs.js";
import { announce, shorten } from "./dom.js";
import { decideOnMany } from "./many.js";
import { pickCode } from "./picker.js";

export class Deciding {
  constructor(queue) {
    this.queue = queue;
    this.made = new Map(); // segment: codings added here
  }

  madeAt(segment) {
    return this.made.get(segment) ?? [];
  }

  decide(verdict) {
    const { item, draft, codes } = this.queue;
    if (!item) return;
    const body = suggested(item);
    if (verdict !== "skip") body.seconds = draft.seconds();
    if (verdict === "accept") Object.assign(body, draft.made());
    else if (draft.memo && verdict !== "skip") body.note = draft.memo;
    this.keep(item, verdict, verdict, body, `${VERBS[verdict]} “${codes.name_(item.code)}”`);
  }

  async change() {
    const { item, draft, codes, stock } = this.queue;
    if (!item) return;
    const to = await pickCode(codes, { title: "Another code instead", without: [item.code], first: stock.othersFor(item), about: shorten(draft.text(), 200) });
    if (!to || this.queue.item !== item) return;
    const body = { ...suggested(item), to_code: to, seconds: draft.seconds(), ...draft.made(), ...draft.ends() };
    this.keep(item, "change", "changed", body, `“${codes.name_(to)}” instead`);
  }

  read() {
    const { item } = this.queue;
    if (item) this.keep(item, "read", "read", { segments: [item.segment] }, "Read");
  }

  keep(item, path, verdict, body, label) {
    const { stock, page } = this.queue;
    stock.keep(item.key, verdict);
    page.outbox.send(path, body, {
      label: `${label}: ${shorten(item.text, 60)}`,
      failed: () => {
        stock.release(item.key);
        this.queue.refill();
      },
    });
    this.queue.next();
  }

  async many(verdict) {
    const { page, filters, stock } = this.queue;
    const done = () => {
      stock.item = null;
      this.queue.refill();
    };
    if (await decideOnMany({ page, filters, verdict, done })) stock.acts.push("bulk");
  }

  // ---- codings of the passage's words, beside the suggestion

  async add() {
    const { item, draft, codes, audit, stock } = this.queue;
    if (!item) return;
    const code = await pickCode(codes, { title: audit ? "Give a code" : "Add a code", without: audit ? [] : [item.code], first: stock.othersFor(item), about: shorten(draft.text(), 200) });
    if (code && this.queue.item === item) this.codeSpan(draft.span, code, audit ? { facets: draft.facets, memo: draft.memo } : {});
  }

  async codeSelection(span, typed) {
    const { item, draft, codes } = this.queue;
    const code = await pickCode(codes, { typed, about: shorten(draft.text(span), 200) });
    if (code && this.queue.item === item) this.codeSpan(span, code, {});
  }

  codeSpan(span, code, { facets = [], memo = "" }) {
    const { item, draft, codes, page, stock, card } = this.queue;
    used(code);
    const name = codes.name_(code);
    const made = { code, text: draft.text(span), guid: null };
    this.made.set(item.segment, [...this.madeAt(item.segment), made]);
    page.outbox.send("code", { transcript: item.transcript, ...draft.ends(span), code, facets, memo, seconds: draft.seconds() }, {
      label: `Code “${name}”`,
      done: (outcome) => { made.guid = outcome.coding; card.drawExtras(); },
      failed: () => {
        this.made.set(item.segment, this.madeAt(item.segment).filter((one) => one !== made));
        card.drawExtras();
      },
    });
    stock.acts.push(`code:${name}`);
    card.drawExtras();
    announce(`Coded ${name}`);
  }

  removeMade(made) {
    if (!made.guid) return;
    this.queue.page.outbox.send("remove", { coding: made.guid }, { label: "Remove a coding" });
    this.queue.stock.acts.push("remove");
    for (const [segment, list] of this.made) this.made.set(segment, list.filter((one) => one !== made));
    this.queue.card.drawExtras();
  }

  // Codings made here come and go with undo and redo.
  forget(outcome, kind) {
    if (!outcome.coding) return;
    for (const [segment, list] of this.made) this.made.set(segment, list.filter((one) => one.guid !== outcome.coding));
    const { item, draft } = this.queue;
    if (kind === "redo" && item && outcome.transcript === item.transcript && outcome.start >= item.start && outcome.end <= item.end) {
      this.made.set(item.segment, [...this.madeAt(item.segment), { code: outcome.code, text: draft.text(), guid: outcome.coding }]);
    }
  }

  // ---- what the decision will carry

  async facets() {
    const { item, draft, codes, card } = this.queue;
    if (!item) return;
    const known = item.code ? codes.facetsOf(item.code) : codes.facets;
    const chosen = await askFacets(known, draft.facets);
    if (chosen) {
      draft.facets = chosen;
      card.drawExtras();
    }
  }

  async memo() {
    const { item, draft, card } = this.queue;
    if (!item) return;
    const text = await askText("Memo", { label: "What you noticed about this passage", value: draft.memo, hint: "It is stored with the decision." });
    if (text !== null) {
      draft.memo = text;
      card.drawExtras();
    }
  }

  moveSpan(end, kind, by) {
    const { item, draft, card } = this.queue;
    if (!item) return;
    draft.move(end, kind, by);
    card.drawText();
    announce(shorten(draft.text(), 200));
  }
}

const VERBS = { accept: "Accept", reject: "Reject", unsure: "Unsure about", skip: "Skip" };

// What a decision is about, with the score that was shown: by now it may be another one.
function suggested({ segment, code, score, model }) {
  return { segment, code, score, model };
}
