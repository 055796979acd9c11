// What can be done with the words, coding or suggestion that was chosen in a transcript.

import { codeLabel } from "./codes.js";
import { fill, h, percent, shorten } from "./dom.js";
import { shownKeys } from "./keys.js";

export class Drawer {
  constructor(view) {
    this.view = view;
    this.element = h("section.drawer", { "aria-label": "Chosen words", hidden: true });
    // What stands beside the text must end above the drawer, however high it is.
    this.resizing = new ResizeObserver(() => document.body.style.setProperty("--drawer", `${this.element.offsetHeight}px`));
    this.resizing.observe(this.element);
  }

  close() {
    this.resizing.disconnect();
    document.body.classList.remove("with-drawer");
    document.body.style.removeProperty("--drawer");
  }

  draw() {
    const { view } = this;
    const { span, item } = view.cursor;
    this.element.hidden = !span;
    document.body.classList.toggle("with-drawer", Boolean(span));
    if (!span) return;
    const others = view.cursor.here();
    fill(this.element,
      h("div.drawer-head", {},
        h("q.drawer-text", {}, shorten(view.cursor.text(), 220)),
        h("button.quiet", { type: "button", onclick: () => view.cursor.leave(), "aria-label": "Close" }, "✕")),
      others.length ? h("ul.drawer-items", {}, others.map((one) => h("li", {},
        h("button.chip", { type: "button", class: `kind-${one.kind}`, "aria-pressed": one.id === item?.id ? "true" : "false", onclick: () => view.cursor.pick(one) },
          codeLabel(view.codes.get(one.code)), h("span.soft", {}, one.kind === "suggestion" ? ` ${percent(one.score)}` : ` ${one.coders.join(", ")}`))))) : null,
      item ? this.about(item) : null,
      h("div.actions", { role: "group", "aria-label": "Decide" }, this.actions(item)));
  }

  about(item) {
    const { view } = this;
    if (item.kind === "suggestion") {
      const code = view.codes.get(item.code);
      return code.definition ? h("p.drawer-about.small", {}, h("b", {}, `${code.name}: `), shorten(code.definition, 320)) : null;
    }
    return h("div.drawer-about.small", {}, item.codings.map((coding) => h("p", {},
      h("b", {}, coding.coder),
      coding.facets.length ? [" ", coding.facets.map((value) => h("span.tag", {}, value))] : null,
      coding.outdated ? [" ", h("span.tag", {}, "older definition")] : null,
      coding.memo ? [": ", coding.memo] : null)));
  }

  actions(item) {
    const { view } = this;
    const button = (name, text, { tone = null, off = false } = {}) => {
      const entry = view.keys.find((one) => one.keys.includes(name));
      return entry ? h("button", { type: "button", class: tone, disabled: off, onclick: entry.run }, text, h("span.keys", { "aria-hidden": "true" }, shownKeys(entry))) : null;
    };
    const moved = item?.own && view.cursor.moved();
    if (item?.kind === "suggestion") {
      return [button("a", "Accept", { tone: "primary" }), button("x", "Reject"), button("c", "Another code"), button("n", "Add a code"), button("u", "Unsure"), button("s", "Next suggestion")];
    }
    if (item?.own) {
      return [moved ? button("Enter", "Store the span", { tone: "primary" }) : null, button("c", "Another code"), button("n", "Add a code"), button("f", "Facets"), button("m", "Memo"), button("d", "Remove", { tone: "danger-text" })];
    }
    if (item) return [button("a", "Code it too", { tone: "primary" }), button("n", "Add another code"), button("r", "No more code, next")];
    return [button("n", "Give a code", { tone: "primary" }), button("r", "No (more) code, next"), button("k", "Before"), button("j", "Next passage")];
  }
}
