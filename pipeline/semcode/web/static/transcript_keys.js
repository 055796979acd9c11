// The keys of the transcript view.

import { spanKeys } from "./queue_keys.js";

export function transcriptKeys({ blind, cursor, deciding }) {
  const one = (keys, shown, label, run, group = "Decide") => ({ keys: [].concat(keys), shown, label, run, group });
  const onSuggestions = blind ? [] : [
    one("a", "A", "accept, then next", () => deciding.decide("accept")),
    one("x", "X", "reject, then next", () => deciding.decide("reject")),
    one("u", "U", "unsure, then next", () => deciding.decide("unsure")),
    one("s", "S", "next suggestion", () => cursor.nextSuggestion(), "Move"),
  ];
  return [
    ...onSuggestions,
    one("c", "C", "another code for this one", () => deciding.changeCode()),
    one("n", "N", "add a code to the words", () => deciding.addCode()),
    one([], "letters", "with words selected: code them, by the code’s first letters", () => {}),
    one("f", "F", "facets of your coding", () => deciding.facets()),
    one("m", "M", "memo on your coding", () => deciding.memo()),
    one(["d", "Delete"], "D", "remove your coding", () => deciding.removeCoding()),
    one("r", "R", "read: no (more) code here, next passage", () => deciding.read()),
    one("Shift+r", "Shift R", "the whole turn is read, next passage", () => deciding.readTurn()),
    one("j", "J", "next passage", () => cursor.move(1), "Move"),
    one(["k", "b"], "K", "passage before", () => cursor.move(-1), "Move"),
    one("i", "I", "next coding or suggestion of the passage", () => cursor.nextItem(), "Move"),
    one("Enter", "Enter", "store the changed span of your coding", () => deciding.saveSpan(), "Span"),
    one("Escape", "Esc", "leave the passage", () => cursor.leave(), "Move"),
    ...spanKeys(cursor),
  ];
}
