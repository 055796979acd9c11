// Topics: a map of all passages, the list of topics, and what people make of them.

import { get, post } from "./api.js";
import { notice } from "./dialogs.js";
import { ago, announce, fill, h, number, percent, plural, shorten } from "./dom.js";
import { setViewKeys } from "./keys.js";
import { PointMap } from "./map.js";
import { middles } from "./map_points.js";
import { newId } from "./outbox.js";
import { passageCard, passageTable, Selection } from "./passages.js";
import { aboutTopic } from "./topic_about.js";
import { actsOn } from "./topic_acts.js";
import { byCode, byLevel, byTopic, forCanvas } from "./topic_colours.js";
import { topicList } from "./topic_list.js";

const LOOK_MS = 700;
const LONGEST_NAME = 30;

export async function render(place, page, values, hooks) {
  const view = new TopicsView(place, page, values);
  hooks.refresh = () => view.load();
  hooks.taken = () => view.load();
  hooks.leave = () => view.leave();
  hooks.shown = () => view.map?.resize();
  await Promise.all([page.ready, page.outbox.settled()]);
  await view.load();
}

class TopicsView {
  constructor(place, page, values) {
    Object.assign(this, { place, page, chosen: values.topic ?? null, colouring: "topic", asTable: false });
    this.ticked = new Set();
    this.selection = new Selection(this);
    this.acts = actsOn(this);
  }

  leave() {
    this.left = true;
    this.map?.leave();
    clearTimeout(this.looking);
  }

  get codes() { return this.page.codes; }

  async load() {
    const answer = await get("topics");
    const before = this.run;
    Object.assign(this, { found: answer.page, job: answer.job, run: answer.page?.run ?? null });
    this.topics = [...(this.found?.topics ?? [])];
    const order = new Map([...this.topics].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true })).map((one, at) => [one.id, at]));
    this.topics = this.topics.map((one) => ({ ...one, number: order.get(one.id) }));
    if (this.found) this.points = await get("topics/map");
    // Where not all passages are drawn, each decision draws other ones.
    if (before !== this.run || this.found?.segments > this.points?.x.length) this.selection.rows.clear();
    if (!this.topic(this.chosen)) this.chosen = this.topics[0]?.id ?? null;
    this.ticked = new Set([...this.ticked].filter((id) => this.topic(id)));
    if (this.left) return;
    this.build();
    if (this.job.state === "running") this.watch();
  }

  topic(id) {
    return this.topics.find((one) => one.id === id) ?? null;
  }

  // ---- finding, which runs behind

  async find() {
    if (this.job.state === "running") return;
    this.job = { ...this.job, state: "running", stage: "", total: 0 };
    this.drawJob();
    try {
      this.job = await post("topics/find", { request: newId() });
      this.drawJob();
      announce("Looking for topics. You can go on working.");
      this.watch();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.job = { state: "failed", error: error.message };
      this.drawJob();
    }
  }

  watch() {
    clearTimeout(this.looking);
    this.looking = setTimeout(async () => {
      if (this.left) return;
      try {
        this.job = await get("topics/job");
      } catch (error) {
        if (error.status === undefined) throw error;
        return this.watch(); // away for a moment
      }
      if (this.left) return undefined;
      if (this.job.state === "running") {
        this.drawJob();
        return this.watch();
      }
      await this.load();
      if (this.job.state === "done") notice(this.job.said);
      return undefined;
    }, LOOK_MS);
  }

  drawJob() {
    const { job } = this;
    const running = job.state === "running";
    for (const button of this.place.querySelectorAll("[data-find]")) button.disabled = running;
    fill(this.jobPlace,
      running ? h("div.progress-line", {}, h("span", {}, `${job.stage || "Beginning"} …`),
        h("progress", { max: 1, value: job.total ? job.done / job.total : null, "aria-label": "Progress of finding topics" }),
        h("span.soft", {}, "This takes up to a minute; go on working meanwhile.")) : null,
      job.state === "failed" ? h("p.error-box", { role: "alert" }, job.error) : null);
  }

  // ---- the page

  build() {
    this.jobPlace = h("div", { "aria-live": "off" });
    const findButton = (text, primary = true) => h(primary ? "button.primary" : "button", { type: "button", data: { find: "" }, onclick: () => this.find() }, text);
    if (!this.found) {
      fill(this.place, h("div.view-head", {}, h("h1", {}, "Topics")), h("section.panel", {},
        h("p", {}, "Topics are groups of passages that say alike, found without any code: what nobody thought of when the codebook was written. You decide which of them become codes."),
        h("p.soft", {}, "They are found on this machine, from the passages of all participants. A few hundred passages of at least five people are needed before they mean much."),
        h("p", {}, findButton("Find topics")), this.jobPlace));
      setViewKeys([{ keys: ["f"], shown: "F", label: "find topics", group: "Topics", run: () => this.find() }]);
      this.drawJob();
      return;
    }
    const focused = this.focusedPart();
    this.listPlace = h("div.topic-list-panel.panel");
    this.about = h("section.panel.about-topic", { "aria-label": "Chosen topic", tabindex: "-1" });
    this.map ??= this.newMap();
    this.map.place(this.points.x, this.points.y);
    this.mapPlace = h("section.panel.map-panel", { "aria-label": "Map of passages" });
    fill(this.place,
      h("div.view-head", {},
        h("div.title-line", {}, h("h1", {}, "Topics"), h("span.soft", {}, this.facts()), h("span.push"), findButton("Find again", this.found.stale)),
        this.notes(), this.jobPlace),
      h("div.topics-grid", {}, this.mapPlace, this.listPlace, this.about));
    setViewKeys(this.keys());
    this.drawMap();
    this.drawList();
    this.drawAbout();
    this.drawJob();
    if (focused) this.place.querySelector(focused)?.focus({ preventScroll: true });
  }

  // What had the focus before everything was built anew.
  focusedPart() {
    const row = document.activeElement?.closest?.("[data-topic]");
    if (row && this.place.contains(row)) return `[data-topic="${CSS.escape(this.chosen ?? "")}"]`;
    return document.activeElement === this.map?.over ? ".map-over" : null;
  }

  facts() {
    const { segments, outliers, found_at: at } = this.found;
    return `${plural(this.topics.length, "topic")} in ${plural(segments, "passage")} · ${number(outliers)} in no topic · found ${ago(at)}`;
  }

  notes() {
    const { seeds, left_out: leftOut, stable, notes, stale } = this.found;
    const tried = [
      seeds === null ? null : `${percent(seeds)} of the passages keep their topic when chance falls otherwise (as many topics)`,
      leftOut === null ? null : `${percent(leftOut)} when one interview is left out`,
    ].filter(Boolean).join(", ");
    return h("div.run-notes", {},
      !this.topics.length ? null : tried ? h("p.soft", {}, h("b", {}, stable ? "These topics hold: " : "How well they hold: "), `${tried}.`) : h("p.soft", {}, "How well these topics hold was not tried yet."),
      notes.map((note) => h(stale && note === notes.at(-1) ? "p.careful-line" : "p.soft", {}, note)));
  }

  keys() {
    const step = (by) => () => {
      const at = this.topics.findIndex((one) => one.id === this.chosen);
      const next = this.topics[Math.min(this.topics.length - 1, Math.max(0, at + by))];
      if (next) this.choose(next.id, { focus: true });
    };
    const act = (letter, label, run) => ({ keys: [letter], shown: letter.toUpperCase(), label, group: "This topic", run: () => this.topic(this.chosen) && run(this.topic(this.chosen)) });
    return [
      { keys: ["j", "ArrowDown"], shown: "J / ↓", label: "next topic", group: "Topics", run: step(1) },
      { keys: ["k", "ArrowUp"], shown: "K / ↑", label: "topic before", group: "Topics", run: step(-1) },
      { keys: ["f"], shown: "F", label: "find topics again", group: "Topics", run: () => this.find() },
      act("a", "accept as a new code", this.acts.accept),
      act("c", "merge into a code", this.acts.intoCode),
      act("g", "merge with other topics", this.acts.together),
      act("p", "split into parts", this.acts.split),
      act("r", "rename", this.acts.rename),
      act("x", "reject", this.acts.reject),
      act("b", "take the last decision back", this.acts.back),
      { keys: ["l"], shown: "L", label: "draw a line around passages", group: "Map", run: () => this.setLasso(!this.map.lassoing) },
      { keys: ["t"], shown: "T", label: "map or table", group: "Map", run: () => this.setTable(!this.asTable) },
      { keys: ["m"], shown: "M", label: "to the map: arrows go from passage to passage, Enter chooses the topic, Space the passage, + − 0 zoom", group: "Map", run: () => { this.setTable(false); this.map.over.focus(); } },
    ];
  }

  // ---- the map

  newMap() {
    return new PointMap({
      label: `Map of ${plural(this.points.x.length, "passage")}`,
      help: "Passages that say alike lie together. Arrow keys go from passage to passage, Enter chooses the topic, Space selects the passage, plus and minus zoom, 0 shows the whole map. The table shows the same.",
      card: async (i) => passageCard(this, i),
      choose: (i, adding) => this.fromMap(i, adding),
      around: (rows) => { this.setLasso(false); this.selection.set(rows); },
      spoken: (i) => announce(`${this.topic(this.points.topic[i])?.name ?? "No topic"}: ${shorten(this.points.text[i], 300)} ${this.points.participant[i]}`),
    });
  }

  fromMap(i, adding) {
    if (adding || !this.points.topic[i]) return this.selection.toggle(i);
    if (this.selection.rows.size) this.selection.set([]);
    return this.choose(this.points.topic[i], { scroll: true });
  }

  drawMap() {
    const way = (key, name) => h("button", { type: "button", "aria-pressed": this.colouring === key ? "true" : "false", onclick: () => { this.colouring = key; this.drawMap(); } }, name);
    const tool = (text, label, run, pressed = null) => h("button.small", { type: "button", "aria-label": label, title: label, "aria-pressed": pressed, onclick: run }, text);
    const bar = h("div.map-bar", {},
      h("span.segmented", { role: "group", "aria-label": "Show as" },
        h("button", { type: "button", "aria-pressed": this.asTable ? "false" : "true", onclick: () => this.setTable(false) }, "Map"),
        h("button", { type: "button", "aria-pressed": this.asTable ? "true" : "false", onclick: () => this.setTable(true) }, "Table")),
      this.asTable ? null : [
        h("span.row", {}, h("span.soft.small", {}, "Colour by"), h("span.segmented", { role: "group", "aria-label": "Colour by" }, way("topic", "Topic"), way("code", "Code"), way("level", "Level"))),
        h("span.row.push", {},
          tool("Lasso", "Draw a line around passages (L)", () => this.setLasso(!this.map.lassoing), this.map.lassoing ? "true" : "false"),
          tool("−", "Zoom out", () => this.map.zoom(1 / this.map.hands.step)), tool("+", "Zoom in", () => this.map.zoom(this.map.hands.step)), tool("Whole", "Show the whole map", () => this.map.whole())),
      ]);
    if (this.asTable) {
      fill(this.mapPlace, bar, passageTable(this, { caption: "Passages and their topics", filter: true }));
      return;
    }
    const { entries, group, used } = this.coloured();
    const spots = middles(this.points.x, this.points.y, group);
    const names = entries.map((one, at) => ({ text: shorten(one.name, LONGEST_NAME), hollow: one.hollow, key: one.key, ...spots.get(at) })).filter((one, at) => spots.has(at) && !one.hollow);
    const paint = () => this.map.show({ group, names, colours: forCanvas(entries, this.map.scheme.matches), lit: this.lit(), stands: this.stands() });
    this.map.repaint = paint;
    fill(this.mapPlace, bar, this.map.element,
      h("ul.legend", { "aria-label": "Colours" }, entries.filter((one, at) => used.has(at)).map((one) => h("li", {}, swatch(one), one.name))),
      this.found.segments > this.points.x.length ? h("p.soft.small", {}, `The map shows ${number(this.points.x.length)} of ${plural(this.found.segments, "passage")}, of each topic the same share, evenly over the interviews; the list counts all.`) : null);
    paint();
  }

  coloured() {
    if (this.colouring === "code") return byCode(this.points, this.codes);
    if (this.colouring === "level") return byLevel(this.points);
    return byTopic(this.points, this.topics);
  }

  // What stands out: the points and the name of the chosen topic, once one was chosen.
  lit() {
    return this.chosen && this.lighting ? (i) => this.points.topic[i] === this.chosen : null;
  }

  stands() {
    return this.lit() && this.colouring === "topic" ? (key) => key === this.chosen : null;
  }

  setLasso(on) {
    if (on && this.asTable) this.setTable(false);
    this.map.lasso(on);
    this.drawMap();
    if (on) announce("Draw a line around passages with the mouse. With keys: Space selects a passage on the map or in the table.");
  }

  setTable(on) {
    if (this.asTable === on) return;
    this.asTable = on;
    this.drawMap();
    this.mapPlace.querySelector(".segmented button[aria-pressed=true]")?.focus({ preventScroll: true });
  }

  // ---- list and chosen topic

  choose(id, { focus = false, scroll = false } = {}) {
    this.chosen = id;
    this.lighting = true;
    history.replaceState(null, "", `/topics?topic=${encodeURIComponent(id)}`);
    this.drawList();
    this.drawAbout();
    if (this.asTable) this.drawMap();
    else this.map.light(this.lit(), this.stands());
    const row = this.listPlace.querySelector(`[data-topic="${CSS.escape(id)}"]`);
    if (focus) row?.focus({ preventScroll: true });
    if (focus || scroll) row?.scrollIntoView({ block: "nearest" });
    const topic = this.topic(id);
    announce(`${topic.name}, ${plural(topic.size, "passage")}`);
  }

  drawList() {
    const scrolled = this.listPlace.querySelector(".topic-list")?.scrollTop ?? 0;
    fill(this.listPlace, topicList(this));
    const list = this.listPlace.querySelector(".topic-list");
    if (list) list.scrollTop = scrolled;
  }

  drawAbout() {
    const many = this.selection.rows.size;
    this.about.setAttribute("aria-label", many ? "Selected passages" : "Chosen topic");
    fill(this.about, many ? this.selection.panel() : aboutTopic(this, this.topic(this.chosen)));
  }

  swatchOf(topic) {
    return swatch(byTopic({ topic: [] }, this.topics).entries.find((one) => one.key === topic.id));
  }
}

function swatch(entry) {
  return h(entry.hollow ? "span.swatch.hollow" : "span.swatch", { vars: { "--light": entry.light, "--dark": entry.dark }, "aria-hidden": "true" });
}
