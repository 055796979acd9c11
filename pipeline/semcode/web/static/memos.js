// Memos on a code, coding, transcript, participant or the study.

import { get, post } from "./api.js";
import { notice, openDialog } from "./dialogs.js";
import { ago, fill, h } from "./dom.js";
import { newId } from "./outbox.js";

export async function editMemos(page, kind, target, title) {
  const list = h("ul.last-list");
  const field = h("textarea", { id: "memo-text", rows: 4, maxlength: 20000 });
  let editing = null;
  const load = async () => {
    const rows = await get("memos", { kind, target });
    fill(list, rows.length ? rows.map((row) => h("li", {},
      h("div", {}, row.text),
      h("div.row.soft.small", {}, `${row.coder} · ${ago(row.at)}`,
        row.coder === page.me.coder ? [
          h("button.quiet.small", { type: "button", onclick: () => { editing = row.guid; field.value = row.text; field.focus(); } }, "Change"),
          h("button.quiet.small", { type: "button", onclick: () => save("", row.guid) }, "Remove"),
        ] : null))) : h("li.soft", {}, "None yet."));
  };
  const save = async (text, guid) => {
    try {
      await post("memos", { kind, target, text, request: newId(), ...(guid ? { guid } : {}) });
      editing = null;
      field.value = "";
      await load();
    } catch (error) {
      if (error.status === undefined) throw error;
      notice(`Not stored. ${error.message}`, { error: true });
    }
  };
  try {
    await load();
  } catch (error) {
    if (error.status === undefined) throw error;
    return notice(error.message, { error: true });
  }
  return openDialog(title, () => [list, h("label", { for: "memo-text" }, "Memo"), field], {
    onopen: () => field.focus(),
    actions: (close) => [
      h("button", { type: "button", onclick: () => close() }, "Close"),
      h("button.primary", { type: "button", onclick: () => field.value.trim() && save(field.value.trim(), editing) }, "Save the memo"),
    ],
  });
}
