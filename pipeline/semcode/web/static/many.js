// Decide on many suggestions at once, after a look at what that touches; draw a blind sample.

import { post } from "./api.js";
import { codeLabel } from "./codes.js";
import { confirmThat, notice } from "./dialogs.js";
import { h, number, percent, plural, shorten } from "./dom.js";
import { describeFilters } from "./filters.js";

// Tells whether the decision was sent; `done` is called once it is stored.
export async function decideOnMany({ page, filters, verdict, done }) {
  await page.outbox.settled();
  let preview;
  try {
    preview = await post("bulk/preview", { verdict, filters });
  } catch (error) {
    if (error.status === undefined) throw error;
    notice(error.message, { error: true });
    return false;
  }
  const count = preview.expected;
  if (!count) {
    notice("No open suggestion fits the filter.");
    return false;
  }
  const verb = verdict === "accept" ? "Accept" : "Reject";
  const title = `${verb} ${plural(count, "suggestion")}?`;
  const content = bulkPreview(preview, page.codes, describeFilters(filters, page.codes));
  const yes = await confirmThat(title, content, { button: `${verb} ${number(count)}`, danger: verdict === "reject" });
  if (!yes) return false;
  page.outbox.send("bulk", { verdict, filters, expected: count, preview: preview.key }, {
    label: `${verb} ${plural(count, "suggestion")}`,
    done: () => {
      notice(`${verb}ed ${plural(count, "suggestion")}. One undo takes all of them back.`);
      done();
    },
    failed: (error) => notice(error.message, { error: true }),
  });
  return true;
}

function bulkPreview(preview, codes, about) {
  return [
    h("p", {}, `Open suggestions ${about}. Nothing is erased; one undo takes all of it back.`),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "Code"), h("th.num", {}, "Suggestions"))),
      h("tbody", {}, preview.by_code.map(([name, count]) =>
        h("tr", {}, h("td", {}, codeLabel(codes.named(name))), h("td.num", {}, number(count)))))),
    preview.examples.length ? h("h3", {}, "The first ones") : null,
    h("ul.examples", {}, preview.examples.map((item) =>
      h("li", {}, h("b", {}, codes.name_(item.code)), ` ${percent(item.score)} `, h("span.soft", {}, shorten(item.text, 120))))),
  ];
}

export async function drawSample(done) {
  const size = h("input", { type: "number", id: "sample-size", min: 5, max: 2000, value: 50 });
  const yes = await confirmThat("Draw a blind sample", [
    h("p", {}, "Passages are drawn at random from all participants and shown without suggestions. Comparing your codes with the suggestions then says how many of them are right, and how many were missed."),
    h("label", { for: "sample-size" }, "How many passages"), size,
  ], { button: "Draw" });
  if (!yes) return;
  try {
    await post("audit", { n: Number(size.value) || 50 });
    await done();
  } catch (error) {
    if (error.status === undefined) throw error;
    notice(error.message, { error: true });
  }
}
