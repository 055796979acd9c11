// Findings: what a paper needs, from what people coded; the matrix is written, ties decided here.

import { get, query } from "./api.js";
import { fill, h } from "./dom.js";
import { findingForm, optionsOf } from "./finding_form.js";
import { address } from "./filters.js";
import { setViewKeys } from "./keys.js";
import { Matrix } from "./matrix.js";
import { Ties } from "./ties.js";

export const KINDS = [
  ["sem", "SEM matrix"],
  ["participants", "Participants"],
  ["saturation", "Saturation"],
  ["cooccurrence", "Co-occurrence"],
  ["quotes", "Quotes"],
  ["matrix", "Rapid matrix"],
  ["network", "Networks"],
  ["report", "Report"],
];
const FILES = [["html", "Page"], ["docx", "Word"], ["xlsx", "Excel"], ["json", "JSON"]];
const PARTS = { matrix: Matrix, network: Ties };
const WAITING = {
  matrix: "Drafting the cells … the first time, every coded passage is compared with the others.",
  network: "Looking for people and organisations … the first time, every sentence is looked at.",
};

export async function render(place, page, values, hooks) {
  const [choices] = await Promise.all([get("findings/choices"), page.ready]);
  const kind = KINDS.some(([name]) => name === values.kind) ? values.kind : KINDS[0][0];
  const asked = { kind, ...optionsOf(kind, values) };
  const change = (more) => page.go(address("/findings", more));
  const shown = h("div.finding-place");
  fill(place,
    h("div.view-head.title-line", {}, h("h1", {}, "Findings"),
      h("span.row.push", { role: "group", "aria-label": "Save" }, h("span.soft.small", {}, "Save as"),
        [...FILES, ...(kind === "network" ? [["graphml", "GraphML"]] : [])].map(([format, name]) =>
          h("a.button.small", { href: `/finding/file${query({ ...asked, format })}`, download: "" }, name)),
        kind === "matrix" ? h("a.button.small", { href: `/finding/sheets${query(asked)}`, download: "", title: "A Word document for each participant, to fill in while summarising" }, "Summary sheets") : null)),
    h("div.segmented.kinds", { role: "group", "aria-label": "Finding" }, KINDS.map(([name, label]) =>
      h("button", { type: "button", "aria-pressed": name === kind ? "true" : "false", onclick: () => change({ kind: name, coders: values.coders }) }, label))),
    findingForm({ kind, values, choices, codes: page.codes, change }),
    shown);
  const Part = PARTS[kind];
  if (!Part) {
    setViewKeys([]);
    fill(shown, frame(kind, asked));
    return;
  }
  const part = new Part(shown, page, { asked, choices, values, change });
  hooks.leave = () => part.leave();
  hooks.refresh = () => part.refresh();
  fill(shown, h("p.waiting", { role: "status" }, WAITING[kind]));
  hooks.shown = () => opened(part, shown);
}

async function opened(part, shown) {
  try {
    await part.open();
  } catch (error) {
    if (error.status === undefined) throw error;
    fill(shown, h("p.error-box", { role: "alert" }, error.message));
  }
}

// The page of a finding, as it is saved too; its scripts run in an origin of their own.
function frame(kind, asked) {
  const waiting = h("p.waiting", { role: "status" }, "Counting …");
  const name = KINDS.find(([one]) => one === kind)[1];
  const element = h("iframe.finding", { title: `Finding: ${name}`, sandbox: "allow-scripts", src: `/finding${query(asked)}${kind === "report" ? "" : `#${kind}`}`, onload: () => { waiting.remove(); element.dataset.loaded = "yes"; } });
  return [waiting, element];
}
