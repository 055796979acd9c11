// The codebook as the page needs it: a tree, colours, and a search that ranks.

import { h } from "./dom.js";

export const LEVELS = ["intrapersonal", "interpersonal", "organizational", "community", "public policy"];

export class Codes {
  constructor(view) {
    this.version = view.version;
    this.name = view.name ?? "";
    this.facets = view.facets ?? [];
    this.near = view.near_duplicates ?? [];
    this.all = view.codes.map((code) => ({ ...code, children: [] }));
    this.byGuid = new Map(this.all.map((code) => [code.guid, code]));
    const byName = new Map(this.all.map((code) => [code.name.toLowerCase(), code]));
    this.roots = [];
    for (const code of this.all) {
      const parent = code.parent && (this.byGuid.get(code.parent) ?? byName.get(code.parent.toLowerCase()));
      code.above = parent ?? null;
      (parent ? parent.children : this.roots).push(code);
    }
    for (const code of this.all) code.level ||= this.levelAbove(code);
  }

  levelAbove(code) {
    for (let up = code.above; up; up = up.above) if (up.level) return up.level;
    return null;
  }

  get(guid) {
    return this.byGuid.get(guid) ?? { guid, name: "a code that is no longer in the codebook", level: null, children: [], facets: [], gone: true };
  }

  named(name) {
    return this.all.find((code) => code.name === name) ?? this.get(name);
  }

  name_(guid) {
    return this.get(guid).name;
  }

  // The facets that apply to a code.
  facetsOf(guid) {
    const names = this.get(guid).facets ?? [];
    return this.facets.filter((facet) => names.includes(facet.name));
  }

  // The codes of each level in the codebook's order, children after their parents.
  byLevel() {
    const groups = [];
    for (const level of [...LEVELS, null]) {
      const roots = this.roots.filter((code) => (code.level ?? null) === level);
      if (roots.length) groups.push([level, roots]);
    }
    return groups;
  }

  flat(roots = this.roots, depth = 0) {
    return roots.flatMap((code) => [{ code, depth }, ...this.flat(code.children, depth + 1)]);
  }

  // Rank codes for typed letters: start of the name, start of a word, initials, inside, definition.
  search(typed, { recent = [] } = {}) {
    const wanted = fold(typed);
    if (!wanted) {
      const first = recent.map((guid) => this.byGuid.get(guid)).filter(Boolean);
      return [...first, ...this.flat().map((one) => one.code).filter((code) => !first.includes(code))];
    }
    return this.all
      .map((code, place) => ({ code, place, rank: rank(code, wanted, recent) }))
      .filter((one) => one.rank > 0)
      .sort((a, b) => b.rank - a.rank || a.place - b.place)
      .map((one) => one.code);
  }
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function rank(code, wanted, recent) {
  const name = fold(code.name);
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const bonus = recent.includes(code.guid) ? 0.5 : 0;
  if (name.startsWith(wanted)) return 6 + bonus;
  if (words.some((word) => word.startsWith(wanted))) return 5 + bonus;
  if (words.map((word) => word[0]).join("").startsWith(wanted)) return 4 + bonus;
  const parts = wanted.split(/\s+/);
  if (parts.length > 1 && parts.every((part) => words.some((word) => word.startsWith(part)))) return 3 + bonus;
  if (name.includes(wanted)) return 2 + bonus;
  if (wanted.length > 2 && fold(`${code.definition ?? ""} ${code.include ?? ""}`).includes(wanted)) return 1;
  return 0;
}

export function levelClass(level) {
  return level ? `level-${level.replace(/\s+/g, "-")}` : "level-none";
}

export function levelName(level) {
  return level ? level[0].toUpperCase() + level.slice(1) : "Without a level";
}

// A valid colour of the code, else null: then its level's colour shows.
export function colorOf(code) {
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(code.color ?? "") ? code.color : null;
}

export function dot(code) {
  return h("span.dot", { class: levelClass(code.level), vars: { "--code": colorOf(code) }, "aria-hidden": "true" });
}

// The name with its colour and, for a child, where it belongs.
export function codeLabel(code, { path = false } = {}) {
  return h("span.code-label", {}, dot(code),
    h("span", {}, path && code.above ? h("span.soft", {}, `${code.above.name} › `) : null, code.name));
}

const RECENT = "semcode-recent";

export function recentCodes() {
  try {
    return JSON.parse(sessionStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

export function used(guid) {
  const now = [guid, ...recentCodes().filter((one) => one !== guid)].slice(0, 6);
  try {
    sessionStorage.setItem(RECENT, JSON.stringify(now));
  } catch {
    // Only a convenience.
  }
}
