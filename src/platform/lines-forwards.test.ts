import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, realpathSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "./file.ts";
import type { Place } from "./lines-backwards.ts";
import { linesForwards } from "./lines-forwards.ts";
import { SharedLines } from "./shared-lines.ts";

let path: string;
let directory: number;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-lines-")));
  directory = openDirectory(path);
});
afterEach(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

const MAX = 100_000;
const all = (place?: Place) =>
  [...linesForwards(directory, "log", MAX, place)].map(
    ({ bytes, end }) => [`${Buffer.from(bytes)}`, end] as const,
  );
const texts = (place?: Place): readonly string[] => all(place).map(([text]) => text);
const file = (number: number): string => join(path, `log.${String(number).padStart(8, "0")}.jsonl`);

test("lines of all files, the oldest first, from any place", () => {
  const lines = new SharedLines(directory, "log", {
    lineBytes: MAX,
    fileBytes: 200_000,
    files: 4,
    waitMs: 5000,
  });
  const written = Array.from({ length: 60 }, (_, index) => `${index} ${"ä".repeat((index * 797) % 20_000)}`);
  for (const line of written) lines.append(() => Buffer.from(line));
  lines.close();
  const found = all();
  expect(found.length).toBeGreaterThan(20);
  expect(found.length).toBeLessThan(60);
  expect(texts()).toEqual(written.slice(-found.length));
  for (const [index, [, end]] of found.entries()) {
    const [next] = linesForwards(directory, "log", MAX, end);
    expect(next && `${Buffer.from(next.bytes)}`).toBe(found[index + 1]?.[0] as string);
  }
});

test("one that is being written is none yet, and one without an end in an older file is none", () => {
  writeFileSync(file(1), "a\nb");
  writeFileSync(file(2), "c\nd");
  expect(texts()).toEqual(["a", "c"]);
  appendFileSync(file(2), "e\n");
  expect(texts()).toEqual(["a", "c", "de"]);
});

test("what was removed is passed over", () => {
  for (const number of [1, 2, 3]) writeFileSync(file(number), `${number}\n`);
  const lines = linesForwards(directory, "log", MAX, undefined);
  expect(lines.next().value?.end).toEqual({ file: 1, offset: 2 });
  unlinkSync(file(2));
  expect(`${Buffer.from(lines.next().value?.bytes ?? [])}`).toBe("3");
  unlinkSync(file(1));
  expect(texts({ file: 1, offset: 2 })).toEqual(["3"]);
});

test("of what is no line of ours no more is kept than of one", () => {
  writeFileSync(file(1), `${"x".repeat(3 * MAX)}\nnext\n`);
  expect(texts().map(({ length }) => length)).toEqual([MAX, 4]);
});

test("a place beyond the end gives nothing", () => {
  writeFileSync(file(1), "a\n");
  expect(texts({ file: 1, offset: 100 })).toEqual([]);
  expect(texts({ file: 9, offset: 0 })).toEqual([]);
});

test("no file stays open, also when nobody asks for the rest", () => {
  writeFileSync(file(1), "a\nb\n");
  const before = openDirectory(path);
  close(before);
  for (const _ of linesForwards(directory, "log", MAX, undefined)) break;
  const after = openDirectory(path);
  close(after);
  expect(after).toBe(before);
});
