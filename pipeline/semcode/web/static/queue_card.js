// The card of the queue: the passage with what is suggested, and the buttons that decide.

import { codeLabel } from "./codes.js";
import { clock, fill, h, percent, shorten } from "./dom.js";
import { address } from "./filters.js";
import { shownKeys } from "./keys.js";
import { queueKeys, spanKeys } from "./queue_keys.js";
import { weighed, withWords } from "./why.js";

export class Card {
  constructor(queue) {
    this.queue = queue;
    this.element = h("article.card.passage-card", { tabindex: "-1", "aria-label": "Passage to decide on" });
    this.text = h("p.passage");
    this.source = h("p.source");
    this.question = h("p.question");
    this.suggestion = h("div.suggestion");
    this.score = h("p.score");
    this.extras = h("div.extras");
    this.bar = h("div.actions", { role: "group", "aria-label": "Decide" }, queueKeys(queue).map((one) =>
      h("button", { type: "button", class: one.tone ?? null, onclick: one.run }, one.button, h("span.keys", { "aria-hidden": "true" }, shownKeys({ shown: one.shown })))));
    this.spanTools = h("details.span-tools", {}, h("summary", {}, "Change the span"), h("div.row", { role: "group", "aria-label": "Change the span" },
      spanKeys(queue).map((one) => h("button.small", { type: "button", onclick: one.run }, one.label, h("span.keys", { "aria-hidden": "true" }, shownKeys(one))))));
    fill(this.element, this.source, this.question, this.text, this.suggestion, this.extras, this.bar, this.spanTools);
  }

  draw() {
    const { item, codes } = this.queue;
    this.element.dataset.key = item?.key ?? "";
    this.element.classList.toggle("empty", !item);
    this.bar.hidden = !item;
    this.spanTools.hidden = !item;
    if (!item) return this.drawEmpty();
    fill(this.source,
      h("a", { href: address("/transcript", { name: item.transcript, at: item.start }) }, item.transcript),
      item.participant && item.participant !== item.transcript ? ` · ${item.participant}` : null,
      item.time_start === undefined || item.time_start === null ? null : ` · ${clock(item.time_start)}`);
    this.question.hidden = !item.question;
    this.question.textContent = item.question ?? "";
    this.drawText();
    if (item.code) {
      fill(this.suggestion, h("p.suggested", {}, codeLabel(codes.get(item.code), { path: true })), this.score);
      this.drawScore();
    } else fill(this.suggestion);
    return this.drawExtras();
  }

  drawScore() {
    const { item } = this.queue;
    if (!item?.code) return;
    fill(this.score, h("span.meter", { vars: { "--share": item.score }, "aria-hidden": "true" }), percent(item.score),
      item.status && item.status !== "open" ? h("span.tag", {}, STATUS[item.status] ?? item.status) : null);
  }

  drawEmpty() {
    const { queue } = this;
    fill(this.source);
    this.question.hidden = true;
    fill(this.text);
    fill(this.extras);
    fill(this.suggestion, queue.busy
      ? h("p.waiting", {}, "Fetching the next ones …")
      : h("div.done", {},
        h("h2", {}, queue.audit ? "Nothing left to read blind." : "Nothing left to decide here."),
        h("p", {}, queue.stock.note || emptyText(queue)),
        h("p.row", {}, h("a.button", { href: "/" }, "Home"), h("a.button", { href: "/transcript" }, "Transcripts"))));
  }

  drawText() {
    const { item, draft } = this.queue;
    const [start, end] = draft.span;
    fill(this.text,
      h("span.around", {}, draft.context.slice(0, start)),
      h("mark", {}, withWords(draft.context.slice(start, end), weighed({ ...item.evidence, ...item.explained }))),
      h("span.around", {}, draft.context.slice(end)));
  }

  // Facets and memo that the decision will carry, and codings made here.
  drawExtras() {
    const { queue } = this;
    const { facets, memo } = queue.draft;
    const made = queue.item ? queue.deciding.madeAt(queue.item.segment) : [];
    fill(this.extras,
      facets.length ? h("p.row", {}, facets.map((value) => h("span.tag", {}, value))) : null,
      memo ? h("p.memo-line", {}, h("b", {}, "Memo: "), memo) : null,
      made.map((one) => h("p.made", {}, codeLabel(queue.codes.get(one.code)), h("span.soft", {}, ` “${shorten(one.text, 50)}”`),
        h("button.quiet.small", { type: "button", disabled: !one.guid, onclick: () => queue.deciding.removeMade(one) }, "Remove"))));
  }
}

function emptyText(queue) {
  if (queue.audit) return "Draw an audit sample to learn how good the suggestions are.";
  if (Object.keys(queue.filters).length) return "The filter lets no open suggestion through.";
  return "Every suggestion has a decision. Look at the home page for the next step.";
}

const STATUS = { accept: "accepted", accepted: "accepted", reject: "rejected", rejected: "rejected", changed: "another code given", unsure: "unsure", skip: "skipped", read: "read" };
