// axe in every state of the page, on a phone and on a laptop, light and dark: it finds nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import axe from "axe-core";
import { Scene } from "./scene.js";
import { STATES, arrive, look, looksOf } from "./states.js";

/** What axe finds, in short; its rules for good practice included. `rules` are some of them, else it is all. */
async function violations(page, rules) {
  // Straight into the page, as no script of a page could do under its policy.
  await page.evaluate(axe.source);
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
  const found = await page.evaluate((asked) => window.axe.run(document, asked), options);
  return found.violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}: ${failureSummary}`) }));
}

/** In the dark only the colours are others. */
const RULES = { light: undefined, dark: ["color-contrast"] };

for (const [name, state] of Object.entries(STATES)) {
  test(`axe finds nothing: ${name}`, async (t) => {
    const { ann } = await arrive(Scene, t, state);
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
  assert.ok(rules(await violations(ann.page)).includes("label"));
  assert.deepEqual(rules(await violations(ann.page, RULES.dark)), ["color-contrast"]);
});
