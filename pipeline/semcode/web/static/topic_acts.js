// What people do with a topic: each is stored once, and the page is read anew.

import { get, post } from "./api.js";
import { area, codeChoice, labelled, levelChoice, text } from "./code_form.js";
import { askText, confirmThat, notice, openDialog } from "./dialogs.js";
import { fill, h, plural, shorten } from "./dom.js";
import { newId } from "./outbox.js";
import { pickCode } from "./picker.js";

const MOST_PARTS = 5;

export function actsOn(view) {
  // Quick ones go through the outbox: they are kept and tried again while the server is away.
  const decide = (path, body, label) => view.page.outbox.send(`topics/${path}`, body, {
    label,
    done: (outcome) => after(view, outcome),
    failed: (error) => notice(error.message, { error: true }),
  });
  return {
    accept: (topic) => accept(view, topic),
    intoCode: async (topic) => {
      const near = view.codes.all.find((code) => code.name === topic.covered_by);
      const code = await pickCode(view.codes, { title: `Merge “${topic.name}” into a code`, first: near ? [near.guid] : [], about: `The queue gets ${plural(topic.size, "passage")} as suggestions of the code.` });
      if (code) decide("merge-into-code", { topic: topic.id, code }, `Merge ${topic.name} into ${view.codes.name_(code)}`);
    },
    together: (topic) => together(view, topic, decide),
    split: (topic) => split(topic, decide),
    gather: async (spans) => {
      const name = await askName({ name: "", terms: [] }, `Make a topic of ${plural(spans.length, "passage")}`, "Make the topic");
      if (!name) return;
      view.selection.clear();
      decide("gather", { spans, name }, `Make the topic ${name}`);
    },
    rename: async (topic) => {
      const name = await askName(topic);
      if (name && name !== topic.name) decide("rename", { topic: topic.id, name }, `Rename ${topic.name}`);
    },
    reject: async (topic) => {
      const note = await askText(`Reject “${topic.name}”`, { label: "Why (may be left empty)", hint: "A rejected topic does not come back when topics are found again. It can be taken back.", button: "Reject" });
      if (note !== null) decide("reject", { topic: topic.id, note }, `Reject ${topic.name}`);
    },
    back: async (topic) => {
      if (!topic.undoable) return notice("Nothing was decided on this topic.");
      return decide("take-back", { topic: topic.id }, `Take back what was decided on ${topic.name}`);
    },
  };
}

async function after(view, outcome) {
  for (const sentence of outcome.said) notice(sentence);
  await view.page.loadCodes();
  view.ticked.clear();
  const made = outcome.topics?.[0];
  if (made) view.chosen = made;
  if (!view.left) await view.load();
}

// A code drafted from the topic, to be edited before it is made; errors stay in the dialog.
async function accept(view, topic) {
  let draft;
  try {
    draft = await get("topics/draft", { topic: topic.id });
  } catch (error) {
    if (error.status === undefined) throw error;
    return notice(error.message, { error: true });
  }
  const under = view.codes.all.find((code) => code.name === draft.under);
  const name = text("topic-code-name", draft.name);
  const definition = area("topic-code-definition", draft.definition, 6);
  const parent = codeChoice("topic-code-parent", view.codes, { none: "no parent (top of the tree)", chosen: under?.guid });
  const level = levelChoice("topic-code-level", draft.level);
  const place = h("div", {}, labelled("SEM level", level));
  const placed = () => { place.hidden = Boolean(parent.value); };
  parent.addEventListener("change", placed);
  placed();
  const examples = draft.examples.map((quote, at) => [h("input", { type: "checkbox", id: `topic-example-${at}`, checked: true }), quote]);
  const wrong = h("div", { "aria-live": "assertive" });
  const request = newId();
  const read = () => ({
    topic: topic.id, request, name: name.value.trim(), definition: definition.value.trim(),
    under: parent.value || null, level: parent.value ? null : level.value || null,
    examples: examples.filter(([box]) => box.checked).map(([, quote]) => quote),
  });
  async function send(close) {
    try {
      close(await post("topics/accept", read()));
    } catch (error) {
      if (error.status === undefined) throw error;
      fill(wrong, h("p.error-box", {}, error.message));
    }
  }
  const done = await openDialog(`Accept “${topic.name}” as a new code`, (close) => {
    const form = h("form.stacked", { id: "topic-code-form", onsubmit: (event) => { event.preventDefault(); send(close); } },
      h("p.soft", {}, `The draft rests on the terms and quotes of the topic alone. Say in your own words what the code means. The queue gets its ${plural(topic.size, "passage")} as suggestions.`),
      topic.of_one_person ? h("p.careful-line", {}, "One person says nearly all of it: that is no theme yet.") : null,
      labelled("Name", name), labelled("Definition", definition), labelled("Under", parent), place,
      examples.length ? h("fieldset.stacked", {}, h("legend", {}, "Examples to keep with the code"), examples.map(([box, quote]) => h("p.row", {}, box, h("label.clip", { for: box.id, title: quote }, shorten(quote, 90))))) : null, wrong);
    return form;
  }, {
    wide: true,
    onopen: () => { name.focus(); name.select(); },
    actions: (close) => [
      h("button", { type: "button", onclick: () => close() }, "Cancel"),
      h("button.primary", { type: "submit", form: "topic-code-form" }, "Make the code"),
    ],
  });
  return done ? after(view, done) : undefined;
}

async function together(view, topic, decide) {
  const open = view.topics.filter((one) => one.status === "open" && one.id !== topic.id);
  if (!open.length) return notice("There is no other open topic to merge it with.");
  const boxes = open.map((one) => [h("input", { type: "checkbox", id: `merge-${one.id}`, value: one.id, checked: view.ticked.has(one.id) }), one]);
  const yes = await confirmThat(`Merge “${topic.name}” with other topics`, [
    h("p.soft", {}, "They become one topic. It can be taken back."),
    h("fieldset.stacked", {}, h("legend.unseen", {}, "Topics"), boxes.map(([box, one]) => h("p.row", {}, box, h("label", { for: box.id }, `${one.name} (${plural(one.size, "passage")})`)))),
  ], { button: "Merge" });
  const chosen = boxes.filter(([box]) => box.checked).map(([, one]) => one);
  if (!yes) return undefined;
  if (!chosen.length) return notice("Tick at least one other topic.");
  return decide("merge", { topics: [topic.id, ...chosen.map((one) => one.id)] }, `Merge ${topic.name} with ${chosen.map((one) => one.name).join("; ")}`);
}

async function split(topic, decide) {
  const parts = h("input", { type: "number", id: "topic-parts", min: 2, max: MOST_PARTS, value: 2 });
  const yes = await confirmThat(`Split “${topic.name}”`, [
    h("p.soft", {}, "Its passages are grouped anew, among themselves. It can be taken back."), labelled("Into how many parts", parts),
  ], { button: "Split" });
  if (yes) decide("split", { topic: topic.id, parts: Math.min(MOST_PARTS, Math.max(2, Number(parts.value) || 2)) }, `Split ${topic.name}`);
}

function askName(topic, title = "Rename the topic", button = "Rename") {
  const name = text("topic-name", topic.name);
  name.maxLength = 200;
  return openDialog(title, (close) => {
    const form = h("form.stacked", { id: "topic-name-form", onsubmit: (event) => { event.preventDefault(); close(name.value.trim()); } }, labelled("Name", name), topic.terms.length ? h("p.soft.small", {}, `Terms: ${topic.terms.join(", ")}`) : null);
    return form;
  }, {
    onopen: () => { name.focus(); name.select(); },
    actions: (close) => [h("button", { type: "button", onclick: () => close() }, "Cancel"), h("button.primary", { type: "submit", form: "topic-name-form" }, button)],
  });
}
