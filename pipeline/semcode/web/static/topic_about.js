// The chosen topic: its terms, quotes, who speaks of it, how it relates to codes, what to do.

import { levelName } from "./codes.js";
import { ago, h, number, percent, plural } from "./dom.js";
import { address } from "./filters.js";
import { holds, tagsOf } from "./topic_list.js";

const SHOWN_PEOPLE = 8;

export function aboutTopic(view, topic) {
  if (!topic) return h("p.soft", {}, "No topic was found: every passage stands alone.");
  const line = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];
  return [
    h("div.title-line", {}, h("h2", {}, view.swatchOf(topic), " ", topic.name, " ", h("span.topic-id", {}, topic.id)), h("span.topic-tags", {}, tagsOf(topic))),
    decided(view, topic),
    actions(view, topic),
    h("dl", {},
      line("Terms", topic.terms.join(", ") || "no words of its own"),
      line("Size", `${plural(topic.size, "passage")}, ${percent(topic.size / view.found.segments)} of all`),
      line("Said by", said(topic)),
      line("Holds", topic.stability === null ? "not tried" : `${holds(topic)}: ${percent(topic.stability)} of its passages keep it when chance or one interview is taken away`),
      line("Codes", covered(topic)),
      topic.level ? line("Level", `${levelName(topic.level)} is the likeliest`) : null,
      topic.made_of.length ? line("Made of", topic.made_of.map((id) => view.topic(id)?.name ?? id).join(", ")) : null),
    h("ul.quotes", {}, topic.quotes.map((quote) => h("li", {}, h("q", {}, quote.text),
      h("span.soft.small", {}, quote.participant === quote.transcript ? null : `${quote.participant} · `, h("a", { href: address("/transcript", { name: quote.transcript, at: quote.start }) }, quote.transcript))))),
  ];
}

function decided(view, topic) {
  const line = topic.decision;
  if (!line) return null;
  return h("p", {}, `${topic.status === "rejected" ? "Rejected" : "Accepted"} by ${line.coder}, ${ago(line.at)}.`,
    line.note ? ` ${line.note}` : "",
    topic.status === "accepted" && view.codes.byGuid.has(topic.code_guid) ? [
      " ", h("a", { href: address("/codebook", { code: topic.code_guid }) }, "See the code"),
      " · ", h("a", { href: address("/queue", { code: topic.code_guid }) }, "Decide on its passages in the queue"),
    ] : null);
}

function said(topic) {
  const named = topic.people.slice(0, SHOWN_PEOPLE).map(([name, count]) => `${name} (${number(count)})`).join(", ");
  const more = topic.people.length - SHOWN_PEOPLE;
  return [
    `${plural(topic.participants, "participant")}: ${named}${more > 0 ? ` and ${more} more` : ""}`,
    topic.of_one_person ? h("p.careful-line", {}, `${topic.participants === 1 ? "One person says all of it" : `One person says ${percent(topic.largest_share)} of it`}: that is no theme yet.`) : null,
  ];
}

function covered(topic) {
  if (!topic.covered_by) return topic.nearest_code ? `new: the nearest is ${topic.nearest_code}, which ${percent(topic.coverage)} of it has` : "new: no code covers it";
  const from = { codings: "codings of people", suggestions: "suggestions of the model", decision: "a decision" }[topic.covered_from] ?? "";
  return topic.covered_from === "decision" ? topic.covered_by : `${topic.covered_by} covers ${percent(topic.coverage)} of it, by ${from}`;
}

function actions(view, topic) {
  const open = topic.status === "open";
  const act = (name, key, run, kind = "button") => h(kind, { type: "button", onclick: () => run(topic) }, name, h("span.keys", { "aria-hidden": "true" }, h("kbd", {}, key)));
  return h("div.actions", { role: "group", "aria-label": "Decide on this topic" },
    open ? [
      act("Accept as a new code …", "A", view.acts.accept, "button.primary"),
      act("Merge into a code …", "C", view.acts.intoCode),
      act("Merge topics …", "G", view.acts.together),
      act("Split …", "P", view.acts.split),
    ] : null,
    act("Rename …", "R", view.acts.rename),
    open ? act("Reject", "X", view.acts.reject) : null,
    topic.undoable ? act("Take back", "B", view.acts.back) : null,
    h("button", { type: "button", onclick: () => view.selection.all(topic.id) }, `Select all ${number(topic.size)}`));
}
