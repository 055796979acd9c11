// The code beside a suggestion: what it means, and what speaks for it here.

import { codeLabel, levelName } from "./codes.js";
import { h, percent, shorten } from "./dom.js";

export function whyPanel(code, evidence) {
  const nearest = evidence.nearest ?? [];
  const words = weighed(evidence);
  const topic = evidence.topic?.id ? evidence.topic : null;
  return [
    h("h2", {}, codeLabel(code, { path: true })),
    h("p.soft.small", {}, levelName(code.level)),
    code.definition ? h("p", {}, code.definition) : h("p.soft", {}, "This code has no definition yet."),
    code.include ? h("p", {}, h("b", {}, "Include: "), code.include) : null,
    code.exclude ? h("p", {}, h("b", {}, "Exclude: "), code.exclude) : null,
    evidence.now ? scoreNow(evidence.now) : null,
    h("h3", {}, "Why it is suggested"),
    topic ? h("p", {}, "It belongs to the topic ", h("a", { href: `/topics?topic=${encodeURIComponent(topic.id)}` }, `${topic.id}: ${(topic.terms ?? []).slice(0, 5).join(", ")}`), `, likeness ${percent(topic.likeness)}.`) : null,
    evidence.definition
      ? h("p", {}, FIELD[evidence.field] ?? "Nearest in the codebook", ": ", h("q", {}, shorten(evidence.definition, 220)))
      : null,
    words.length ? h("p", {}, "Words that weighed: ", words.map((word, place) => [place ? ", " : null, h("span.weighed", {}, word)])) : null,
    nearest.length
      ? [
        h("p.small-head", {}, "Nearest passages that people gave this code"),
        h("ul.quotes", {}, nearest.map((quote) => h("li", {},
          h("q", {}, shorten(quote.text ?? "", 200)),
          h("span.soft.small", {}, [quote.participant, quote.coder, quote.similarity === undefined ? null : `likeness ${percent(quote.similarity)}`].filter(Boolean).map((part) => ` · ${part}`).join("").slice(3))))),
      ]
      : null,
    !evidence.definition && !words.length && !nearest.length && !topic ? h("p.soft", {}, "Nothing was recorded for this one.") : null,
  ];
}

const FIELD = {
  definition: "Nearest in the definition",
  include: "Nearest under include",
  example: "Nearest example",
  name: "Nearest is the code’s name",
};

// The score of now, which decisions have moved, and what counts most in it.
function scoreNow({ score, before, moved }) {
  const said = before === null ? "not suggested then" : percent(before);
  const parts = Object.entries(moved).filter(([name, value]) => PART[name] && Math.abs(value) >= 0.05)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  return [
    h("h3", {}, `Score now: ${percent(score)}`),
    h("p.soft.small", {}, `When codes were suggested: ${said}.`),
    parts.length ? h("ul.moved", {}, parts.slice(0, 3).map(([name, value]) =>
      h("li", {}, h("span", { "aria-hidden": "true" }, value > 0 ? "▲ " : "▼ "), `${PART[name]} ${value > 0 ? "for" : "against"} it`))) : null,
  ];
}

const PART = {
  "earlier model": "what the model knew that the study began with speaks",
  definition: "what the codebook says speaks",
  reader: "what the fine-tuned model reads speaks",
  meaning: "likeness in meaning to passages decided on speaks",
  context: "the question before speaks",
  words: "its words speak",
  manner: "how it is said speaks",
  usual: "how common the code is speaks",
};

// The words that weighed: those that the codebook uses of this code, and those that were learned.
export function weighed(evidence) {
  return [...new Set([...(evidence?.words ?? []), ...(evidence?.words_for ?? []).map(([word]) => word)])];
}

// The passage with the words that weighed marked in it.
export function withWords(text, words) {
  if (!words.length) return text;
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${escaped.join("|")})(?![\\p{L}\\p{N}])`, "giu");
  return text.split(pattern).map((part, place) => (place % 2 ? h("span.weighed", {}, part) : part));
}
