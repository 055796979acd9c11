// The codebook as a tree with counts and a search; a click shows or filters a code.

import { dot, levelClass, levelName } from "./codes.js";
import { fill, h, number, plural } from "./dom.js";

// `counts` maps guid to a number; `chosen` is the guid that is filtered for.
export function codeTree(codes, { counts = null, chosen = null, onchoose, label = "Codebook" }) {
  const list = h("div.tree");
  const field = h("input", { type: "search", id: "tree-search", placeholder: "Search codes", "aria-label": "Search codes", autocomplete: "off", maxlength: 100 });
  const draw = () => {
    const asked = field.value.trim();
    if (asked) {
      const found = codes.search(asked);
      fill(list, found.length ? h("ul", {}, found.map((code) => row(code, 0))) : h("p.soft.small", {}, "No code fits."));
      return;
    }
    fill(list, codes.byLevel().map(([level, roots]) =>
      h("section", { class: levelClass(level) },
        h("h2.level-head", {}, levelName(level)),
        h("ul", {}, codes.flat(roots).map(({ code, depth }) => row(code, depth))))));
  };
  const row = (code, depth) => {
    const count = counts ? counts.get(code.guid) ?? 0 : code.count;
    return h("li", { vars: { "--depth": depth } },
      h("button.tree-code", {
        type: "button",
        class: levelClass(code.level),
        "aria-pressed": code.guid === chosen ? "true" : "false",
        title: code.definition || null,
        onclick: () => onchoose(code),
      }, dot(code), h("span.tree-name", {}, code.name), h("span.tree-count", { title: plural(count, "coding") }, count ? number(count) : "")));
  };
  field.addEventListener("input", draw);
  draw();
  return h("section.tree-box", { "aria-label": label }, field, list);
}
