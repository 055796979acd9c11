// Adjudicate: where coders differ, side by side; one key settles, the originals stay.

import { get } from "./api.js";
import { codeLabel } from "./codes.js";
import { notice } from "./dialogs.js";
import { announce, fill, h, plural, shorten } from "./dom.js";
import { address, choice } from "./filters.js";
import { setViewKeys, shownKeys } from "./keys.js";
import { pickCode } from "./picker.js";

const AROUND = 260;

export async function render(place, page, values, hooks) {
  await Promise.all([page.outbox.settled(), page.ready]);
  const overview = await get("overview");
  const coders = (await get("coders")).filter((row) => row.kind === "human" && row.codings);
  const view = new Adjudication(place, page, values, coders.map((row) => row.name), [...new Set(overview.progress.map((row) => row.transcript))]);
  hooks.refresh = () => view.load();
  hooks.taken = () => view.load({ stay: true });
  await view.load();
}

class Adjudication {
  constructor(place, page, values, names, transcripts) {
    Object.assign(this, { place, page, values, names, transcripts });
    this.codes = page.codes;
    const asked = (values.coders ?? "").split("\n").filter((name) => names.includes(name));
    this.coders = asked.length > 1 ? asked : names.slice(0, 2);
    this.rows = [];
    this.at = 0;
    this.extra = [];
  }

  async load({ stay = false } = {}) {
    const key = this.row ? spot(this.row) : null;
    if (this.coders.length > 1) {
      try {
        this.rows = await get("disagreements", { coders: this.coders, transcript: this.values.transcript });
        this.problem = "";
      } catch (error) {
        if (error.status === undefined) throw error;
        this.rows = [];
        this.problem = error.message;
      }
    }
    const same = this.rows.findIndex((row) => spot(row) === key);
    const open = this.rows.findIndex((row) => !row.settled);
    this.at = same >= 0 && (stay || !this.rows[same].settled) ? same : Math.max(0, open);
    this.build();
  }

  get row() {
    return this.rows[this.at] ?? null;
  }

  build() {
    const go = (values) => this.page.go(address("/adjudicate", { ...this.values, ...values }));
    const toggle = (name, on) => {
      const chosen = on ? [...this.coders, name] : this.coders.filter((one) => one !== name);
      if (chosen.length > 1) go({ coders: this.names.filter((one) => chosen.includes(one)).join("\n") });
      else notice("At least two coders are compared.");
    };
    this.main = h("section.card", { "aria-label": "Difference", tabindex: "-1" });
    this.left = h("h2");
    this.entries = this.rows.map((row, place) => {
      const mark = h("span");
      const button = h("button", { type: "button", "aria-current": "false", onclick: () => this.show(place) }, mark, h("b", {}, row.transcript), h("span.soft.clip", {}, shorten(row.text, 60)));
      return { mark, button, item: h("li", {}, button) };
    });
    this.list = h("ol.differ-list", {}, this.entries.map((one) => one.item));
    fill(this.place,
      h("div.view-head", {}, h("h1", {}, "Adjudicate"),
        h("p.soft", {}, "Passages that all compared coders have read and coded differently. What you settle becomes the consensus; their own codings stay.")),
      h("form.filters", { onsubmit: (event) => event.preventDefault() },
        h("fieldset.field", {}, h("legend", {}, "Coders"), h("div.row", {}, this.names.map((name, place) => [
          h("input", { type: "checkbox", id: `compare-${place}`, checked: this.coders.includes(name), onchange: (event) => toggle(name, event.target.checked) }),
          h("label", { for: `compare-${place}` }, name)]))),
        h("div.field", {}, h("label", { for: "differ-in" }, "Transcript"),
          h("select", { id: "differ-in", onchange: (event) => go({ transcript: event.target.value }) },
            choice("", "all transcripts", this.values.transcript ?? ""), this.transcripts.map((name) => choice(name, name, this.values.transcript))))),
      this.names.length < 2
        ? h("p.panel", {}, "Two coders are needed. When a second one has coded the same transcripts, the differences stand here.")
        : this.problem ? h("p.error-box", {}, this.problem)
          : h("div.differ-grid", {}, this.main, h("aside.side-part", { "aria-label": "All differences" }, this.left, this.list)));
    this.rows.forEach((_row, place) => this.mark(place));
    this.draw();
  }

  // The list is made once: with thousands of differences each key would wait for it.
  mark(place) {
    this.entries[place].mark.textContent = this.rows[place].settled ? "✓ " : "";
  }

  draw() {
    this.extra = [];
    this.chosen = null;
    const open = this.rows.filter((one) => !one.settled).length;
    this.left.textContent = `${plural(open, "difference")} to settle, ${this.rows.length - open} settled`;
    this.list.querySelector("[aria-current=true]")?.setAttribute("aria-current", "false");
    this.entries[this.at]?.button.setAttribute("aria-current", "true");
    const row = this.row;
    if (!row) {
      fill(this.main, h("h2", {}, "No differences"), h("p", {}, "These coders agree wherever both have read, or have not read the same passages yet."));
      setViewKeys([]);
      return;
    }
    this.rationale = h("input", { id: "rationale", type: "text", maxlength: 2000, autocomplete: "off" });
    this.rationale.value = row.rationale ?? "";
    this.rationale.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        this.main.focus();
      }
    });
    this.extraPlace = h("p.row");
    const shared = this.shared(row);
    const actions = this.actions(row);
    fill(this.main,
      h("p.source", {}, h("a", { href: address("/transcript", { name: row.transcript, at: row.start }) }, row.transcript), row.participant && row.participant !== row.transcript ? ` · ${row.participant}` : null),
      row.question && !row.before.includes(row.question) ? h("p.question", {}, row.question) : null,
      h("p.difference", {}, h("span.around", {}, ending(row.before)), h("mark", {}, row.text), h("span.around", {}, beginning(row.after))),
      row.settled ? h("p.preview", {}, h("b", {}, `Settled by ${row.settled_by}: `), row.consensus.length ? row.consensus.map((guid) => [codeLabel(this.codes.get(guid)), " "]) : "no code", row.rationale ? h("span.soft", {}, ` – ${row.rationale}`) : null) : null,
      h("div.columns", {}, this.coders.map((coder) => this.column(row, coder, shared))),
      this.extraPlace,
      h("div.rationale", {}, h("label", { for: "rationale" }, "Rationale (R writes it first)"), this.rationale),
      h("div.actions", { role: "group", "aria-label": "Settle" }, actions.filter((one) => one.button).map((one) =>
        h("button", { type: "button", onclick: one.run }, one.button, h("span.keys", { "aria-hidden": "true" }, shownKeys(one))))));
    // Here digits settle; one too many must not lead to another view.
    setViewKeys(actions, (_event, name) => /^\d$/.test(name) && !actions.some((one) => one.keys.includes(name)));
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  shared(row) {
    const lists = this.coders.map((coder) => row.codes[coder] ?? []);
    return new Set(lists[0].filter((guid) => lists.every((list) => list.includes(guid))));
  }

  column(row, coder, shared) {
    const codes = row.codes[coder] ?? [];
    const memos = (row.codings?.[coder] ?? []).filter((coding) => coding.memo);
    return h("section.column", { "aria-label": coder }, h("h2", {}, coder),
      h("ul", {}, codes.length ? codes.map((guid) => h("li", { class: shared.has(guid) ? "both" : null }, codeLabel(this.codes.get(guid)), shared.has(guid) ? h("span.soft.small", {}, " both") : null)) : h("li.soft", {}, "read, no code")),
      memos.map((coding) => h("p.small.soft", {}, `Memo: ${coding.memo}`)));
  }

  actions(row) {
    const all = [...new Set(this.coders.flatMap((coder) => row.codes[coder] ?? []))];
    const one = (keys, shown, button, label, run, group = "Settle") => ({ keys, shown, button, label, run, group });
    return [
      ...this.coders.slice(0, 9).map((coder, place) => one([String(place + 1)], String(place + 1), `As ${coder}`, `settle as ${coder}, then next`, () => this.settle(row.codes[coder] ?? []))),
      one(["b"], "B", "All codes", "settle with all codes, then next", () => this.settle(all)),
      one(["0"], "0", "No code", "settle: no code, then next", () => this.settle([])),
      one(["c"], "C", "Another code", "add a code that nobody gave (type its first letters)", () => this.another(all)),
      one(["Enter"], "Enter", null, "settle with the codes that were added", () => this.extra.length && this.settle(this.extra)),
      one(["r"], "R", null, "write the rationale first", () => this.rationale.focus()),
      one(["s", "j"], "S", "Skip", "next difference", () => this.show(this.at + 1), "Move"),
      one(["k", "Backspace"], "K", "Previous", "difference before", () => this.show(this.at - 1), "Move"),
    ];
  }

  async another(all) {
    const guid = await pickCode(this.codes, { title: "Add a code to the consensus", first: all, about: shorten(this.row.text, 200) });
    if (!guid) return;
    this.extra = [...new Set([...this.extra, guid])];
    fill(this.extraPlace, "Consensus: ", this.extra.map((one) => codeLabel(this.codes.get(one))), h("button.primary", { type: "button", onclick: () => this.settle(this.extra) }, "Settle with these", h("span.keys", { "aria-hidden": "true" }, shownKeys({ shown: "Enter" }))));
  }

  settle(codes) {
    const row = this.row;
    const rationale = this.rationale.value.trim();
    this.page.outbox.send("settle", { transcript: row.transcript, start: row.start, end: row.end, codes, rationale, coders: this.coders }, {
      label: `Settle ${shorten(row.text, 50)}`,
      failed: () => this.load({ stay: true }),
    });
    this.rows[this.at] = { ...row, settled: true, consensus: codes, rationale, settled_by: this.page.me.coder };
    const next = this.rows.findIndex((one, place) => place > this.at && !one.settled);
    const any = this.rows.findIndex((one) => !one.settled);
    announce(any < 0 ? "Settled. Nothing is left." : "Settled.");
    if (any < 0) notice("All differences are settled.");
    this.mark(this.at);
    this.at = next >= 0 ? next : any >= 0 ? any : this.at;
    this.draw();
    this.main.focus({ preventScroll: true });
  }

  show(place) {
    if (place < 0 || place >= this.rows.length) return announce("There is no further difference on this side.");
    this.at = place;
    this.draw();
    announce(this.row.text);
    return undefined;
  }
}

// Some words before and after; another speaker's stand on a line of their own.
function ending(text) {
  const cut = text.length > AROUND ? `… ${text.slice(-AROUND).replace(/^\S*\s/, "")}` : text;
  return cut && !/\s$/.test(cut) ? `${cut}\n` : cut;
}

function beginning(text) {
  const cut = text.length > AROUND ? `${text.slice(0, AROUND).replace(/\s\S*$/, "")} …` : text;
  return cut && !/^[\s.,;:!?]/.test(cut) ? `\n${cut}` : cut;
}

function spot(row) {
  return `${row.transcript}:${row.start}:${row.end}`;
}
