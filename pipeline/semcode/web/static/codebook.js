// The codebook: look at codes, and change them with a preview of what a change touches.

import { get, post } from "./api.js";
import { area, codeChoice, labelled, levelChoice, lines, newCode, text } from "./code_form.js";
import { codeLabel, levelName } from "./codes.js";
import { notice, openDialog } from "./dialogs.js";
import { fill, h, percent, plural, shorten } from "./dom.js";
import { address } from "./filters.js";
import { editMemos } from "./memos.js";
import { codeTree } from "./tree.js";
import { versionsPanel } from "./versions.js";

export async function render(place, page, values, hooks) {
  const view = new CodebookPage(place, page, values);
  hooks.refresh = () => view.load();
  hooks.taken = () => view.load();
  await page.outbox.settled();
  await view.load();
}

class CodebookPage {
  constructor(place, page, values) {
    Object.assign(this, { place, page });
    this.chosen = values.code ?? null;
  }

  async load() {
    [this.codes, this.outdated, this.versions] = await Promise.all([this.page.loadCodes(), get("outdated"), get("versions")]);
    if (!this.codes.byGuid.has(this.chosen)) this.chosen = this.codes.all[0]?.guid ?? null;
    this.build();
  }

  build() {
    const editing = !this.page.me.blind;
    this.treePlace = h("div.panel");
    this.panel = h("section.panel.code-panel", { "aria-label": "Code", tabindex: "-1" });
    fill(this.place,
      h("div.view-head.title-line", {}, h("h1", {}, this.codes.name || "Codebook"), h("span.soft", {}, `version ${this.codes.version} · ${plural(this.codes.all.length, "code")}`),
        editing ? h("button.primary.push", { type: "button", onclick: () => this.add() }, "Add a code …") : null),
      h("div.codebook-grid", {}, this.treePlace,
        h("div", {}, this.panel, editing ? this.nearPanel() : null, this.outdatedPanel(),
          versionsPanel(this.versions, editing ? (version) => this.restore(version) : null))));
    this.draw();
  }

  draw() {
    fill(this.treePlace, codeTree(this.codes, { chosen: this.chosen, onchoose: (code) => this.show(code.guid) }));
    const code = this.codes.byGuid.get(this.chosen);
    if (!code) {
      fill(this.panel, h("p", {}, "This codebook has no codes yet."));
      return;
    }
    const line = (name, text) => (text ? [h("dt", {}, name), h("dd", {}, text)] : null);
    const act = (text, run) => h("button", { type: "button", onclick: run }, text);
    fill(this.panel,
      h("h2", {}, codeLabel(code, { path: true })),
      h("p.soft", {}, `${levelName(code.level)} · ${plural(code.count, "coding")}`),
      h("dl", {}, line("Definition", code.definition), line("Include", code.include), line("Exclude", code.exclude),
        code.examples.length ? [h("dt", {}, "Examples"), h("dd", {}, h("ul.quotes", {}, code.examples.map((text) => h("li", {}, h("q", {}, text)))))] : null,
        code.facets.length ? line("Facets", code.facets.join(", ")) : null),
      h("div.actions", {},
        this.page.me.blind ? null : [
          act("Redefine …", () => this.redefine(code)), act("Rename …", () => this.rename(code)), act("Move …", () => this.move(code)),
          act("Merge into …", () => this.merge(code)), act("Split …", () => this.split(code)), act("Retire …", () => this.retire(code)),
        ],
        act("Memos", () => editMemos(this.page, "code", code.guid, `Memos on ${code.name}`))));
  }

  show(guid) {
    this.chosen = guid;
    history.replaceState(null, "", address("/codebook", { code: guid }));
    const scrolled = this.treePlace.querySelector(".tree")?.scrollTop ?? 0;
    this.draw();
    const tree = this.treePlace.querySelector(".tree");
    if (tree) tree.scrollTop = scrolled;
    this.treePlace.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
  }

  nearPanel() {
    if (!this.codes.near.length) return null;
    return h("section.panel", { "aria-label": "Near duplicates" }, h("h2", {}, "Codes that say nearly the same"),
      h("ul.pairs", {}, this.codes.near.map((pair) => h("li", {},
        codeLabel(this.codes.get(pair.first)), h("span.soft", {}, "and"), codeLabel(this.codes.get(pair.second)),
        h("span.soft.small", {}, `likeness ${percent(pair.similarity)}${pair.why ? ` · ${pair.why}` : ""}`),
        h("button.small.push", { type: "button", onclick: () => this.merge(this.codes.get(pair.second), pair.first) }, "Merge …")))));
  }

  outdatedPanel() {
    if (!this.outdated.length) return null;
    const mine = this.outdated.filter((row) => row.coder === this.page.me.coder);
    const confirm = (rows) => {
      this.page.outbox.send("confirm", { codings: rows.map((row) => row.guid) }, {
        label: "Confirm codings",
        done: () => this.load(),
        failed: (error) => notice(error.message, { error: true }),
      });
    };
    return h("section.panel", { "aria-label": "Codings under an older definition" },
      h("h2", {}, `Made under an older definition: ${plural(this.outdated.length, "coding")}`),
      h("p.soft", {}, "Look at each again. “It holds” keeps it under the definition of today."),
      mine.length > 1 ? h("p", {}, h("button", { type: "button", onclick: () => confirm(mine) }, `All ${mine.length} of mine hold`)) : null,
      h("ul.pairs", {}, this.outdated.slice(0, 200).map((row) => h("li", {},
        codeLabel(this.codes.get(row.code)), h("span.soft.small", {}, `${row.coder} · ${row.transcript} · version ${row.version}`),
        h("span.clip", {}, shorten(row.text, 110)),
        h("span.row.push", {}, h("a.small", { href: address("/transcript", { name: row.transcript, at: row.start }) }, "Look"),
          row.coder === this.page.me.coder ? h("button.small", { type: "button", onclick: () => confirm([row]) }, "It holds") : null)))));
  }

  // ---- changes: a form, a preview, and then a new version

  async change(title, fields, read) {
    const shown = h("div", { "aria-live": "polite" });
    const note = h("input", { type: "text", id: "change-note", maxlength: 1000 });
    let ready = null;
    const apply = h("button.primary", { type: "button", disabled: true }, "Make the new version");
    const look = h("button", { type: "button" }, "Preview");
    const done = await openDialog(title, (close) => {
      const form = h("form.stacked", { onsubmit: (event) => { event.preventDefault(); look.click(); } }, fields);
      const stale = () => { ready = null; apply.disabled = true; };
      form.addEventListener("input", stale);
      look.addEventListener("click", async () => {
        stale();
        try {
          const change = read();
          const preview = await post("codebook/preview", { change });
          fill(shown, previewOf(preview));
          ready = { change, version: preview.version };
          apply.disabled = false;
          apply.focus();
        } catch (error) {
          if (error.status === undefined) throw error;
          fill(shown, h("p.error-box", {}, error.message));
        }
      });
      apply.addEventListener("click", async () => {
        if (!ready) return;
        apply.disabled = true;
        try {
          close(await post("codebook/change", { ...ready, note: note.value.trim() }));
        } catch (error) {
          if (error.status === undefined) throw error;
          fill(shown, h("p.error-box", {}, error.message));
        }
      });
      return [form, shown, h("label", { for: "change-note" }, "Why (kept with the version)"), note];
    }, {
      wide: true,
      onopen: (dialog) => (dialog.querySelector("form input, form textarea, form select") ?? look).focus(),
      actions: (close) => [h("button", { type: "button", onclick: () => close() }, "Cancel"), look, apply],
    });
    if (done) {
      await this.load();
      notice(`The codebook is now version ${done.version}.`);
    }
    return done;
  }

  add() {
    const form = newCode("new", this.codes, this.codes.facets);
    return this.change("Add a code", form.fields, () => ({ kind: "add", ...form.read() }));
  }

  rename(code) {
    const name = text("rename-to", code.name);
    return this.change(`Rename “${code.name}”`, labelled("New name", name), () => ({ kind: "rename", code: code.guid, name: name.value.trim() }));
  }

  move(code) {
    const inside = new Set(this.codes.flat([code]).map((one) => one.code.guid));
    const parent = codeChoice("move-to", this.codes, { none: "no parent (top of the tree)", chosen: code.above?.guid, without: inside });
    const level = levelChoice("move-level", code.level);
    return this.change(`Move “${code.name}”`, [labelled("Under", parent), labelled("Level (where it has no parent)", level)],
      () => ({ kind: "move", code: code.guid, parent: parent.value || null, level: parent.value ? null : level.value || null }));
  }

  merge(code, into = null) {
    const target = codeChoice("merge-into", this.codes, { chosen: into, without: new Set([code.guid]) });
    return this.change(`Merge “${code.name}” into another code`, labelled("Its codings go to", target), () => ({ kind: "merge", codes: [code.guid], into: target.value }));
  }

  split(code) {
    const first = newCode("split-1", this.codes, [], { short: true });
    const second = newCode("split-2", this.codes, [], { short: true });
    const beside = code.above ? { parent: code.above.guid } : { level: code.level };
    return this.change(`Split “${code.name}”`, [
      h("p.soft", {}, "The new codes stand beside it. Its codings stay and are listed for another look."),
      h("fieldset.stacked", {}, h("legend", {}, "First new code"), first.fields),
      h("fieldset.stacked", {}, h("legend", {}, "Second new code"), second.fields),
    ], () => ({ kind: "split", code: code.guid, into: [{ ...first.read(), ...beside }, { ...second.read(), ...beside }] }));
  }

  retire(code) {
    return this.change(`Retire “${code.name}”`, h("p", {}, "The code leaves the codebook. Its codings stay in the study and are listed."), () => ({ kind: "retire", code: code.guid }));
  }

  // Going back is a new version too: it can be taken back like any other.
  restore(version) {
    const forward = h("p", {}, "Everything that was done to the codebook since is taken back, in a new version; what people coded since stays.");
    return this.change(`Go back to version ${version}`, forward, () => ({ kind: "restore", version }));
  }

  redefine(code) {
    const definition = area("re-definition", code.definition, 5);
    const include = area("re-include", code.include, 3);
    const exclude = area("re-exclude", code.exclude, 3);
    const examples = area("re-examples", code.examples.join("\n"), 4);
    return this.change(`Redefine “${code.name}”`, [labelled("Definition", definition), labelled("Include", include), labelled("Exclude", exclude), labelled("Examples, one a line", examples)],
      () => ({ kind: "redefine", code: code.guid, definition: definition.value.trim(), include: include.value.trim(), exclude: exclude.value.trim(), examples: lines(examples.value) }));
  }
}

function previewOf(preview) {
  return h("div.preview", {},
    h("h3", {}, "What this touches"),
    preview.sentences.map((sentence) => h("p", {}, sentence)),
    h("p.soft", {}, `${plural(preview.codings, "coding")} · ${plural(preview.suggestions, "suggestion")} · ${plural(preview.transcripts.length, "transcript")}`),
    preview.before.length || preview.after.length
      ? h("p.small", {}, h("b", {}, "Before: "), preview.before.join(", ") || "–", h("br"), h("b", {}, "After: "), preview.after.join(", ") || "–")
      : null);
}
