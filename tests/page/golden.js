// The frames that the Rust tests read too: one exact frame a line.

import { readFileSync } from "node:fs";

const lines = (name) =>
  readFileSync(new URL(`../golden/${name}.jsonl`, import.meta.url), "utf8").split("\n").filter(Boolean);

export const fromServer = lines("server");
export const fromClient = lines("client");

/** Samples as they come, and what is known after each line. */
export const windows = lines("window").map((line) => JSON.parse(line));

/** The first golden event of that name. */
export const golden = (name) => fromServer.map((line) => JSON.parse(line)).find((event) => event.event === name);
