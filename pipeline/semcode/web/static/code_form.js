// The fields in which a code is written: its name, definition, place and facets.

import { LEVELS, levelName } from "./codes.js";
import { h } from "./dom.js";

export function newCode(prefix, codes, facets, { short = false } = {}) {
  const name = text(`${prefix}-name`, "");
  const definition = area(`${prefix}-definition`, "", 3);
  const include = area(`${prefix}-include`, "", 2);
  const exclude = area(`${prefix}-exclude`, "", 2);
  const parent = codeChoice(`${prefix}-parent`, codes, { none: "no parent (top of the tree)" });
  const level = levelChoice(`${prefix}-level`, null);
  const boxes = facets.map((facet, place) => [h("input", { type: "checkbox", id: `${prefix}-facet-${place}`, value: facet.name }), facet.name]);
  return {
    fields: [labelled("Name", name), labelled("Definition", definition),
      short ? null : [labelled("Include", include), labelled("Exclude", exclude), labelled("Under", parent), labelled("Level (where it has no parent)", level),
        boxes.length ? h("fieldset", {}, h("legend", {}, "Facets"), boxes.map(([box, label]) => h("p.row", {}, box, h("label", { for: box.id }, label)))) : null]],
    read: () => ({
      name: name.value.trim(),
      definition: definition.value.trim(),
      ...(short ? {} : {
        include: include.value.trim(),
        exclude: exclude.value.trim(),
        parent: parent.value || null,
        level: parent.value ? null : level.value || null,
        facets: boxes.filter(([box]) => box.checked).map(([box]) => box.value),
      }),
    }),
  };
}

export function labelled(label, element) {
  return h("div.field", {}, h("label", { for: element.id }, label), element);
}

export function text(id, value) {
  return h("input", { type: "text", id, value, maxlength: 300, autocomplete: "off" });
}

export function area(id, value, rows) {
  const element = h("textarea", { id, rows, maxlength: 20000 });
  element.value = value ?? "";
  return element;
}

export function levelChoice(id, chosen) {
  return h("select", { id }, h("option", { value: "" }, "without a level"), LEVELS.map((level) => h("option", { value: level, selected: level === chosen }, levelName(level))));
}

export function codeChoice(id, codes, { none = null, chosen = null, without = new Set() } = {}) {
  return h("select", { id }, none ? h("option", { value: "" }, none) : null,
    codes.byLevel().map(([level, roots]) => h("optgroup", { label: levelName(level) },
      codes.flat(roots).filter(({ code }) => !without.has(code.guid)).map(({ code, depth }) =>
        h("option", { value: code.guid, selected: code.guid === chosen }, `${"\u2003".repeat(depth)}${code.name}`)))));
}

export function lines(value) {
  return value.split("\n").map((line) => line.trim()).filter(Boolean);
}
