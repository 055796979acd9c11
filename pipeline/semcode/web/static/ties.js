// Social networks: whom a participant speaks of, with the sentences; accepted or rejected here.

import { get, post, query } from "./api.js";
import { levelName } from "./codes.js";
import { notice } from "./dialogs.js";
import { announce, fill, h, number, plural, shortTime } from "./dom.js";
import { address, choice } from "./filters.js";
import { setViewKeys, shownKeys } from "./keys.js";

const LOOKS = { support: "it looks like support", strain: "it looks like strain", both: "it looks like support and strain at once", unclear: "how it feels is unclear" };
const QUALITIES = [["s", "support"], ["t", "strain"], ["b", "both"], ["u", "unclear"]];

export class Ties {
  constructor(place, page, { values, change }) {
    Object.assign(this, { place, page, change });
    this.person = values.participant ?? null;
    this.at = 0; // the number of the tie among the participant's
    this.drawn = 0;
  }

  async open() {
    await this.load();
    if (!this.place.isConnected) return;
    this.keys = this.keyList();
    this.build();
    setViewKeys(this.keys);
  }

  leave() {}

  async refresh() {
    if (!this.ties) return;
    await this.load();
    this.draw();
  }

  async load() {
    // The first time, every sentence of the study is looked at: that can take a while.
    const { people, ties } = await get("findings/ties", {}, { patience: 300_000 });
    this.people = people;
    this.ties = ties;
    if (!people.some((one) => one.label === this.person)) this.person = (people.find((one) => ties.some((tie) => tie.participant === one.label)) ?? people[0])?.label ?? null;
  }

  own() {
    return this.ties.filter((tie) => tie.participant === this.person);
  }

  get tie() {
    return this.own()[this.at] ?? null;
  }

  keyList() {
    const one = (keys, shown, button, label, run, tone = null, group = "Decide") => ({ keys, shown, button, label, run, tone, group });
    return [
      one(["a"], "A", "Accept", "accept the tie as it is, next", () => this.decide("accepted"), "primary"),
      one(["x"], "X", "Reject", "reject the tie, next", () => this.decide("rejected")),
      ...QUALITIES.map(([key, quality]) => one([key], key.toUpperCase(), `It is ${quality}`, `accept it as ${quality}, next`, () => this.decide("accepted", quality))),
      one(["w"], "W", "Undecided", "leave it undecided again", () => this.decide("suggested")),
      one(["j"], "J", null, "next tie", () => this.step(1), null, "Move"),
      one(["k"], "K", null, "tie before", () => this.step(-1), null, "Move"),
      one(["n"], "N", null, "next participant", () => this.nextPerson(1), null, "Move"),
      one(["p"], "P", null, "participant before", () => this.nextPerson(-1), null, "Move"),
    ];
  }

  build() {
    if (!this.person) return fill(this.place, h("p", {}, "Nobody speaks in a transcript yet."));
    this.head = h("div.title-line");
    this.list = h("ol.tie-list", { "aria-label": "Ties" });
    this.detail = h("section.panel.tie-detail", { "aria-label": "The tie", "aria-live": "off" });
    this.picture = h("figure.panel.ego", {});
    fill(this.place, this.head, h("div.tie-grid", {}, h("div.panel", {}, this.list), this.detail, this.picture));
    return this.draw();
  }

  draw() {
    const own = this.own();
    this.at = Math.min(this.at, Math.max(0, own.length - 1));
    const open = this.ties.filter((tie) => tie.state === "suggested").length;
    fill(this.head,
      h("label.unseen", { for: "tie-person" }, "Participant"),
      h("select", { id: "tie-person", onchange: (event) => this.show(event.target.value) }, this.people.map((one) => choice(one.label, `${one.label} (${number(this.ties.filter((tie) => tie.participant === one.label).length)})`, this.person))),
      h("span.soft.small", {}, this.people.find((one) => one.label === this.person)?.about ?? ""),
      h("span.count.push", {}, `${number(open)} of ${plural(this.ties.length, "tie")} not decided`));
    fill(this.list, own.length ? own.map((tie, place) => h("li", {}, h("button", {
      type: "button",
      class: `level-${tie.level} state-${tie.state}`,
      "aria-current": place === this.at ? "true" : null,
      onclick: () => { this.at = place; this.draw(); },
    }, h("span.dot", { "aria-hidden": "true" }), h("span", {}, tie.relation), h("span.soft.small.push", {}, tie.state === "rejected" ? "rejected" : `${tie.quality}${tie.state === "suggested" ? " ?" : " ✓"}`)))) : h("li.soft", {}, "Nobody was found in what this participant says."));
    this.drawDetail();
    this.drawPicture();
  }

  drawDetail() {
    const { tie } = this;
    if (!tie) return fill(this.detail, h("p.soft", {}, "No tie is chosen."));
    const decided = tie.state === "suggested" ? "Suggested; nobody has decided." : `${tie.state === "accepted" ? `Accepted as ${tie.quality}` : "Rejected"} by ${tie.by}, ${shortTime(tie.at)}.`;
    return fill(this.detail,
      h("h2", {}, tie.relation),
      h("p.soft", {}, `${levelName(tie.level.replace("-", " "))} · ${tie.organisation ? "organisation" : "person"} · ${tie.state === "suggested" ? LOOKS[tie.quality] : tie.quality}`),
      h("p", {}, decided),
      h("div.actions", { role: "group", "aria-label": "Decide" }, this.keys.filter((one) => one.button).map((one) =>
        h("button", { type: "button", class: one.tone, onclick: one.run }, one.button, h("span.keys", { "aria-hidden": "true" }, shownKeys({ shown: one.shown }))))),
      h("h3", {}, plural(tie.sentences.length, "sentence")),
      h("ul.quotes", {}, tie.sentences.map((one) => h("li", {}, h("q", {}, one.text),
        h("a.small", { href: address("/transcript", { name: one.transcript, at: one.start }) }, one.transcript)))));
  }

  drawPicture() {
    const standing = this.own().filter((tie) => tie.state !== "rejected");
    this.drawn += 1;
    const counted = QUALITIES.map(([, quality]) => [standing.filter((tie) => tie.quality === quality).length, quality]).filter(([count]) => count);
    const alt = `Network of ${this.person}: ${plural(standing.length, "tie")}, ${counted.map(([count, quality]) => `${count} ${quality}`).join(", ")}.`;
    fill(this.picture, standing.length
      ? [h("img", { src: `/finding/picture${query({ participant: this.person, drawn: this.drawn })}`, alt }),
        h("figcaption.soft.small", {}, "Solid: support; dashed: strain; long and short dashes: both; dotted: unclear. A ? is not decided yet.")]
      : h("p.soft", {}, "Nobody to draw."));
  }

  step(by) {
    this.at = Math.min(Math.max(this.at + by, 0), Math.max(0, this.own().length - 1));
    this.draw();
    if (this.tie) announce(`${this.tie.relation}, ${this.tie.quality}, ${this.tie.state}. ${this.tie.sentences[0]?.text ?? ""}`);
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  nextPerson(by) {
    const next = this.people[this.people.findIndex((one) => one.label === this.person) + by];
    if (next) this.show(next.label);
    else announce("There is nobody further on this side.");
  }

  show(person) {
    this.person = person;
    this.at = 0;
    history.replaceState(null, "", address("/findings", { kind: "network", participant: person }));
    this.draw();
    announce(`${person}, ${plural(this.own().length, "tie")}`);
  }

  async decide(state, quality = "") {
    const { tie } = this;
    if (!tie) return;
    try {
      const now = await post("findings/decide", { participant: tie.participant, relation: tie.relation, state, quality });
      this.ties[this.ties.indexOf(tie)] = now;
      announce(`${now.relation}: ${now.state}${now.state === "accepted" ? ` as ${now.quality}` : ""}`);
      if (state !== "suggested" && this.tie === now && this.at < this.own().length - 1) this.at += 1;
      this.draw();
    } catch (error) {
      if (error.status === undefined) throw error;
      notice(`Not stored. ${error.message}`, { error: true });
    }
  }
}
