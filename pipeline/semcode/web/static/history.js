// History: the log of decisions, the newest first; nothing is ever erased from it.

import { get } from "./api.js";
import { fill, h, percent, shorten, shortTime } from "./dom.js";
import { address, choice } from "./filters.js";

const AT_ONCE = 100;

export async function render(place, page, values, hooks) {
  await page.outbox.settled();
  const coders = await get("coders");
  const overview = await get("overview");
  const names = [...new Set(overview.progress.map((row) => row.transcript))];
  const ask = (before = null) => get("history", { coder: values.coder, transcript: values.transcript, limit: AT_ONCE, before });
  const rows = h("tbody");
  const more = h("button", { type: "button" }, "Show earlier ones");
  const add = (found) => {
    rows.append(...found.map(line));
    more.hidden = found.length < AT_ONCE;
    more.onclick = async () => add(await ask(found.at(-1).id));
  };
  const first = async () => {
    const found = await ask();
    rows.replaceChildren();
    add(found);
    if (!found.length) rows.append(h("tr", {}, h("td", { colspan: 7 }, "Nothing decided yet.")));
  };
  const pick = (name, label, options) => h("div.field", {}, h("label", { for: `h-${name}` }, label),
    h("select", { id: `h-${name}`, onchange: (event) => page.go(address("/history", { ...values, [name]: event.target.value })) }, options));
  await first();
  fill(place,
    h("div.view-head", {}, h("h1", {}, "History"), h("p.soft", {}, "Every decision ever made here, also those that were taken back.")),
    h("form.filters", { onsubmit: (event) => event.preventDefault() },
      pick("coder", "Coder", [choice("", page.me.blind ? "you" : "everybody", values.coder ?? ""), ...(page.me.blind ? [] : coders.map((row) => choice(row.name, row.name, values.coder)))]),
      pick("transcript", "Transcript", [choice("", "all transcripts", values.transcript ?? ""), ...names.map((name) => choice(name, name, values.transcript))])),
    h("div.panel.table-frame", { tabindex: "0", role: "region", "aria-label": "Decisions" }, h("table.history", {},
      h("thead", {}, h("tr", {}, ["When", "Who", "What", "Code", "Words", "Score", "Seconds"].map((name, at) => h(at > 4 ? "th.num" : "th", { scope: "col" }, name)))),
      rows)),
    h("p", {}, more));
  hooks.refresh = first;
  hooks.taken = first;
}

function line(row) {
  return h("tr", { class: row.standing ? null : "undone", data: { id: row.id } },
    h("td", {}, h("time", { datetime: row.at, title: row.at }, shortTime(row.at))),
    h("td", {}, row.coder),
    h("td", {}, verdictWord(row.verdict), row.batch ? h("span.soft.small", {}, " (one of several)") : null),
    h("td", {}, row.code_name),
    h("td", {}, row.transcript ? h("a", { href: address("/transcript", { name: row.transcript, at: row.start }) }, row.transcript) : null, " ", h("span.soft", {}, shorten(row.text ?? "", 110)), row.note ? h("div.small", {}, `Note: ${row.note}`) : null),
    h("td.num", {}, percent(row.score)),
    h("td.num", {}, row.seconds === null ? "" : row.seconds.toFixed(1)));
}

export function verdictWord(verdict) {
  return { accept: "accepted", reject: "rejected", change: "gave another code than", unsure: "was unsure about", skip: "skipped", code: "coded", remove: "removed", edit: "changed", read: "read", settle: "settled", undo: "took back" }[verdict] ?? verdict;
}
