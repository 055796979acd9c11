// What stands around a transcript: its name, the choice of others, counts, and the codebook.

import { correctTranscript } from "./correct.js";
import { notice } from "./dialogs.js";
import { fill, h, number, plural } from "./dom.js";
import { address, choice } from "./filters.js";
import { editMemos } from "./memos.js";
import { filterBox } from "./shown_box.js";
import { codeTree } from "./tree.js";

export class Frame {
  constructor(view) {
    this.view = view;
    this.counts = h("p.soft.small");
    this.treePlace = h("div");
    this.choosers = h("span.row");
    this.drawChoosers();
    const { name, page } = view;
    const facts = Object.entries(view.attributes).flatMap(([person, known]) =>
      [person === name ? null : person, ...Object.entries(known).map(([key, value]) => `${key}: ${value}`)].filter(Boolean));
    fill(view.place,
      h("div.view-head", {},
        h("div.title-line", {}, h("h1", {}, name),
          h("div.row.push", {}, this.choosers,
            h("button", { type: "button", onclick: () => this.step(-1) }, "‹ Before"),
            h("button", { type: "button", onclick: () => this.step(1) }, "Next ›"))),
        facts.length ? h("p.soft.small.facts", {}, facts.join(" · ")) : null),
      h("div.transcript-grid", {},
        h("aside.side.left", {},
          h("details.side-part", { open: innerWidth > 1000 }, h("summary", {}, "What is shown"), filterBox(view, this.counts)),
          h("details.side-part", { open: innerWidth > 1000 }, h("summary", {}, "Codebook"), this.treePlace),
          h("div.side-part.row", {},
            h("button.small", { type: "button", onclick: () => view.deciding.readAll() }, "All is read …"),
            h("button.small", { type: "button", onclick: () => editMemos(page, "transcript", name, `Memos on ${name}`) }, "Memos"),
            view.blind ? null : h("button.small", { type: "button", onclick: () => correctTranscript(page, name) }, "Correct the transcript …"))),
        h("div.reading", {}, view.dialogue.element)),
      view.drawer.element);
  }

  draw() {
    this.drawCounts();
    this.drawTree();
  }

  drawChoosers() {
    const { names, name } = this.view;
    const chooser = h("select", { id: "which", onchange: (event) => this.open(event.target.value) }, names.map((one) => choice(one, one, name)));
    fill(this.choosers, this.peopleChooser(), h("label.unseen", { for: "which" }, "Transcript"), chooser);
  }

  open(name) {
    const { attribute, value } = this.view.values;
    return this.view.page.go(address("/transcript", { name, attribute, value }));
  }

  // Only transcripts of participants with an attribute; in a group, also their words alone.
  peopleChooser() {
    const { attributesInUse, values, page, name } = this.view;
    if (!attributesInUse.length) return null;
    const change = (event) => {
      const [attribute, value] = event.target.value ? JSON.parse(event.target.value) : [];
      page.go(address("/transcript", { name, attribute, value }));
    };
    return [h("label.unseen", { for: "whose" }, "Participants"),
      h("select", { id: "whose", onchange: change }, h("option", { value: "" }, "all participants"),
        attributesInUse.map(([attribute, options]) => h("optgroup", { label: attribute }, options.map((one) =>
          choice(JSON.stringify([attribute, one]), one, values.attribute ? JSON.stringify([values.attribute, values.value]) : "")))))];
  }

  step(by) {
    const { names, name } = this.view;
    const next = names[names.indexOf(name) + by];
    if (next) this.open(next);
    else notice("There is no further transcript on this side.");
  }

  drawCounts() {
    const { items, segments, blind } = this.view;
    const codings = items.filter((one) => one.kind === "coding").reduce((sum, one) => sum + one.codings.length, 0);
    const open = items.length - items.filter((one) => one.kind === "coding").length;
    const read = segments.filter((one) => one.read).length;
    fill(this.counts, [
      plural(codings, "coding"),
      blind ? null : `${plural(open, "suggestion")} shown`,
      `${number(read)} of ${plural(segments.length, "passage")} read`,
    ].filter(Boolean).join(" · "));
  }

  drawTree() {
    const { codings, codes, show } = this.view;
    const counts = new Map();
    for (const coding of codings) counts.set(coding.code, (counts.get(coding.code) ?? 0) + 1);
    const signature = JSON.stringify([...counts, show.code]);
    if (signature === this.treeSignature) return;
    this.treeSignature = signature;
    fill(this.treePlace,
      show.code ? h("p.row.small", {}, h("span", {}, `Only ${codes.name_(show.code)}`), h("button.quiet.small", { type: "button", onclick: () => this.only("") }, "Show all")) : null,
      codeTree(codes, { counts, chosen: show.code, onchoose: (code) => this.choose(code) }));
  }

  // With words selected, a click in the tree codes them; else it filters.
  choose(code) {
    const { cursor, deciding, show } = this.view;
    const words = cursor.takeSelected();
    if (words) deciding.code(words, code.guid);
    else this.only(show.code === code.guid ? "" : code.guid);
  }

  only(guid) {
    this.view.show.code = guid;
    this.view.lay();
  }
}
