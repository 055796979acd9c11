// The keys of the transcript view.

import { spanKeys } from "./queue_keys.js";

export function transcriptKeys(view) {
  const one = (keys, shown, label, run, group = "Decide") => ({ keys: [].concat(keys), shown, label, run, group });
  const deciding = view.blind ? [] : [
    one("a", "A", "accept, then next", () => view.decide("accept")),
    one("x", "X", "reject, then next", () => view.decide("reject")),
    one("u", "U", "unsure, then next", () => view.decide("unsure")),
    one("s", "S", "next suggestion", () => view.nextSuggestion(), "Move"),
  ];
  return [
    ...deciding,
    one("c", "C", "another code for this one", () => view.changeCode()),
    one("n", "N", "add a code to the words", () => view.addCode()),
    one([], "letters", "with words selected: code them, by the code’s first letters", () => {}),
    one("f", "F", "facets of your coding", () => view.facets()),
    one("m", "M", "memo on your coding", () => view.memo()),
    one(["d", "Delete"], "D", "remove your coding", () => view.removeCoding()),
    one("r", "R", "read: no (more) code here, next passage", () => view.read()),
    one("Shift+r", "Shift R", "the whole turn is read, next passage", () => view.readTurn()),
    one("j", "J", "next passage", () => view.move(1), "Move"),
    one(["k", "b"], "K", "passage before", () => view.move(-1), "Move"),
    one("i", "I", "next coding or suggestion of the passage", () => view.nextItem(), "Move"),
    one("Enter", "Enter", "store the changed span of your coding", () => view.saveSpan(), "Span"),
    one("Escape", "Esc", "leave the passage", () => view.close(), "Move"),
    ...spanKeys(view),
  ];
}
