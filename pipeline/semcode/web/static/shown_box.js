// What of a transcript is shown: whose codings, which levels, which suggestions.

import { LEVELS, levelName } from "./codes.js";
import { h } from "./dom.js";
import { choice } from "./filters.js";

// `counts` is the line that says how much of it there is.
export function filterBox(view, counts) {
  const again = () => view.lay();
  const check = (id, label, on, change) => h("p.row", {},
    h("input", { type: "checkbox", id, checked: on, onchange: (event) => { change(event.target.checked); again(); } }), h("label", { for: id }, label));
  const pick = (id, label, options, change) => h("div.field", {}, h("label", { for: id }, label),
    h("select", { id, onchange: (event) => { change(event.target.value); again(); } }, options.map(([value, text]) => choice(value, text, ""))));
  const coders = [...new Set(view.codings.map((one) => one.coder))].sort();
  const score = h("output", { for: "show-low" }, "0 %");
  return h("form.filters.upright", { onsubmit: (event) => event.preventDefault() },
    counts,
    check("show-codings", "Codings", true, (on) => { view.show.codings = on; }),
    view.blind ? null : check("show-suggestions", "Suggestions (dashed)", true, (on) => { view.show.suggestions = on; }),
    coders.length > 1 ? h("fieldset", {}, h("legend", {}, "Coders"), coders.map((coder, place) =>
      check(`show-coder-${place}`, coder, true, (on) => {
        if (on) view.show.hidden.delete(coder);
        else view.show.hidden.add(coder);
      }))) : null,
    pick("show-level", "Level", [["", "all levels"], ...LEVELS.map((level) => [level, levelName(level)])], (value) => { view.show.level = value; }),
    view.blind ? null : pick("show-status", "Suggestions", [["", "open"], ["accepted", "accepted"], ["rejected", "rejected"], ["changed", "another code given"], ["unsure", "unsure"], ["all", "all"]], (value) => { view.show.status = value || "open"; }),
    view.blind ? null : h("div.field", {}, h("label", { for: "show-low" }, "Score from "), score,
      h("input", { type: "range", id: "show-low", min: 0, max: 95, step: 5, value: 0, oninput: (event) => { view.show.low = Number(event.target.value); score.textContent = `${event.target.value} %`; again(); } })));
}
