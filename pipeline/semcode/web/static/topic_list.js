// The list of topics: each with what is known of it in a line, and a tick for merging.

import { fill, h, plural } from "./dom.js";

export function topicList(view) {
  const ticks = h("div");
  const draw = () => fill(ticks, view.ticked.size > 1
    ? h("button.small", { type: "button", onclick: () => view.acts.together(view.topic([...view.ticked][0])) }, `Merge the ${view.ticked.size} ticked …`) : null);
  draw();
  return [
    h("div.title-line", {}, h("h2", {}, "Topics"), h("span.push", {}, ticks)),
    h("ul.topic-list", {}, view.topics.map((topic) => row(view, topic, draw))),
  ];
}

function row(view, topic, changed) {
  const tick = h("input", {
    type: "checkbox", checked: view.ticked.has(topic.id), "aria-label": `Tick ${topic.name} for merging`,
    onchange: (event) => {
      if (event.target.checked) view.ticked.add(topic.id);
      else view.ticked.delete(topic.id);
      changed();
    },
  });
  return h("li", {}, h("span.topic-tick", {}, tick), h("button.topic-row", {
    type: "button",
    class: topic.status === "rejected" ? "set-aside" : null,
    data: { topic: topic.id },
    "aria-current": topic.id === view.chosen ? "true" : null,
    onclick: () => { view.selection.clear(); view.choose(topic.id, { focus: true }); },
  },
  h("span.topic-name", {}, view.swatchOf(topic), h("span", {}, topic.name, " ", h("span.topic-id", {}, topic.id))),
  topic.named && topic.terms.length ? h("span.soft.small", {}, topic.terms.slice(0, 5).join(", ")) : null,
  h("span.soft.small", {}, [plural(topic.size, "passage"), plural(topic.participants, "participant"), holds(topic)].filter(Boolean).join(" · ")),
  h("span.topic-tags", {}, tagsOf(topic))));
}

// How well a topic holds, in words; "" where it was not tried.
export function holds(topic) {
  if (topic.stability === null) return "";
  return topic.stability >= 0.8 ? "holds well" : topic.stability >= 0.6 ? "mostly holds" : "does not hold well";
}

export function tagsOf(topic) {
  const state = {
    accepted: () => h("span.tag.settled", {}, `code: ${topic.code ?? "no longer in the codebook"}`),
    rejected: () => h("span.tag", {}, "rejected"),
    open: () => h("span.tag", {}, topic.covered_by ? `covered by ${topic.covered_by}` : "new"),
  }[topic.status]();
  return [state, topic.of_one_person ? h("span.tag.careful", {}, "no theme yet: one person") : null];
}
