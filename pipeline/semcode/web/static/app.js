// Start the page: who codes, which view the address names, what every view shares.

import { get, post, setCoder } from "./api.js";
import { Codes } from "./codes.js";
import { notice } from "./dialogs.js";
import { announce, fill, h, plural } from "./dom.js";
import { listen, setPageKeys, setViewKeys, showKeys } from "./keys.js";
import { Outbox } from "./outbox.js";

const VIEWS = [
  { path: "/", name: "Home", digit: "1", load: () => import("./home.js") },
  { path: "/transcript", name: "Transcripts", digit: "2", load: () => import("./transcript.js") },
  { path: "/queue", name: "Queue", digit: "3", load: () => import("./queue.js") },
  { path: "/adjudicate", name: "Adjudicate", digit: "4", load: () => import("./adjudicate.js"), hidden: "blind" },
  { path: "/codebook", name: "Codebook", digit: "5", load: () => import("./codebook.js") },
  { path: "/topics", name: "Topics", digit: "7", load: () => import("./topics.js"), hidden: "blind" },
  { path: "/findings", name: "Findings", digit: "8", load: () => import("./findings.js"), hidden: "blind" },
  { path: "/history", name: "History", digit: "6", load: () => import("./history.js") },
];
const LOOK_EVERY_MS = 20_000;
const SOON_MS = 1_000;

const main = document.getElementById("main");
const page = {
  me: null,
  codes: null,
  outbox: null,
  newest: 0,
  learner: "", // the state of the learner whose scores are shown
  go,
  undo: () => act("undo", "Undo"),
  redo: () => act("redo", "Redo"),
  loadCodes,
};
let current = null;
let channel = null;

async function start() {
  listen();
  page.me = JSON.parse(document.body.dataset.me);
  if (!page.me.coder) return askWho();
  setCoder(page.me.coder);
  page.outbox = new Outbox(`${page.me.study}-${page.me.coder}`);
  page.outbox.addEventListener("change", showUnstored);
  page.outbox.addEventListener("stored", stored);
  showFrame();
  showUnstored();
  setPageKeys(pageKeys());
  document.addEventListener("click", follow);
  addEventListener("popstate", () => show());
  // The codebook and the view's own data are asked for at the same time.
  page.ready = Promise.all([loadCodes(), get("newest")]).then(([, newest]) => {
    page.newest = newest.decision;
    page.learner = newest.learner;
    lookAgain(newest.learning);
  });
  page.ready.catch(() => {}); // the view that waits for it says so
  watch();
  page.outbox.now();
  await show();
  return undefined;
}

async function loadCodes() {
  page.codes = new Codes(await get("codebook"));
  return page.codes;
}

function pageKeys() {
  const jump = VIEWS.filter((view) => !(view.hidden && page.me.blind)).map((view) => ({
    keys: [view.digit],
    shown: view.digit,
    label: view.name,
    group: "Go to",
    run: () => go(view.path),
  }));
  return [
    { keys: ["z", "Ctrl+z"], shown: "Z / Ctrl Z", label: "undo, without limit", group: "Always", run: page.undo },
    { keys: ["Shift+z", "Ctrl+Shift+z", "Ctrl+y"], shown: "Shift Z / Ctrl Y", label: "redo", group: "Always", run: page.redo },
    { keys: ["?"], shown: "?", label: "these keys", group: "Always", run: showKeys },
    ...jump,
  ];
}

function showFrame() {
  const views = VIEWS.filter((view) => !(view.hidden && page.me.blind));
  fill(document.getElementById("views"), h("ul", {}, views.map((view) =>
    h("li", {}, h("a", { href: view.path, data: { view: view.path } }, view.name)))));
  fill(document.getElementById("who"),
    page.me.blind ? h("span.tag.blind", { title: "Suggestions and other coders are hidden" }, "blind") : null,
    h("button.quiet", { type: "button", onclick: page.undo, title: "Undo (Z)" }, "Undo"),
    h("button.quiet", { type: "button", onclick: page.redo, title: "Redo (Shift+Z)" }, "Redo"),
    h("button.quiet", { type: "button", onclick: showKeys, "aria-label": "Keys" }, "?"),
    page.me.fixed
      ? h("span.coder", {}, page.me.coder)
      : page.me.password
        ? h("button.quiet.coder", { type: "button", onclick: logOut, title: "Log out" }, `${page.me.coder} · log out`)
      : h("button.quiet.coder", { type: "button", onclick: changeWho, title: "Change who is coding" }, page.me.coder));
}

function follow(event) {
  const link = event.target.closest?.("a[href^='/']");
  if (!link || link.hasAttribute("download") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

export function go(address, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", address);
  else if (address !== location.pathname + location.search) history.pushState(null, "", address);
  return show();
}

async function show() {
  const view = VIEWS.find((one) => one.path === location.pathname) ?? VIEWS[0];
  const values = Object.fromEntries(new URLSearchParams(location.search));
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === view.path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  current?.leave?.();
  const mine = { refresh: null, stored: null, leave: null };
  current = mine;
  setViewKeys([]);
  document.title = `${view.name} – ${page.me.name} – semcode`;
  main.className = `view view-${view.path.slice(1) || "home"}`;
  main.setAttribute("aria-busy", "true");
  try {
    const module = await view.load();
    if (current !== mine) return;
    const place = h("div.view-body");
    await module.render(place, page, values, mine);
    if (current !== mine) return;
    fill(main, place);
    mine.shown?.();
    main.dataset.ready = view.path;
    announce(`${view.name} opened`);
  } catch (error) {
    if (error.status === undefined) throw error;
    if (current === mine) fail(error);
  } finally {
    if (current === mine) main.removeAttribute("aria-busy");
  }
}

// Undo and redo wait their turn behind what is still being stored.
function act(kind, label) {
  page.outbox.send(kind, {}, {
    label,
    done: (outcome) => {
      if (!outcome.decision) return notice(kind === "undo" ? "There is nothing to undo." : "There is nothing to redo.");
      notice(`${kind === "undo" ? "Undone" : "Done again"}${outcome.label ? `: ${outcome.label}` : ""}`);
      for (const note of outcome.notes) notice(note);
      return current?.taken?.(outcome, kind);
    },
    failed: (error) => {
      // Nothing to undo is no loss: it need not stand among what was not stored.
      page.outbox.refused = page.outbox.refused.filter((one) => one.path !== kind);
      page.outbox.save();
      page.outbox.changed();
      notice(error.message);
    },
  });
}

function stored(event) {
  const { outcome, one } = event.detail;
  if (outcome && typeof outcome.decision === "number") page.newest = Math.max(page.newest, outcome.decision);
  if (!["undo", "redo"].includes(one.path)) for (const note of outcome?.notes ?? []) notice(note);
  current?.stored?.(outcome, one);
  channel?.postMessage({ newest: page.newest });
  lookAgain(!page.me.blind);
}

// Another tab, another coder or another program may have decided meanwhile.
function watch() {
  if (globalThis.BroadcastChannel) {
    channel = new BroadcastChannel(`semcode-${page.me.study}`);
    channel.onmessage = () => look();
  }
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  setInterval(() => document.visibilityState === "visible" && look(), LOOK_EVERY_MS);
}

let looking = false;
let again = 0;

// While something is being learned the scores will move soon: look again in a moment.
function lookAgain(soon) {
  clearTimeout(again);
  if (soon) again = setTimeout(() => document.visibilityState === "visible" && look(), SOON_MS);
}

async function look() {
  if (looking || page.outbox.pending.length) return;
  looking = true;
  try {
    const { decision, codebook, learner, learning } = await get("newest");
    lookAgain(learning);
    if (page.codes && codebook !== page.codes.version && !document.querySelector("dialog")) {
      page.newest = decision;
      await loadCodes();
      notice("The codebook was changed; this is its newest version.");
      await show();
    } else if (decision !== page.newest || learner !== page.learner) {
      page.newest = decision;
      page.learner = learner;
      await current?.refresh?.();
    }
  } catch (error) {
    if (error.status === undefined) throw error;
  } finally {
    looking = false;
  }
}

let patience = 0;

// A decision that takes longer than a moment to be stored is shown as not stored.
function showUnstored() {
  const { pending, refused, failures } = page.outbox;
  document.body.dataset.unstored = pending.length + refused.length;
  clearTimeout(patience);
  if (!pending.length && !refused.length) return drawUnstored();
  if (failures || refused.length) return drawUnstored();
  patience = setTimeout(drawUnstored, 400);
  return undefined;
}

function drawUnstored() {
  const place = document.getElementById("unstored");
  const { pending, refused, failures, trouble, ended } = page.outbox;
  place.hidden = !pending.length && !refused.length;
  if (place.hidden) return fill(place);
  const waiting = pending.length
    ? h("div.unstored-line", {},
      h("strong", {}, `${plural(pending.length, "decision")} not stored yet.`),
      " ",
      failures ? `${trouble} ` : "Storing … ",
      failures ? (ended ? "Open the new address that semcode prints; this tab then goes on by itself." : "It is tried again until it works; leave this tab open.") : null,
      failures ? h("button", { type: "button", onclick: () => page.outbox.now() }, "Try now") : null)
    : null;
  return fill(place, waiting, refused.map((one) =>
    h("div.unstored-line", {},
      h("strong", {}, "Not stored: "), `${one.label || one.path}. ${one.reason} `,
      h("button", { type: "button", onclick: () => page.outbox.again(one) }, "Try again"),
      h("button", { type: "button", onclick: () => { page.outbox.discard(one); current?.refresh?.(); } }, "Discard"))));
}

async function askWho() {
  const { ask } = await import("./who.js");
  main.className = "view view-who";
  await ask(main, async (coder, role) => {
    await post("join", { coder, role });
    location.assign("/");
  });
}

async function logOut() {
  if (page.outbox.pending.length) return notice("Wait until everything is stored.");
  await fetch("/logout", { method: "POST", headers: { "X-Semcode": "1" }, redirect: "manual" });
  return location.assign("/login");
}

async function changeWho() {
  if (page.outbox.pending.length) return notice("Wait until everything is stored.");
  current?.leave?.();
  current = null;
  setViewKeys([]);
  return askWho();
}

function fail(error) {
  fill(main, h("div.narrow-page", {},
    h("h1", {}, "This cannot be shown"),
    h("p.error-box", { role: "alert" }, error.message),
    h("button.primary", { type: "button", onclick: () => location.reload() }, "Load again")));
}

start();
