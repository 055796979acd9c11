// The keys of the queue, each with its button; and those that move a span, here and elsewhere.

export function queueKeys(queue) {
  if (queue.audit) {
    return [
      { keys: ["Enter", "a"], shown: "Enter", button: "No more code here, next", label: "read: no (more) code here, next", group: "Decide", tone: "primary", run: () => queue.deciding.read() },
      { keys: ["c", "n"], shown: "C", button: "Give a code", label: "give a code (type its first letters)", group: "Decide", run: () => queue.deciding.add() },
      { keys: ["f"], shown: "F", button: "Facets", label: "facets", group: "Decide", run: () => queue.deciding.facets() },
      { keys: ["m"], shown: "M", button: "Memo", label: "memo", group: "Decide", run: () => queue.deciding.memo() },
      { keys: ["b", "Backspace"], shown: "B", button: "Previous", label: "back to the one before", group: "Move", run: () => queue.previous() },
    ];
  }
  return [
    { keys: ["a"], shown: "A", button: "Accept", label: "accept, then next", group: "Decide", tone: "primary", run: () => queue.deciding.decide("accept") },
    { keys: ["x"], shown: "X", button: "Reject", label: "reject, then next", group: "Decide", run: () => queue.deciding.decide("reject") },
    { keys: ["c"], shown: "C", button: "Another code", label: "another code instead (type its first letters)", group: "Decide", run: () => queue.deciding.change() },
    { keys: ["n"], shown: "N", button: "Add a code", label: "add a code to the same words", group: "Decide", run: () => queue.deciding.add() },
    { keys: ["f"], shown: "F", button: "Facets", label: "facets", group: "Decide", run: () => queue.deciding.facets() },
    { keys: ["m"], shown: "M", button: "Memo", label: "memo", group: "Decide", run: () => queue.deciding.memo() },
    { keys: ["u"], shown: "U", button: "Unsure", label: "unsure, for another look", group: "Decide", run: () => queue.deciding.decide("unsure") },
    { keys: ["s"], shown: "S", button: "Skip", label: "skip for now", group: "Move", run: () => queue.deciding.decide("skip") },
    { keys: ["b", "Backspace"], shown: "B", button: "Previous", label: "back to the one before", group: "Move", run: () => queue.previous() },
  ];
}

// Move the ends of the chosen words; `view` has `moveSpan(end, kind, by)`.
export function spanKeys(view) {
  const one = (name, shown, label, end, kind, by) => ({ keys: [name], shown, label, group: "Span", run: () => view.moveSpan(end, kind, by) });
  return [
    one("ArrowLeft", "←", "end a word earlier", "end", "word", -1),
    one("ArrowRight", "→", "end a word later", "end", "word", 1),
    one("Shift+ArrowLeft", "Shift ←", "start a word earlier", "start", "word", -1),
    one("Shift+ArrowRight", "Shift →", "start a word later", "start", "word", 1),
    one("ArrowUp", "↑", "end a sentence earlier", "end", "sentence", -1),
    one("ArrowDown", "↓", "end a sentence later", "end", "sentence", 1),
    one("Shift+ArrowUp", "Shift ↑", "start a sentence earlier", "start", "sentence", -1),
    one("Shift+ArrowDown", "Shift ↓", "start a sentence later", "start", "sentence", 1),
  ];
}
