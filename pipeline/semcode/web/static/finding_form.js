// What a finding rests on and how it is shown: the form, and the options that the server takes.

import { h } from "./dom.js";
import { choice } from "./filters.js";

const USES = {
  sem: ["coders", "facet", "by", "smallest"],
  participants: ["by", "smallest"],
  saturation: ["coders", "facet"],
  cooccurrence: ["coders", "facet"],
  quotes: ["coders", "facet", "code", "people", "count"],
  matrix: ["coders", "facet", "domains"],
  network: [],
  report: ["coders", "smallest"],
};

// The options from the texts of the address.
export function optionsOf(kind, values) {
  const uses = new Set(USES[kind]);
  const found = {};
  if (uses.has("coders")) {
    if (values.coders) found.coders = values.coders.split("\n");
    if (values.suggestions) found.suggestions = "1";
  }
  for (const name of ["facet", "by", "smallest", "count", "domains"]) if (uses.has(name) && values[name]) found[name] = values[name];
  if (uses.has("code") && values.code) found.codes = [values.code];
  if (uses.has("people") && values.attribute && values.value) found.where = [values.attribute, values.value];
  return found;
}

export function findingForm({ kind, values, choices, codes, change }) {
  const uses = new Set(USES[kind]);
  const now = { kind, ...values };
  const field = (name, label, element, read = (one) => one.value) => {
    element.id = `finding-${name}`;
    element.addEventListener("change", () => change({ ...now, [name]: read(element) }));
    return h("div.field", {}, h("label", { for: element.id }, label), element);
  };
  const select = (name, label, none, options) => field(name, label,
    h("select", {}, none === null ? null : h("option", { value: "" }, none), options.map(([value, text]) => choice(value, text, values[name] ?? ""))));
  const attributes = Object.entries(choices.attributes);
  const facetValues = choices.facets.flatMap((facet) => facet.values.map((value) => [value, `${facet.name}: ${value}`]));
  const fields = [
    uses.has("coders") && choices.coders.length > 1
      ? select("coders", "Codings of", "all people, or their consensus", choices.coders.map((name) => [name, name]))
      : null,
    uses.has("facet") && facetValues.length ? select("facet", "Facet", "all passages", facetValues) : null,
    uses.has("by") && attributes.length ? select("by", "Compare by", "nothing", attributes.map(([name]) => [name, name])) : null,
    uses.has("smallest") ? field("smallest", "Withhold counts below", h("input", { type: "number", min: 1, max: 50, value: values.smallest ?? 3 })) : null,
    uses.has("code") ? select("code", "Code", "all codes", codes.all.map((code) => [code.name, code.name])) : null,
    uses.has("people") && attributes.length ? peopleField(values, attributes, (attribute, value) => change({ ...now, attribute, value })) : null,
    uses.has("count") ? field("count", "Quotes a code", h("input", { type: "number", min: 1, max: 100, value: values.count ?? 3 })) : null,
    uses.has("domains") ? select("domains", "Columns", null, choices.domains.map((name) => [name === "level" ? "" : name, name === "level" ? "levels" : `levels by ${name}`])) : null,
    uses.has("coders") ? h("p.row.field", {},
      h("input", { type: "checkbox", id: "finding-suggestions", checked: Boolean(values.suggestions), onchange: (event) => change({ ...now, suggestions: event.target.checked ? "1" : "" }) }),
      h("label", { for: "finding-suggestions" }, "count the model’s suggestions too (not for a publication)")) : null,
  ].filter(Boolean);
  return fields.length ? h("form.filters", { onsubmit: (event) => event.preventDefault(), "aria-label": "Options" }, fields) : null;
}

function peopleField(values, attributes, change) {
  const pair = values.attribute && values.value ? JSON.stringify([values.attribute, values.value]) : "";
  const element = h("select", { id: "finding-people", onchange: (event) => change(...(event.target.value ? JSON.parse(event.target.value) : ["", ""])) },
    h("option", { value: "" }, "all participants"),
    attributes.map(([name, options]) => h("optgroup", { label: name }, options.map((one) => choice(JSON.stringify([name, one]), one, pair)))));
  return h("div.field", {}, h("label", { for: "finding-people" }, "Participants"), element);
}
