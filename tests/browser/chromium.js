// The one Chromium of a test file, and the devices that people hold. Each person gets a context: cookies and storage of their own.

import { existsSync } from "node:fs";
import { after } from "node:test";
import { chromium } from "playwright-core";

const PROGRAM = "/usr/bin/chromium";
const ARGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
/**
 * The address bar's menus are pages of their own, which nobody sees here and which cost as much as ours: half of the time of all
 * tests. The others would be off anyway, but this list takes the place of Playwright's.
 */
const WITHOUT = [
  "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AimEnabled",
  "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "DestroyProfileOnBrowserClose", "AvoidUnnecessaryBeforeUnloadCheckSync",
  "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "ThirdPartyStoragePartitioning",
];

/** Loopback under a name of its own: there a page is plain HTTP, as in an office's network, and lacks what browsers give to TLS. */
export const OFFICE = "office.test";

export const LAUNCH = {
  executablePath: PROGRAM,
  args: [...ARGS.split(" "), `--disable-features=${WITHOUT}`, `--host-resolver-rules=MAP ${OFFICE} 127.0.0.1`],
};

export const DEVICES = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  laptop: { viewport: { width: 1280, height: 800 } },
};

let shared = null;

/** Started by the first who asks. */
export function browser() {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: apt-get install chromium`);
  shared ??= chromium.launch(LAUNCH);
  return shared;
}

export async function closeBrowser() {
  const running = await shared;
  shared = null;
  await running?.close();
}

after(closeBrowser);
