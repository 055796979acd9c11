// Ask who is coding.

import { fill, h } from "./dom.js";

export async function ask(place, join) {
  const name = h("input", { id: "who-name", required: true, maxlength: 200, autocomplete: "off" });
  const role = h("input", { id: "who-role", maxlength: 200, autocomplete: "off" });
  const error = h("p.error-box", { role: "alert", hidden: true });
  const form = h("form.stacked", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await join(name.value.trim(), role.value.trim());
      } catch (problem) {
        if (problem.status === undefined) throw problem;
        error.hidden = false;
        error.textContent = problem.message;
      }
    },
  },
    h("label", { for: "who-name" }, "Your name as a coder"), name,
    h("p.soft.small", {}, "It stands beside every coding and decision. Use the same name each time."),
    h("label", { for: "who-role" }, "Role (optional)"), role,
    h("p.soft.small", {}, "For example: first coder, second coder, consultant with lived experience."),
    error,
    h("button.primary", {}, "Start"));
  fill(place, h("div.narrow-page", {}, h("h1", {}, "Who is coding?"), form));
  name.focus();
}
