// What is laid over a transcript: codings of the same words with the same code are one item.

// `codings` and `suggestions` as the server gives them, in UTF-16 units; `hidden` are coders.
export function itemsOf(codings, suggestions, hidden) {
  const together = new Map();
  for (const coding of codings) {
    if (hidden.has(coding.coder)) continue;
    const id = codingId(coding);
    const item = together.get(id) ?? { id, kind: "coding", start: coding.start, end: coding.end, code: coding.code, coders: [], codings: [], memo: "", outdated: false, consensus: false };
    item.coders.push(coding.coder);
    item.codings.push(coding);
    item.memo ||= coding.memo;
    item.outdated ||= coding.outdated;
    item.consensus ||= coding.consensus;
    together.set(id, item);
  }
  const suggested = suggestions.map((one) => ({ ...one, id: `s:${one.segment}:${one.code}`, kind: "suggestion", memo: "" }));
  const all = [...together.values(), ...suggested];
  for (const item of all) {
    item.own = item.codings?.find((coding) => coding.own) ?? null;
    item.signature = `${item.id}${item.status ?? ""}${item.score ?? ""}${item.coders ?? ""}${item.memo ? "m" : ""}${item.outdated ? "o" : ""}`;
  }
  return all.sort((a, b) => a.start - b.start || b.end - a.end || (a.kind < b.kind ? -1 : 1));
}

export function codingId({ start, end, code }) {
  return `c:${start}:${end}:${code}`;
}

// Tells whether the choices of "What is shown" let an item through.
export function isShown(item, show, codes) {
  const { level, code, status, low, codings, suggestions } = show;
  if (code && item.code !== code && !isUnder(codes, item.code, code)) return false;
  if (level && codes.get(item.code).level !== level) return false;
  if (item.kind === "coding") return codings;
  if (!suggestions || item.score < low / 100) return false;
  return status === "all" || (status === "open" ? ["open", "skipped", "unsure"].includes(item.status) : item.status === status);
}

function isUnder(codes, guid, above) {
  for (let code = codes.get(guid).above; code; code = code.above) if (code.guid === above) return true;
  return false;
}
