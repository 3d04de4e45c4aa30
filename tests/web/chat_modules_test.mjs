// The parts of the chat's client that know neither page nor socket. Run by test_chat_modules.py with `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";

const modules = process.env.CHAT_MODULES;
const { LineLog, stateOfLines } = await import(`${modules}/line_log.js`);
const { MemoryStorage, newClientId, Outbox, usableStorage } = await import(`${modules}/outbox.js`);
const { backoffMs, byeMs } = await import(`${modules}/backoff.js`);
const { partsOf, safeAddress } = await import(`${modules}/message_text.js`);

const line = (n, more = {}) => ({ n, at: `2026-01-01T00:00:0${n % 10}Z`, kind: "message", ...more });

test("lines are shown in the order of their numbers, whatever order they came in", () => {
  for (const order of [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3, 2, 4]]) {
    const log = new LineLog();
    for (const n of order) log.add(line(n));
    assert.deepEqual(log.lines.map((one) => one.n), [1, 2, 3, 4]);
    assert.equal(log.last, 4);
    assert.equal(log.hasGap, false);
  }
});

test("a repeat is dropped and a gap is known until it is filled", () => {
  const log = new LineLog();
  assert.equal(log.add(line(1)), true);
  assert.equal(log.add(line(1)), false);
  log.add(line(3));
  assert.equal(log.hasGap, true);
  assert.equal(log.last, 1);
  log.add(line(2));
  assert.equal(log.hasGap, false);
  log.expected = 5;
  assert.equal(log.hasGap, true);
});

test("a first line of another time begins another chat", () => {
  const log = new LineLog();
  log.add(line(1, { kind: "started" }));
  assert.equal(log.beginsAnother(line(1, { kind: "started" })), false);
  assert.equal(log.beginsAnother({ ...line(1), at: "2026-02-02T00:00:00Z" }), true);
  assert.equal(log.beginsAnother({ ...line(2), at: "2026-02-02T00:00:00Z" }), false);
});

test("the lines tell who has the chat and whether it has ended", () => {
  const lines = [line(1, { kind: "started", name: "Sales" })];
  assert.equal(stateOfLines([]).status, "none");
  assert.deepEqual([stateOfLines(lines).status, stateOfLines(lines).department], ["queued", "Sales"]);
  lines.push(line(2, { kind: "assigned", name: "Marit", avatar: "#123456", person: "marit" }));
  assert.deepEqual([stateOfLines(lines).status, stateOfLines(lines).agent], ["active", "Marit"]);
  lines.push(line(3, { kind: "transferred", name: "Billing" }));
  assert.deepEqual([stateOfLines(lines).status, stateOfLines(lines).agent], ["queued", ""]);
  lines.push(line(4, { kind: "ended", reason: "timed_out" }));
  assert.deepEqual([stateOfLines(lines).status, stateOfLines(lines).reason], ["ended", "timed_out"]);
});

test("an outbox gives back what was put in, in order, by chat, until it is removed", () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, "p", () => 1000);
  for (const id of ["c", "a", "b"]) outbox.add({ client_id: id, chat: "1", text: id });
  outbox.add({ client_id: "other", chat: "2" });
  assert.deepEqual(outbox.entries("1").map((entry) => entry.client_id), ["c", "a", "b"]);
  outbox.remove("a");
  const later = new Outbox(storage, "p", () => 2000); // the next page
  assert.deepEqual(later.entries("1").map((entry) => entry.client_id), ["c", "b"]);
  assert.equal(later.entries().length, 3);
  assert.deepEqual(new Outbox(storage, "q").entries(), []);
});

test("a full or foreign storage loses no message", () => {
  class FullStorage extends MemoryStorage {
    setItem() {
      throw new Error("QuotaExceededError");
    }
  }
  const outbox = new Outbox(new FullStorage(), "p");
  outbox.add({ client_id: "a", chat: "1", text: "kept" });
  assert.equal(outbox.entries("1")[0].text, "kept");
  assert.ok(usableStorage("localStorage", { localStorage: new FullStorage() }) instanceof MemoryStorage);
  assert.ok(usableStorage("localStorage", {}) instanceof MemoryStorage);
  const storage = new MemoryStorage();
  storage.setItem("p:out:x", "{not json");
  storage.setItem("p:out:y", '"text"');
  assert.deepEqual(new Outbox(storage, "p").entries(), []);
});

test("ids are as the server wants them, and differ", () => {
  const ids = Array.from({ length: 200 }, () => newClientId());
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{22}$/);
});

test("the wait before coming back grows to 15 s and is never the same for all", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 9].map((attempt) => backoffMs(attempt, () => 0)), [500, 1000, 2000, 4000, 8000, 15000, 15000]);
  assert.equal(backoffMs(0, () => 1), 700);
  assert.ok(byeMs(1000, () => 1) > byeMs(1000, () => 0));
  assert.equal(byeMs(1000, () => 0), 1000);
});

test("only web addresses become links, and every character of a text stays", () => {
  const text = "see https://a.example/x?y=(1), javascript:alert(1) and http://b.example. data:text/html,x ftp://c.example";
  const parts = partsOf(text);
  assert.equal(parts.map((part) => part.text).join(""), text);
  assert.deepEqual(parts.filter((part) => part.href).map((part) => part.href), ["https://a.example/x?y=(1", "http://b.example/"]);
  assert.deepEqual(["javascript:alert(1)", "//x", "https://", "http://", ""].map(safeAddress), ["", "", "", "", ""]);
});
