// Correct a transcript: preview where its codings go, then replace the text.

import { postFile } from "./api.js";
import { notice, openDialog } from "./dialogs.js";
import { fill, h, number, percent, plural, shorten } from "./dom.js";

export function correctTranscript(page, name) {
  const field = h("input", { type: "file", id: "corrected-file" });
  const shown = h("div", { "aria-live": "polite" });
  let file = null;
  const apply = h("button.primary", { type: "button", disabled: true }, "Replace the text");
  return openDialog("Correct the transcript", (close) => {
    field.addEventListener("change", async () => {
      [file] = field.files;
      apply.disabled = true;
      if (!file) return;
      fill(shown, h("p.soft", {}, "Reading …"));
      try {
        const found = await postFile("correct/preview", { transcript: name, file: file.name }, file);
        fill(shown, preview(found));
        apply.disabled = false;
      } catch (error) {
        if (error.status === undefined) throw error;
        fill(shown, h("p.error-box", {}, error.message));
      }
    });
    apply.addEventListener("click", async () => {
      apply.disabled = true;
      try {
        await postFile("correct", { transcript: name, file: file.name }, file);
        close(true);
        notice(`${name} is corrected. The earlier text is kept in the study.`);
        page.go(location.pathname + location.search);
      } catch (error) {
        if (error.status === undefined) throw error;
        fill(shown, h("p.error-box", {}, error.message));
      }
    });
    return [
      h("p", {}, "Choose the corrected file of this interview, in any format that semcode reads. Codings move with their words; what cannot be placed is listed before anything is stored."),
      h("label", { for: "corrected-file" }, "Corrected file"), field, shown,
    ];
  }, {
    wide: true,
    onopen: () => field.focus(),
    actions: (close) => [h("button", { type: "button", onclick: () => close() }, "Cancel"), apply],
  });
}

function preview(found) {
  const list = (title, rows) => (rows.length
    ? [h("h3", {}, title), h("ul.examples", {}, rows.slice(0, 50).map((row) => h("li", {},
      h("b", {}, row.code_name), ` (${row.coder}) `,
      h("span.soft", {}, `“${shorten(row.old_text, 120)}”`, row.text && row.text !== row.old_text ? ` → “${shorten(row.text, 120)}”` : ""))))]
    : null);
  const stay = found.unmoved + found.moved.length;
  return [
    h("p", {}, `${percent(found.kept)} of the text stays. Codings that keep their words: ${number(stay)}; that get changed words: ${number(found.changed.length)}; that cannot be placed: ${number(found.unplaced.length)}.`),
    found.unread ? h("p", {}, `${plural(found.unread, "passage")} to be read again.`) : null,
    found.notes.map((note) => h("p", {}, note)),
    list("With changed words", found.changed),
    list("Cannot be placed: kept with the old words alone", found.unplaced),
  ];
}
