import assert from "node:assert/strict";
import { test } from "node:test";

import { Memory } from "../../assets/js/memory.js";
import { START, brokenStorage, fakeStorage } from "./fakes.js";

test("n grows, in every tab, and is never below the clock", () => {
  const storage = fakeStorage();
  const [tab, other] = [new Memory(storage), new Memory(storage)];
  assert.equal(tab.nextN(START), START);
  assert.equal(other.nextN(START), START + 1);
  assert.equal(tab.nextN(START - 5_000), START + 2);
  assert.equal(other.nextN(START + 9_000), START + 9_000);
});

test("a browser that remembers nothing still counts on", () => {
  for (const storage of [brokenStorage, null]) {
    const memory = new Memory(storage);
    assert.equal(memory.nextN(START), START);
    assert.equal(memory.nextN(START), START + 1);
    memory.name = "Ann";
    assert.equal(memory.name, "Ann");
    memory.keepInArea("lunch", { held: { username: "Ann" } });
    assert.deepEqual(memory.inArea("lunch"), { held: { username: "Ann" }, intent: null });
    assert.doesNotThrow(() => memory.tidy());
  }
});

test("what others wrote into the storage is no danger", () => {
  const storage = fakeStorage();
  for (const [key, value] of [["n", '"many"'], ["name", "{}"], ["recent", '{"0":1}'], ["near", "7"], ["img", "[]"], ["pictures", '"yes"'], ["area.lunch", "oops"]]) {
    storage.setItem(`wte.${key}`, value);
  }
  const memory = new Memory(storage);
  assert.equal(memory.nextN(START), START);
  assert.deepEqual([memory.name, memory.near, memory.img, memory.pictures, memory.recent], ["", "", "", false, []]);
  assert.deepEqual(memory.inArea("lunch"), { held: null, intent: null });
});

test("areas keep apart, and one part is kept when the other changes", () => {
  const memory = new Memory(fakeStorage());
  memory.keepInArea("lunch", { held: { username: "Ann" } });
  memory.keepInArea("lunch", { intent: { n: 1 } });
  assert.deepEqual(memory.inArea("lunch"), { held: { username: "Ann" }, intent: { n: 1 } });
  assert.deepEqual(memory.inArea("dinner"), { held: null, intent: null });
});

test("recent areas are few, the latest first, each once", () => {
  const memory = new Memory(fakeStorage());
  for (const area of ["a", "b", "c", "d", "e", "f", "g", "c"]) memory.visited(area);
  assert.deepEqual(memory.recent, ["c", "g", "f", "e", "d", "b"]);
});

test("areas that are long over are forgotten", () => {
  const memory = new Memory(fakeStorage());
  memory.keepInArea("old", { intent: { n: 1, tapped: START - 13 * 3_600_000 } });
  memory.keepInArea("new", { intent: { n: 2, tapped: START - 3_600_000 } });
  memory.name = "Ann";
  memory.tidy(START);
  const other = new Memory(null);
  assert.notDeepEqual(memory.inArea("new"), other.inArea("new"));
  assert.equal(memory.name, "Ann");
});

test("another tab's name in this area is news, and nothing else is", () => {
  const memory = new Memory(fakeStorage());
  const held = (username, at) => JSON.stringify({ held: { username, at } });
  assert.ok(memory.nameChanged("lunch", "wte.area.lunch", null, held("Ann", 1)));
  assert.ok(!memory.nameChanged("lunch", "wte.area.lunch", held("Ann", 1), held("Ann", 2)));
  assert.ok(!memory.nameChanged("lunch", "wte.area.dinner", null, held("Ann", 1)));
  assert.ok(memory.nameChanged("lunch", "wte.area.lunch", held("Ann", 1), "{"));
});

test("a browser that becomes another owner's device keeps nothing of what it had and wanted, and its other tabs hear of it", () => {
  for (const storage of [fakeStorage(), brokenStorage]) {
    const memory = new Memory(storage);
    memory.nextN(START + 60_000);
    memory.keepInArea("lunch", { held: { username: "Bob" }, intent: { n: 1, fs: { name: "Ramen" } } });
    memory.near = "Berlin";
    memory.turn();
    assert.deepEqual(memory.inArea("lunch"), { held: null, intent: null });
    assert.equal(memory.nextN(START), START, "the count was the other owner's");
    assert.equal(memory.near, "Berlin", "it is still the same browser");
  }
  const memory = new Memory(fakeStorage());
  assert.ok(memory.turned("wte.turned"));
  assert.ok(!memory.turned("wte.area.turned") && !memory.turned(null));
});

test("it knows whose account it is, and where it has a name", () => {
  const memory = new Memory(fakeStorage());
  assert.deepEqual([memory.account, memory.named], ["", []]);
  memory.account = "Ann";
  memory.keepInArea("lunch", { held: { username: "Ann" } });
  memory.keepInArea("dinner", { held: null, intent: { n: 1 } });
  assert.deepEqual([memory.account, memory.named], ["Ann", ["lunch"]]);
  memory.turn();
  assert.deepEqual([memory.account, memory.named], ["Ann", []]);
});
