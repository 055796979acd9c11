// Positions: the study counts Unicode code points, JavaScript counts UTF-16 units.

export class Positions {
  constructor(text) {
    this.length = text.length;
    this.pairs = []; // code point positions of the characters that take two units
    if (/[\ud800-\udbff]/.test(text)) {
      let point = 0;
      for (const character of text) {
        if (character.length === 2) this.pairs.push(point);
        point += 1;
      }
    }
  }

  toUnit(point) {
    return point + below(this.pairs, point);
  }

  toPoint(unit) {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pairs[middle] + middle < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  }
}

function below(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function countPoints(text) {
  let count = 0;
  for (const character of text) count += character.length ? 1 : 0;
  return count;
}

// Starts and ends of words or sentences, as UTF-16 units of the text.
function pieces(text, kind) {
  const found = [];
  if (globalThis.Intl?.Segmenter) {
    for (const part of new Intl.Segmenter("en", { granularity: kind }).segment(text)) {
      if (kind === "word" && !part.isWordLike) continue;
      const start = part.index + (part.segment.length - part.segment.trimStart().length);
      const end = part.index + part.segment.trimEnd().length;
      if (end > start) found.push([start, end]);
    }
    return kind === "word" ? withMarks(text, found) : found;
  }
  const pattern = kind === "word" ? /\S+/gu : /[^.!?]+[.!?]*["”’)]*/gu;
  for (const match of text.matchAll(pattern)) {
    const start = match.index + (match[0].length - match[0].trimStart().length);
    const end = match.index + match[0].trimEnd().length;
    if (end > start) found.push([start, end]);
  }
  return found;
}

// A word takes the punctuation that sticks to it.
function withMarks(text, words) {
  return words.map(([start, end], index) => {
    const next = index + 1 < words.length ? words[index + 1][0] : text.length;
    let to = end;
    while (to < next && /[^\s\p{L}\p{N}“‘(]/u.test(text[to])) to += 1;
    return [start, to];
  });
}

// Move one end of a span to the next boundary; the span never becomes empty.
export function moveEnd(text, span, { end, kind, by }) {
  const found = pieces(text, kind);
  const [start, stop] = span;
  if (end === "end") {
    const places = found.map((piece) => piece[1]).filter((place) => place > start);
    const next = by > 0 ? places.find((place) => place > stop) : places.findLast((place) => place < stop);
    return [start, next ?? stop];
  }
  const places = found.map((piece) => piece[0]).filter((place) => place < stop);
  const next = by > 0 ? places.find((place) => place > start) : places.findLast((place) => place < start);
  return [next ?? start, stop];
}
