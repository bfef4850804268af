// A browser that refuses cookies: a whole Chromium of its own, for that is a setting of the browser.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { chromium } from "playwright-core";
import { say } from "../english.js";
import { DEVICES, LAUNCH } from "./chromium.js";
import { BROKEN_NETWORK } from "./person.js";
import { Scene } from "./scene.js";

/** Chromium's number for "never". */
const BLOCK = 2;

test("who refuses cookies is told what that means, and still sees the standings", async (t) => {
  const scene = await Scene.open(t);
  const bob = await (await scene.person()).enter("lunch");
  await bob.suggest("Ramen", "Bob");
  const profile = await mkdtemp(join(tmpdir(), "where-to-eat-chromium-"));
  await mkdir(join(profile, "Default"));
  const settings = { profile: { default_content_setting_values: { cookies: BLOCK } } };
  await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, { ...LAUNCH, ...DEVICES.laptop });
  t.after(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });
  const ann = (await scene.meet(context)).expect(BROKEN_NETWORK);
  await ann.goto("/a/lunch");
  await ann.linkSays("linkRefused");
  await ann.reads(say("refused"));
  await ann.sees(["Ramen", "1 vote", "Bob"]);
});
