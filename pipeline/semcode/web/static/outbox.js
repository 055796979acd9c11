// Decisions on their way: in order, each stored once, and visibly not stored until it is.
//
// A decision is kept in memory and in this tab's session storage until the server has said that
// it is stored. It is sent again, with the same id, after a failure, a reload or a restart of the
// server; the server stores an id once.

import { post } from "./api.js";

const WAITS_MS = [300, 1000, 2000, 4000, 8000];

export class Outbox extends EventTarget {
  constructor(name) {
    super();
    this.place = `semcode-unstored-${name}`;
    this.pending = [];
    this.refused = [];
    this.failures = 0;
    this.trouble = "";
    this.busy = false;
    this.timer = 0;
    this.load();
    addEventListener("beforeunload", (event) => {
      if (this.pending.length || this.refused.length) event.preventDefault();
    });
    addEventListener("online", () => this.now());
  }

  // `done` gets the outcome once it is stored; `failed` the reason when it never will be.
  send(path, body, { label = "", done = null, failed = null } = {}) {
    const one = { path, body: { ...body, request: newId() }, label, at: Date.now(), done, failed };
    this.pending.push(one);
    this.save();
    this.changed();
    this.drain();
    return one.body.request;
  }

  // Wait until everything that was decided so far is stored or refused.
  settled() {
    if (!this.pending.length) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (this.pending.length) return;
        this.removeEventListener("change", look);
        resolve();
      };
      this.addEventListener("change", look);
    });
  }

  now() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.drain();
  }

  discard(one) {
    this.refused = this.refused.filter((other) => other !== one);
    this.save();
    this.changed();
  }

  again(one) {
    this.refused = this.refused.filter((other) => other !== one);
    this.pending.push(one);
    this.save();
    this.changed();
    this.now();
  }

  async drain() {
    if (this.busy || this.timer) return;
    this.busy = true;
    while (this.pending.length) {
      const one = this.pending[0];
      try {
        const outcome = await post(one.path, one.body);
        this.failures = 0;
        this.trouble = "";
        this.pending.shift();
        this.save();
        one.done?.(outcome);
        this.dispatchEvent(new CustomEvent("stored", { detail: { one, outcome } }));
        this.changed();
      } catch (error) {
        if (error.status === undefined) throw error;
        this.trouble = error.message;
        if (error.passing) {
          this.later(error.status);
          break;
        }
        this.pending.shift();
        this.refused.push({ ...one, reason: error.message });
        this.save();
        one.failed?.(error);
        this.changed();
      }
    }
    this.busy = false;
  }

  later(status) {
    const wait = WAITS_MS[Math.min(this.failures, WAITS_MS.length - 1)];
    this.failures += 1;
    this.ended = status === 401 || status === 428;
    this.timer = setTimeout(() => this.now(), wait);
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  save() {
    const plain = ({ path, body, label, at, reason }) => ({ path, body, label, at, reason });
    const kept = { pending: this.pending.map(plain), refused: this.refused.map(plain) };
    try {
      if (this.pending.length || this.refused.length) {
        sessionStorage.setItem(this.place, JSON.stringify(kept));
      } else {
        sessionStorage.removeItem(this.place);
      }
    } catch {
      // Without storage they are kept in memory; leaving the page then warns all the same.
    }
  }

  load() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.place) ?? "{}");
      this.pending = kept.pending ?? [];
      this.refused = kept.refused ?? [];
    } catch {
      this.pending = [];
    }
  }
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages that others reach without encryption have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
