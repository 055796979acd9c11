// Colours of points: by topic, by code, by level; each with a name in the legend.

import { colorOf, levelName, LEVELS } from "./codes.js";

const HUES = [255, 45, 155, 330, 95, 200, 15, 295, 125, 225, 70, 350]; // far apart, one after the other

const NONE = "--level-none";

// A colour that is told from paper in light and in dark: the same hue, another lightness.
function ofNumber(number) {
  const hue = HUES[number % HUES.length];
  const round = Math.floor(number / HUES.length) % 3;
  const chroma = [0.16, 0.09, 0.13][round];
  return { light: `oklch(${[0.52, 0.42, 0.6][round]} ${chroma} ${hue})`, dark: `oklch(${[0.76, 0.86, 0.68][round]} ${chroma} ${hue})` };
}

function ofVariable(name, hollow = false) {
  return { variable: name, light: `var(${name})`, dark: `var(${name})`, hollow };
}

// The colours as a canvas takes them, in the scheme that is on.
export function forCanvas(entries, dark) {
  const style = getComputedStyle(document.documentElement);
  return entries.map((one) => ({
    colour: one.variable ? style.getPropertyValue(one.variable).trim() : dark ? one.dark : one.light,
    hollow: Boolean(one.hollow),
  }));
}

// For each way of colouring: entries { key, name, light, dark, hollow }, and each point's entry.
export function byTopic(points, topics) {
  const entries = topics.map((topic) => ({ key: topic.id, name: topic.name, ...ofNumber(topic.number) }));
  return grouped(points.topic, entries, { name: "no topic", ...ofVariable(NONE, true) });
}

export function byLevel(points) {
  const entries = LEVELS.map((level) => ({ key: level, name: levelName(level), ...ofVariable(`--level-${level.replace(/\s+/g, "-")}`) }));
  return grouped(points.level, entries, { name: "no code yet", ...ofVariable(NONE, true) });
}

// The codes that most points have get a colour of their own, all others one together.
export function byCode(points, codes) {
  const counts = new Map();
  for (const guid of points.code) if (guid) counts.set(guid, (counts.get(guid) ?? 0) + 1);
  const order = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const most = order.slice(0, HUES.length).map((guid, place) => {
    const own = colorOf(codes.get(guid));
    return { key: guid, name: codes.name_(guid), ...(own ? { light: own, dark: `oklch(from ${own} 0.75 max(c, 0.12) h)` } : ofNumber(place)) };
  });
  const rest = order.length > HUES.length ? [{ key: "", name: `${order.length - HUES.length} other codes`, ...ofVariable("--soft") }] : [];
  const kept = new Set(most.map((one) => one.key));
  const keys = points.code.map((guid) => (guid && !kept.has(guid) ? "" : guid));
  return grouped(keys, [...most, ...rest], { name: "no code yet", ...ofVariable(NONE, true) });
}

function grouped(keys, entries, none) {
  const place = new Map(entries.map((one, at) => [one.key, at]));
  const group = keys.map((key) => place.get(key) ?? entries.length);
  const used = new Set(group);
  return { entries: [...entries, { key: null, ...none }], group, used };
}
