// Home: what to do next, how far everybody is, what was decided last.

import { get } from "./api.js";
import { ago, fill, h, number, percent, plural, shorten } from "./dom.js";
import { address } from "./filters.js";
import { verdictWord } from "./history.js";
import { editMemos } from "./memos.js";
import { pulsePanel } from "./pulse.js";

export async function render(place, page, _values, hooks) {
  const draw = async () => fill(place, body(await get("overview"), await get("coders"), await get("assignments"), page));
  hooks.refresh = draw;
  hooks.taken = draw;
  await page.outbox.settled();
  await draw();
}

function body(overview, coders, assignments, page) {
  const mine = overview.progress.filter((row) => row.coder === page.me.coder);
  const sum = (name) => mine.reduce((total, row) => total + row[name], 0);
  return [
    h("div.view-head", {}, h("h1", {}, overview.study)),
    h("section.panel.next-step", { "aria-label": "Next step" }, h("p", {}, overview.next_step.text), nextLink(overview.next_step.target)),
    h("dl.tiles", {}, [
      ["transcripts", overview.transcripts],
      ["passages", overview.segments],
      ["your codings", sum("codings")],
      ["passages you read", sum("read")],
      ...(page.me.blind ? [] : [["open suggestions for you", sum("open")]]),
    ].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, number(value))))),
    h("div.home-grid", {},
      h("div", {},
        h("section.panel", { "aria-label": "Progress" }, h("h2", {}, "Progress"), progress(overview.progress, page)),
        h("section.panel", { "aria-label": "Last decisions" }, h("h2", {}, "Last decisions"), last(overview.last))),
      h("div", {},
        assignments.length ? h("section.panel", { "aria-label": "Assigned to you" }, h("h2", {}, "Assigned to you"), assigned(assignments)) : null,
        page.me.blind ? null : h("section.panel", { "aria-label": "How the suggestions do" }, pulsePanel(overview.model)),
        h("section.panel", { "aria-label": "Agreement" }, h("h2", {}, "Agreement so far"),
          h("p", {}, overview.agreement ?? "Nothing to compare yet: two coders have to read the same passages blind."),
          h("p.soft.small", {}, "All figures with intervals: semcode agreement")),
        h("section.panel", { "aria-label": "Coders" }, h("h2", {}, "Coders"), h("ul.last-list", {}, coders.map((row) =>
          h("li", {}, h("b", {}, row.name), row.role ? ` · ${row.role}` : "", row.kind === "human" ? "" : ` · ${row.kind}`,
            h("div.soft.small", {}, `${plural(row.codings, "coding")}, ${plural(row.decisions, "decision")}${row.last_at ? ` · ${ago(row.last_at)}` : ""}`))))),
        h("p", {}, h("button", { type: "button", onclick: () => editMemos(page, "study", "", "Memos on the study") }, "Memos on the study")))),
  ];
}

function nextLink(target) {
  const [kind, name] = [target.split(":", 1)[0], target.slice(target.indexOf(":") + 1)];
  const where = {
    queue: ["/queue", "Open the queue"],
    audit: ["/queue?order=audit", "Open the blind sample"],
    transcript: [address("/transcript", { name }), "Open it"],
    adjudicate: ["/adjudicate", "Adjudicate"],
    codebook: ["/codebook", "Open the codebook"],
  }[kind];
  return where ? h("a.button.primary", { href: where[0] }, where[1]) : null;
}

function progress(rows, page) {
  if (!rows.length) return h("p.soft", {}, "No transcripts yet.");
  let before = "";
  return h("div.table-frame", { tabindex: "0", role: "region", "aria-label": "Progress by transcript and coder" }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Transcript"), h("th", { scope: "col" }, "Coder"), h("th", { scope: "col" }, "Read"), h("th.num", { scope: "col" }, "Codings"), page.me.blind ? null : h("th.num", { scope: "col" }, "Open suggestions"))),
    h("tbody", {}, rows.map((row) => {
      const first = row.transcript !== before;
      before = row.transcript;
      const share = row.segments ? row.read / row.segments : 0;
      return h("tr", {},
        h("th", { scope: "row" }, first ? h("a", { href: address("/transcript", { name: row.transcript }) }, row.transcript) : h("span.unseen", {}, row.transcript)),
        h("td", {}, row.coder),
        h("td", {}, h("span.meter", { vars: { "--share": share }, "aria-hidden": "true" }), `${percent(share)}`),
        h("td.num", {}, number(row.codings)),
        page.me.blind ? null : h("td.num", {}, number(row.open)));
    }))));
}

function last(rows) {
  if (!rows.length) return h("p.soft", {}, "Nothing decided yet.");
  return h("ul.last-list", {}, rows.slice(0, 12).map((row) =>
    h("li", { class: row.standing ? null : "undone" },
      h("b", {}, row.coder), ` ${verdictWord(row.verdict)} `, row.code_name ? h("i", {}, row.code_name) : null,
      h("span.soft", {}, ` · ${row.transcript} · ${ago(row.at)}`),
      row.text ? h("span.soft.small.clip", {}, shorten(row.text, 160)) : null)));
}

function assigned(rows) {
  return h("ul.last-list", {}, rows.slice(0, 20).map((row) =>
    h("li", {}, h("a", { href: address("/transcript", { name: row.transcript }) }, row.transcript),
      row.blind ? [" ", h("span.tag.blind", {}, "blind")] : null,
      row.segments === undefined ? null : h("span.soft", {}, ` · ${number(row.read ?? 0)} of ${plural(row.segments, "passage")} read`))));
}
