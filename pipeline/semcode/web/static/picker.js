// Choose a code by typing: a combobox with its list, in a dialog.

import { codeLabel, levelClass, levelName, recentCodes, used } from "./codes.js";
import { openDialog } from "./dialogs.js";
import { announce, fill, h, plural } from "./dom.js";

const MOST = 60;

// Resolves to a code's guid, or null. `typed` are letters that were typed already.
export function pickCode(codes, { title = "Choose a code", typed = "", first = [], without = [], about = "" } = {}) {
  const recent = [...new Set([...first, ...recentCodes()])];
  let shown = [];
  let active = 0;
  const list = h("ul.options", { id: "code-options", role: "listbox", "aria-label": "Codes" });
  const detail = h("div.option-detail", { tabindex: "0", role: "region", "aria-label": "The code" });
  const field = h("input", {
    type: "text",
    id: "code-typed",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-expanded": "true",
    "aria-controls": "code-options",
    "aria-autocomplete": "list",
    maxlength: 100,
  });
  field.value = typed;
  return openDialog(title, (close) => {
    const choose = (code) => {
      used(code.guid);
      close(code.guid);
    };
    const mark = () => {
      [...list.children].forEach((option, place) =>
        option.setAttribute("aria-selected", place === active ? "true" : "false"));
      const option = list.children[active];
      if (option) {
        field.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else field.removeAttribute("aria-activedescendant");
      fill(detail, shown[active] ? describe(shown[active]) : null);
    };
    const look = () => {
      const asked = field.value.trim();
      shown = codes.search(asked, { recent }).filter((code) => !without.includes(code.guid)).slice(0, MOST);
      active = 0;
      fill(list, shown.map((code, place) =>
        h("li", {
          id: `code-option-${place}`,
          role: "option",
          class: levelClass(code.level),
          onclick: () => choose(code),
          onmousemove: () => {
            if (active === place) return;
            active = place;
            mark();
          },
        }, codeLabel(code, { path: true }), !asked && recent.includes(code.guid) ? h("span.tag", {}, first.includes(code.guid) ? "suggested" : "recent") : null)));
      if (!shown.length) fill(list, h("li.soft", { role: "option", "aria-disabled": "true" }, "No code fits. New codes are made in the codebook."));
      mark();
      if (asked) announce(plural(shown.length, "code"));
    };
    field.addEventListener("input", look);
    field.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
      if (step && shown.length) {
        event.preventDefault();
        active = Math.min(Math.max(active + step, 0), shown.length - 1);
        mark();
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (shown[active]) choose(shown[active]);
      }
    });
    look();
    return [
      about ? h("p.picked-text", {}, about) : null,
      h("label", { for: "code-typed" }, "Type a code’s first letters"),
      field,
      h("div.picker", {}, list, detail),
    ];
  }, {
    wide: true,
    onopen: () => {
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    },
  });
}

function describe(code) {
  return [
    h("p.detail-name", {}, codeLabel(code, { path: true })),
    h("p.soft.small", {}, levelName(code.level)),
    code.definition ? h("p", {}, code.definition) : null,
    code.include ? h("p", {}, h("b", {}, "Include: "), code.include) : null,
    code.exclude ? h("p", {}, h("b", {}, "Exclude: "), code.exclude) : null,
  ];
}
