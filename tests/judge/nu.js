// The Nu HTML checker, on documents that are handed to it. Knows how it is called and what it answers, and nothing of our pages.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import jar from "vnu-jar";

/** A Java program starts slowly on a busy machine; one that takes longer than this hangs. */
const LIMIT_MS = 300_000;
/** More than it can have to say about pages that are nearly right. */
const OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * What it finds in `documents`, a Map from what each is to `{ending, text}`, where `ending` is `html`, `css` or `svg`. One sentence for
 * each error, warning and remark, with the place.
 */
export async function findings(documents) {
  const folder = mkdtempSync(join(tmpdir(), "where-to-eat-nu-"));
  try {
    const names = new Map();
    for (const [what, { ending, text }] of documents) {
      const file = join(folder, `${names.size}.${ending}`);
      writeFileSync(file, text);
      names.set(`file:${file}`, what);
    }
    const files = [...names.keys()].map((url) => url.slice("file:".length));
    const { messages } = JSON.parse(await run(["--stdout", "--format", "json", "--also-check-css", "--also-check-svg", ...files]));
    return messages.map(({ type, subType, url, lastLine, message, extract = "" }) => {
      return `${names.get(url)}, line ${lastLine ?? "?"}: ${subType ?? type}: ${message} ${extract.trim()}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its answer. It exits with 1 where it finds something, which is an answer too. */
function run(args) {
  return new Promise((done, failed) => {
    const limits = { timeout: LIMIT_MS, maxBuffer: OUTPUT_BYTES };
    execFile("java", ["-jar", String(jar), ...args], limits, (error, stdout, stderr) => {
      if (stdout.startsWith("{")) done(stdout);
      else failed(new Error(`The Nu HTML checker gave no answer (is java there?): ${error?.message} ${stderr}`));
    });
  });
}
