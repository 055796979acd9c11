// Dialogs: the browser's own, which keep focus inside and close with Escape.

import { fill, h } from "./dom.js";

let count = 0;

// Open a dialog; `close` resolves the promise with what was answered, null for Escape.
export function openDialog(title, content, { wide = false, onopen = null, actions = null } = {}) {
  count += 1;
  const id = `dialog-title-${count}`;
  const back = document.activeElement;
  let tell = null;
  const done = new Promise((resolve) => { tell = resolve; });
  const dialog = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : null });
  // At once, not with the browser's later event: the next key may be on its way.
  const close = (value = null) => {
    if (!dialog.isConnected) return;
    dialog.close();
    dialog.remove();
    if (back?.isConnected) back.focus({ preventScroll: true });
    tell(value);
  };
  dialog.addEventListener("close", () => close());
  const closer = h("button.quiet", { type: "button", onclick: () => close(), "aria-label": "Close" }, "✕");
  dialog.append(h("div.dialog-head", {}, h("h2", { id }, title), closer));
  const body = h("div.dialog-body");
  dialog.append(body);
  fill(body, typeof content === "function" ? content(close) : content);
  if (actions) dialog.append(h("div.dialog-actions", {}, actions(close)));
  document.body.append(dialog);
  dialog.showModal();
  onopen?.(dialog);
  return done;
}

// Ask for a text; null when it was given up.
export function askText(title, { label, value = "", hint = "", button = "Save" }) {
  const field = h("textarea", { id: "asked-text", rows: 5, maxlength: 20000 });
  field.value = value;
  return openDialog(title, (close) => {
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        close(field.value.trim());
      }
    });
    return [h("label", { for: "asked-text" }, label), field, hint ? h("p.soft.small", {}, hint) : null];
  }, {
    onopen: () => field.focus(),
    actions: (close) => [
      h("span.soft.small", {}, "Ctrl+Enter saves"),
      h("button", { type: "button", onclick: () => close() }, "Cancel"),
      h("button.primary", { type: "button", onclick: () => close(field.value.trim()) }, button),
    ],
  });
}

// Ask yes or no about something that is described.
export function confirmThat(title, content, { button = "Do it", danger = false } = {}) {
  return openDialog(title, content, {
    actions: (close) => [
      h("button", { type: "button", onclick: () => close() }, "Cancel"),
      h(danger ? "button.danger" : "button.primary", { type: "button", autofocus: true, onclick: () => close(true) }, button),
    ],
  });
}

// Ask for the facets of a coding: a fieldset each, one value or none.
export function askFacets(facets, chosen) {
  const picked = new Set(chosen);
  const groups = facets.map((facet, place) =>
    h("fieldset", {},
      h("legend", {}, facet.name),
      facet.definition ? h("p.soft.small", {}, facet.definition) : null,
      ["", ...facet.values].map((value, index) => {
        const id = `facet-${place}-${index}`;
        const on = value ? picked.has(value) : !facet.values.some((one) => picked.has(one));
        return h("p.row", {},
          h("input", { type: "radio", name: `facet-${place}`, id, value, checked: on }),
          h("label", { for: id }, value || "not said"));
      })));
  const form = h("form.stacked", { onsubmit: (event) => event.preventDefault() }, groups);
  const read = () => [...form.querySelectorAll("input:checked")].map((one) => one.value).filter(Boolean);
  return openDialog("Facets", (close) => {
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        close(read());
      }
    });
    return facets.length ? form : h("p", {}, "This codebook has no facets for this code.");
  }, {
    onopen: () => form.querySelector("input:checked")?.focus(),
    actions: (close) => [
      h("button", { type: "button", onclick: () => close() }, "Cancel"),
      h("button.primary", { type: "button", onclick: () => close(read()) }, "Save"),
    ],
  });
}

// Say something that went wrong, or was done, without stopping anybody.
export function notice(text, { error = false } = {}) {
  let place = document.getElementById("notices");
  if (!place) {
    place = h("div#notices", { role: "status", "aria-live": "polite" });
    document.body.append(place);
  }
  const line = h(error ? "p.notice-line.error" : "p.notice-line", {}, text);
  place.append(line);
  setTimeout(() => line.remove(), error ? 9000 : 4000);
}
