// The rapid-analysis matrix: participants by domains, each cell written by people over a draft.

import { get, post, postFile, query } from "./api.js";
import { notice, openDialog } from "./dialogs.js";
import { announce, fill, h, plural, shorten, shortTime } from "./dom.js";
import { address } from "./filters.js";
import { setViewKeys } from "./keys.js";

const MOVES = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

export class Matrix {
  constructor(place, page, { asked }) {
    Object.assign(this, { place, page });
    const { kind, ...options } = asked;
    this.options = options;
    this.at = [0, 0];
  }

  async open() {
    // The first time, what was coded is compared with itself: that can take a while.
    await this.load();
    if (!this.place.isConnected) return;
    this.build();
    setViewKeys([
      { keys: [], shown: "arrows", label: "to the cell beside", group: "Move", run: () => {} },
      { keys: [], shown: "Enter", label: "write in the cell", group: "Decide", run: () => {} },
      { keys: ["c"], shown: "C", label: "comment of a reviewer (member checking)", group: "Decide", run: () => this.comment(this.focused()) },
    ]);
  }

  leave() {}

  async refresh() {
    if (!this.view || document.querySelector("dialog")) return; // not there yet, or somebody is writing
    await this.load();
    this.build();
  }

  async load() {
    this.view = await get("findings/matrix", this.options, { patience: 300_000 });
    this.cells = new Map(this.view.cells.map((cell) => [`${cell.participant}\n${cell.domain}`, cell]));
  }

  cell(person, domain) {
    return this.cells.get(`${person.label}\n${domain.key}`);
  }

  focused() {
    const [row, column] = this.at;
    return this.cell(this.view.people[row], this.view.domains[column]);
  }

  build() {
    const { people, domains, basis, notes, comments } = this.view;
    const written = this.view.cells.filter((cell) => cell.edited_by).length;
    const file = h("input", { type: "file", id: "matrix-file", accept: ".xlsx", hidden: true, onchange: () => this.readBack(file) });
    this.buttons = people.map(() => []);
    fill(this.place,
      notes.map((text) => h("p.caution", {}, text)),
      h("p.soft", {}, `${basis} ${written} of ${plural(this.view.cells.length, "cell")} written by people; the others are drafts: that participant’s own most typical words, nothing else.`),
      h("p.row", {},
        h("button", { type: "button", onclick: () => file.click() }, "Read an edited workbook back …"), file,
        h("button", { type: "button", onclick: () => this.comment(null) }, "Comment on the whole …")),
      h("div.matrix-scroll", { tabindex: "0", role: "region", "aria-label": "Rapid-analysis matrix", onkeydown: (event) => this.move(event) },
        h("table.matrix-table", {}, h("caption.unseen", {}, "Participants by domains. Arrows move between cells, Enter opens one."),
          h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Participant"), domains.map((domain) => h("th", { scope: "col", class: `level-${domain.slug}` }, domain.title)))),
          h("tbody", {}, people.map((person, row) => h("tr", {},
            h("th", { scope: "row" }, person.label, person.about ? h("span.soft.small", { title: person.about }, person.about) : null, this.commentMark(person.label),
              h("a.small.sheet", { href: `/finding/sheets${query({ ...this.options, participant: person.label })}`, download: "", "aria-label": `Summary sheet of ${person.label}`, title: "A Word document to fill in while summarising" }, "Summary sheet")),
            domains.map((domain, column) => h("td", {}, this.button(person, domain, row, column)))))))),
      comments.length ? h("section.panel", { "aria-label": "Comments" }, h("h2", {}, "Comments of reviewers"), h("ul.last-list", {}, comments.map((one) =>
        h("li", {}, h("b", {}, one.about), h("div", {}, one.text), h("span.soft.small", {}, `${one.by} · ${shortTime(one.at)}`))))) : null);
  }

  button(person, domain, row, column) {
    const cell = this.cell(person, domain);
    const about = cell.edited_by ? `written by ${cell.edited_by}` : cell.text ? "draft" : "empty";
    const button = h("button.cell", {
      type: "button",
      class: cell.edited_by ? "is-written" : null,
      tabindex: this.at[0] === row && this.at[1] === column ? "0" : "-1",
      "aria-label": `${person.label}, ${domain.title}: ${about}. ${shorten(cell.text, 200)}`,
      onclick: () => { this.at = [row, column]; this.edit(person, domain); },
      onfocus: () => this.reach(row, column),
    },
      h("span.cell-text", {}, cell.text || "–"),
      h("span.soft.small", {}, [cell.edited_by ? `${cell.edited_by}, ${shortTime(cell.edited_at)}` : cell.text ? "draft" : null, cell.passages ? plural(cell.passages, "passage") : null].filter(Boolean).join(" · "),
        this.commentMark(`${person.label}:${domain.title}`)));
    this.buttons[row][column] = button;
    return button;
  }

  commentMark(about) {
    const count = this.view.comments.filter((one) => one.about === about).length;
    return count ? h("span.tag", {}, plural(count, "comment")) : null;
  }

  reach(row, column) {
    const [a, b] = this.at;
    this.buttons[a]?.[b]?.setAttribute("tabindex", "-1");
    this.at = [row, column];
    this.buttons[row][column].setAttribute("tabindex", "0");
  }

  move(event) {
    const step = MOVES[event.key];
    if (!step || event.target === event.currentTarget) return;
    const next = this.buttons[this.at[0] + step[0]]?.[this.at[1] + step[1]];
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  }

  async edit(person, domain) {
    const place = { participant: person.label, domain: domain.key };
    let cell;
    try {
      cell = await get("findings/cell", { ...this.options, ...place }, { patience: 60_000 });
    } catch (error) {
      if (error.status === undefined) throw error;
      return notice(error.message, { error: true });
    }
    const field = h("textarea", { id: "cell-text", rows: 9, maxlength: 32000 });
    field.value = cell.text;
    const told = h("div", { "aria-live": "polite" });
    const save = async (close, text) => {
      try {
        close(await post("findings/write", { ...place, text, seen: cell.edited_at }));
      } catch (error) {
        if (error.status === undefined) throw error;
        fill(told, h("p.error-box", {}, error.message));
      }
    };
    const done = await openDialog(`${person.label} · ${domain.title}`, (close) => {
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          save(close, field.value);
        }
      });
      return [h("label", { for: "cell-text" }, "Summary"), field,
        h("p.soft.small", {}, cell.edited_by ? `Written by ${cell.edited_by}, ${shortTime(cell.edited_at)}.` : "A draft of this participant’s own words. What you write takes its place; leave it empty to keep the draft."),
        told, earlier(cell), quotesOf(cell)];
    }, {
      wide: true,
      onopen: () => field.focus(),
      actions: (close) => [
        h("span.soft.small", {}, "Ctrl+Enter saves"),
        cell.edited_by ? h("button", { type: "button", onclick: () => save(close, "") }, "Back to the draft") : null,
        h("button", { type: "button", onclick: () => { close(); this.comment(cell); } }, "Comment …"),
        h("button", { type: "button", onclick: () => close() }, "Cancel"),
        h("button.primary", { type: "button", onclick: () => save(close, field.value) }, "Save"),
      ],
    });
    if (!done) return undefined;
    await this.again();
    return announce("Saved.");
  }

  async again() {
    await this.load();
    this.build();
    this.buttons[this.at[0]]?.[this.at[1]]?.focus();
  }

  // What a reviewer or consultant said, kept with name and date; the coder may write it down.
  async comment(cell) {
    const domain = cell ? this.view.domains.find((one) => one.key === cell.domain) : null;
    const on = cell ? `${cell.participant}:${domain.title}` : "";
    const text = h("textarea", { id: "comment-text", rows: 4, maxlength: 20000 });
    const by = h("input", { type: "text", id: "comment-by", value: this.page.me.coder, maxlength: 200, list: "comment-known", "aria-describedby": "comment-new", oninput: () => tellNew() });
    const stranger = h("p.soft.small#comment-new", { role: "status" });
    const tellNew = () => {
      const name = by.value.trim();
      stranger.textContent = name && !this.known(name) ? `${name} is new to this study: check the spelling.` : "";
    };
    const told = h("div", { "aria-live": "polite" });
    const kept = await openDialog(`Comment on ${cell ? `${cell.participant}, ${domain.title}` : "the whole matrix"}`, () => [
      h("p.soft", {}, "For member checking: what somebody said who lived it, or a consultant. It is kept with name and date."),
      h("label", { for: "comment-text" }, "Comment"), text, h("label", { for: "comment-by" }, "Who says so"), by,
      h("datalist#comment-known", {}, this.view.known.map((name) => h("option", { value: name }))), stranger, told,
    ], {
      onopen: () => text.focus(),
      actions: (close) => [h("button", { type: "button", onclick: () => close() }, "Cancel"), h("button.primary", { type: "button", onclick: async () => {
        try {
          close(await post("findings/comment", { on, text: text.value.trim(), by: by.value.trim() }));
        } catch (error) {
          if (error.status === undefined) throw error;
          fill(told, h("p.error-box", {}, error.message));
        }
      } }, "Keep the comment")],
    });
    if (!kept) return;
    await this.again();
    const last = kept.comments.at(-1);
    notice(`Kept the comment of ${last.by}.${kept.new ? " The name is new to this study: check the spelling." : ""}`);
  }

  known(name) {
    return name === this.page.me.coder || this.view.known.includes(name);
  }

  async readBack(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    try {
      const done = await postFile("findings/read", { ...this.options, file: file.name }, file);
      await this.again();
      notice(`${plural(done.changed.length, "cell")} stored, ${done.unchanged} as before.${done.emptied.length ? ` Drafts again: ${done.emptied.join("; ")}.` : ""}`);
      for (const text of done.notes) notice(text);
    } catch (error) {
      if (error.status === undefined) throw error;
      notice(error.message, { error: true });
    }
  }
}

function earlier(cell) {
  const before = cell.wordings.slice(cell.edited_by ? 1 : 0);
  if (!before.length) return null;
  return h("details", {}, h("summary", {}, `Earlier wordings (${before.length})`), h("ul.last-list", {}, before.map((one) =>
    h("li", {}, h("div.as-written", {}, one.text || "(a draft again)"), h("span.soft.small", {}, `${one.by} · ${shortTime(one.at)}`)))));
}

function quotesOf(cell) {
  if (!cell.quotes.length) return h("p.soft", {}, "Nothing was coded here.");
  return h("details", { open: true }, h("summary", {}, `What it rests on (${plural(cell.quotes.length, "passage")})`),
    h("ul.quotes", {}, cell.quotes.map((quote) => h("li", {}, h("q", {}, quote.text),
      h("span.soft.small", {}, [quote.code, ...quote.facets].join(" · "), " · ", h("a", { href: address("/transcript", { name: quote.transcript, at: quote.start }), target: "_blank" }, quote.transcript))))));
}
