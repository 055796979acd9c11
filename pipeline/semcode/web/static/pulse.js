// How the suggestions do: the last decisions, and the blind audit sample.

import { h, percent, plural } from "./dom.js";

export function pulsePanel(pulse) {
  const { n: shown, accepted, rejected, changed } = pulse.last;
  const share = (count) => (shown ? count / shown : 0);
  return [
    h("h2", {}, "How the suggestions do"),
    shown
      ? h("div", {},
        h("p", {}, `Your last ${plural(shown, "decision")}: ${percent(share(accepted))} accepted.`),
        h("div.shares", { role: "img", "aria-label": `${accepted} accepted, ${changed} changed, ${rejected} rejected` },
          h("span.share-accepted", { vars: { "--share": share(accepted) } }),
          h("span.share-changed", { vars: { "--share": share(changed) } }),
          h("span.share-rejected", { vars: { "--share": share(rejected) } })),
        h("p.soft.small", {}, `${accepted} accepted · ${changed} changed · ${rejected} rejected`))
      : h("p.soft", {}, "No decisions yet."),
    pulse.audit ? auditLines(pulse.audit) : null,
    pulse.learning ? h("p.small.learning", { role: "status" }, pulse.learning) : null,
    pulse.version ? h("p.soft.small", {}, `Model: ${pulse.version}`) : null,
  ];
}

function auditLines(audit) {
  if (!audit.drawn) return h("p.soft.small", {}, "Blind audit sample: none drawn yet. ", h("a", { href: "/queue?order=audit" }, "Draw one"));
  const said = (name, value, interval) => value === null ? null : h("p", {}, `${name} ${percent(value)}`, interval ? h("span.soft", {}, ` (${percent(interval[0])} to ${percent(interval[1])})`) : null);
  return h("div", {},
    h("p.small-head", {}, `Blind audit sample: ${audit.n} of ${audit.drawn} read`),
    said("Of what is suggested, right:", audit.precision, audit.precision_interval),
    said("Of what you coded, suggested:", audit.recall, audit.recall_interval),
    audit.reason ? h("p.soft.small", {}, audit.reason) : null);
}
