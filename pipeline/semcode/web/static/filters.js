// Filters of suggestions: what the address holds, and the form that sets them.

import { LEVELS, levelName } from "./codes.js";
import { h } from "./dom.js";

// The filters as the server takes them, from the values of the address.
export function filtersFrom(values) {
  const found = {};
  if (values.transcript) found.transcripts = [values.transcript];
  if (values.code) found.codes = [values.code];
  if (values.level) found.levels = [values.level];
  if (values.attribute && values.value) found.attributes = [values.attribute, values.value];
  if (values.low) found.min_score = Number(values.low) / 100;
  if (values.high) found.max_score = Number(values.high) / 100;
  if (values.status) found.status = values.status;
  return found;
}

export function describeFilters(filters, codes) {
  const said = [];
  if (filters.status) said.push(filters.status);
  if (filters.transcripts) said.push(`in ${filters.transcripts[0]}`);
  if (filters.codes) said.push(`with “${codes.name_(filters.codes[0])}”`);
  if (filters.levels) said.push(`of the level ${filters.levels[0]}`);
  if (filters.min_score !== undefined) said.push(`from ${Math.round(filters.min_score * 100)} %`);
  if (filters.max_score !== undefined) said.push(`up to ${Math.round(filters.max_score * 100)} %`);
  if (filters.attributes) said.push(`where ${filters.attributes[0]} is ${filters.attributes[1]}`);
  return said.join(", ") || "in the whole study";
}

// A form whose changes go to `change(values)`; values are texts as in the address.
export function filterForm({ values, codes, transcripts, attributes, change, bounds = true, status = true }) {
  const field = (name, label, element) => {
    element.id = `filter-${name}`;
    element.addEventListener("change", () => change({ ...values, [name]: element.value }));
    return h("div.field", {}, h("label", { for: element.id }, label), element);
  };
  const pair = values.attribute && values.value ? JSON.stringify([values.attribute, values.value]) : "";
  const people = h("select", { id: "filter-people" },
    h("option", { value: "" }, "all participants"),
    attributes.map(([name, options]) =>
      h("optgroup", { label: name }, options.map((option) => choice(JSON.stringify([name, option]), option, pair)))));
  people.addEventListener("change", () => {
    const [attribute, value] = people.value ? JSON.parse(people.value) : ["", ""];
    change({ ...values, attribute, value });
  });
  return h("form.filters", { onsubmit: (event) => event.preventDefault() },
    field("transcript", "Transcript", h("select", {},
      h("option", { value: "" }, "all transcripts"), transcripts.map((name) => choice(name, name, values.transcript)))),
    field("level", "Level", h("select", {},
      h("option", { value: "" }, "all levels"), LEVELS.map((level) => choice(level, levelName(level), values.level)))),
    field("code", "Code", h("select", {},
      h("option", { value: "" }, "all codes"),
      codes.byLevel().map(([level, roots]) =>
        h("optgroup", { label: levelName(level) }, codes.flat(roots).map(({ code, depth }) =>
          choice(code.guid, `${"\u2003".repeat(depth)}${code.name}`, values.code)))))),
    status ? field("status", "Status", h("select", {}, [["", "open"], ["skipped", "skipped"], ["unsure", "unsure"], ["accepted", "accepted"], ["rejected", "rejected"], ["changed", "another code given"]].map(([value, text]) => choice(value, text, values.status ?? "")))) : null,
    bounds ? field("low", "Score from, %", h("input", { type: "number", min: 0, max: 100, step: 5, value: values.low ?? "" })) : null,
    bounds ? field("high", "to, %", h("input", { type: "number", min: 0, max: 100, step: 5, value: values.high ?? "" })) : null,
    attributes.length ? h("div.field", {}, h("label", { for: "filter-people" }, "Participants"), people) : null);
}

export function choice(value, text, chosen) {
  return h("option", { value, selected: value === chosen }, text);
}

// An address from a path and texts, without the empty ones.
export function address(path, values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(given).toString();
  return query ? `${path}?${query}` : path;
}
