// Passages on the map: the card of one, a table of many, and those that were selected.

import { codeLabel } from "./codes.js";
import { notice } from "./dialogs.js";
import { announce, h, number, plural, shorten } from "./dom.js";
import { address, choice } from "./filters.js";
import { pickCode } from "./picker.js";

const CARD = 320; // letters of a quote on its card
const AT_ONCE = 50;

export function passageCard(view, i) {
  const { points, codes } = view;
  return [
    h("q", {}, shorten(points.text[i], CARD)),
    h("p.soft.small", {}, [...new Set([points.participant[i], points.transcript[i]])].filter(Boolean).join(" · ")),
    h("p.small", {}, "Topic: ", view.topic(points.topic[i])?.name ?? "none"),
    points.code[i] ? h("p.small", {}, "Code: ", codes.name_(points.code[i])) : null,
  ];
}

// A table of passages, some at a time; with `filter` of the chosen topic, of none, or all.
export function passageTable(view, { rows = null, caption, filter = false }) {
  const { points } = view;
  const body = h("tbody");
  const more = h("button", { type: "button" });
  let shown = 0;
  const among = () => rows ?? points.x.map((_, i) => i).filter((i) => view.tableOf === undefined || points.topic[i] === view.tableOf);
  const add = (list) => {
    body.append(...list.slice(shown, shown + AT_ONCE).map((i) => line(view, i)));
    shown = Math.min(list.length, shown + AT_ONCE);
    more.hidden = shown >= list.length;
    more.textContent = `Show more (${number(list.length - shown)} left)`;
  };
  const start = () => {
    shown = 0;
    body.replaceChildren();
    const list = among();
    more.onclick = () => add(list);
    add(list);
  };
  const pick = filter ? h("select", { id: "table-topic", onchange: (event) => { view.tableOf = event.target.value === "all" ? undefined : event.target.value; start(); } },
    choice("all", "all passages", view.tableOf === undefined ? "all" : ""), view.topics.map((topic) => choice(topic.id, topic.name, view.tableOf)), choice("", "in no topic", view.tableOf)) : null;
  start();
  return [
    pick ? h("div.filters", {}, h("div.field", {}, h("label", { for: "table-topic" }, "Topic"), pick)) : null,
    h("div.table-frame.passage-frame", { tabindex: "0", role: "region", "aria-label": caption }, h("table.passages", {},
      h("caption.unseen", {}, caption),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span.unseen", {}, "Selected")), h("th", { scope: "col" }, "Who"), h("th", { scope: "col" }, "Passage"), h("th", { scope: "col" }, "Topic"), h("th", { scope: "col" }, "Code"))),
      body)),
    h("p", {}, more),
  ];
}

function line(view, i) {
  const { points } = view;
  const tick = h("input", { type: "checkbox", checked: view.selection.rows.has(i), "aria-label": `Select: ${shorten(points.text[i], 60)}`, onchange: () => view.selection.toggle(i, { quiet: true }) });
  return h("tr", {}, h("td", {}, tick),
    h("td", {}, points.participant[i] === points.transcript[i] ? null : points.participant[i], h("div.small", {}, h("a", { href: address("/transcript", { name: points.transcript[i], at: points.start[i] }) }, points.transcript[i]))),
    h("td", {}, points.text[i]),
    h("td", {}, view.topic(points.topic[i])?.name ?? h("span.soft", {}, "none")),
    h("td", {}, points.code[i] ? codeLabel(view.codes.get(points.code[i])) : null));
}

// The passages that a line was drawn around, or that were ticked.
export class Selection {
  constructor(view) {
    this.view = view;
    this.rows = new Set();
  }

  set(rows) {
    this.rows = new Set(rows);
    this.changed();
    announce(rows.length ? `${plural(rows.length, "passage")} selected` : "No passage selected");
  }

  clear() {
    if (this.rows.size) this.set([]);
  }

  all(topic) {
    this.set(this.view.points.topic.flatMap((one, i) => (one === topic ? [i] : [])));
  }

  // `quiet` where the tick itself says it.
  toggle(i, { quiet = false } = {}) {
    if (!this.rows.delete(i)) this.rows.add(i);
    this.changed();
    if (!quiet) announce(`${plural(this.rows.size, "passage")} selected`);
  }

  changed() {
    this.view.map.choosing(this.rows);
    this.view.drawAbout();
  }

  // Everything at once, with one undo.
  async code() {
    const { view } = this;
    const spans = this.spans();
    const code = await pickCode(view.codes, { title: `Give ${plural(spans.length, "passage")} a code` });
    if (!code) return;
    view.page.outbox.send("topics/code", { spans, code }, {
      label: `Give ${plural(spans.length, "passage")} the code ${view.codes.name_(code)}`,
      done: async (outcome) => {
        notice(`${plural(outcome.lines, "passage")} coded with “${view.codes.name_(code)}”. One undo takes all of them back.`);
        if (!view.left) await view.load();
      },
      failed: (error) => notice(error.message, { error: true }),
    });
  }

  spans() {
    const { points } = this.view;
    return [...this.rows].map((i) => ({ transcript: points.transcript[i], start: points.start[i], end: points.end[i] }));
  }

  panel() {
    const { view } = this;
    const rows = [...this.rows].sort((a, b) => a - b);
    const count = (values, name) => {
      const counts = new Map();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([value, n]) => `${name(value)} (${number(n)})`).join(", ");
    };
    const people = new Set(rows.map((i) => view.points.participant[i]));
    return [
      h("div.title-line", {}, h("h2", {}, `${plural(rows.length, "passage")} selected`), h("span.soft", {}, `of ${plural(people.size, "participant")}`),
        h("button.quiet.push", { type: "button", onclick: () => this.clear() }, "Clear")),
      h("dl", {},
        h("dt", {}, "Topics"), h("dd", {}, count(rows.map((i) => view.points.topic[i]), (id) => view.topic(id)?.name ?? "none")),
        h("dt", {}, "Codes"), h("dd", {}, count(rows.map((i) => view.points.code[i]), (guid) => (guid ? view.codes.name_(guid) : "none")))),
      h("div.actions", { role: "group", "aria-label": "Decide on the selected passages" },
        h("button.primary", { type: "button", onclick: () => this.code() }, "Give a code …"),
        rows.length > 1 ? h("button", { type: "button", title: "A topic can become a new code or go into one: its passages then come into the queue", onclick: () => view.acts.gather(this.spans()) }, "Make a topic …") : null),
      passageTable(view, { rows, caption: "Table of what is selected" }),
    ];
  }
}
