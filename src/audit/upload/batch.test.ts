import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { DecisionLog } from "../decision-log.ts";
import { BatchSize, readBatch } from "./batch.ts";
import { type Cursor, START } from "./cursor.ts";

let path: string;
let directory: number;
let log: DecisionLog;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-batch-")));
  directory = openDirectory(path);
  log = new DecisionLog(directory);
});
afterEach(() => {
  log.close();
  close(directory);
  rmSync(path, { recursive: true });
});

const ORIGIN = { labels: { id: "device" }, bundle: "policy" };
const write = (act: string): void => log.write({ kind: "admin", principal: "p", act });
const read = (cursor: Cursor, size: BatchSize) => readBatch(directory, cursor, size, ORIGIN);

test("has the records in order, and nothing where there is none", () => {
  const size = new BatchSize();
  expect(read(START, size)).toMatchObject({ json: "[]", events: 0, after: undefined });
  for (const act of ["a", "b"]) write(act);
  const { json, events, bytes, after } = read(START, size);
  expect(events).toBe(2);
  expect(JSON.parse(json)).toMatchObject([{ result: { act: "a" } }, { result: { act: "b" } }]);
  expect(bytes).toBe(json.length - 1);
  expect(read(after ?? START, size).after).toBeUndefined();
});

test("keeps to its size, but has one record at least, also the longest that there can be", () => {
  const longest = "x".repeat(LIMITS.decisionBytes - 300);
  for (let index = 0; index < 100; index++) write(longest);
  const size = new BatchSize();
  const { bytes, events } = read(START, size);
  expect(bytes).toBeLessThanOrEqual(size.plainBytes);
  expect(events).toBeGreaterThan(1);
  size.compressed(100, 100_000);
  expect(read(START, size).events).toBe(1);
  size.compressed(1_000_000, 1);
  expect(size.plainBytes).toBe(LIMITS.uploadPlainBytes);
  expect(read(START, size).bytes).toBeLessThanOrEqual(LIMITS.uploadPlainBytes);
});

test("has half of the records after it was refused, and slowly more again", () => {
  for (let index = 0; index < 30; index++) write("a");
  const size = new BatchSize();
  const counts: number[] = [read(START, size).events];
  for (let times = 0; times < 6; times++) {
    size.refused(counts.at(-1) ?? 0);
    counts.push(read(START, size).events);
  }
  expect(counts).toEqual([30, 15, 7, 3, 1, 1, 1]);
  for (let times = 0; times < 40; times++) size.accepted();
  expect(read(START, size).events).toBe(30);
});
