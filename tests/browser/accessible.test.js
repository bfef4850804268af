// axe in every state of the page, on a phone and on a laptop, light and dark: it finds nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import axe from "axe-core";
import { Scene } from "./scene.js";
import { STATES, arrive, look, looksOf } from "./states.js";

/** What axe finds, in short; its rules for good practice included. */
async function violations(page) {
  // Straight into the page, as no script of a page could do under its policy.
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}: ${failureSummary}`) }));
}

/**
 * axe is a script itself, so what is seen where none run is given to a browser that runs them: without the page's own, and with what
 * stands in their place.
 */
async function withoutScripts({ page }) {
  const html = (text) =>
    text
      .replaceAll(/<script[^]*?<\/script>/g, "")
      .replaceAll(/(?<=<\/?)noscript>/g, "div>")
      .replaceAll(/class="[^"]*needs-script[^"]*"/g, "$& hidden");
  await page.route("**/a/*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: html(await answer.text()) });
  });
}

for (const [name, state] of Object.entries(STATES)) {
  test(`axe finds nothing: ${name}`, async (t) => {
    const plain = state.person?.javaScriptEnabled === false;
    const { ann } = await arrive(Scene, t, plain ? { ...state, person: {}, before: withoutScripts } : state);
    for (const each of looksOf(state)) {
      await look(ann, each);
      assert.deepEqual(await violations(ann.page), [], `${each.device}, ${each.colorScheme}`);
    }
  });
}

test("axe would find something", async (t) => {
  const { ann } = await arrive(Scene, t, STATES.empty);
  await ann.page.evaluate(() => {
    document.querySelector("#find").labels[0].remove();
    document.querySelector("h1:not(#landing-title)").style.color = "#eee";
  });
  const rules = (found) => found.map(({ id }) => id);
  const found = rules(await violations(ann.page));
  assert.ok(found.includes("label") && found.includes("color-contrast"), found);
});
