import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { DecisionLog } from "../decision-log.ts";
import { type Cursor, START } from "./cursor.ts";
import { fits, stepsFrom } from "./follow.ts";

let path: string;
let directory: number;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-follow-")));
  directory = openDirectory(path);
});
afterEach(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

/** Few records fill a file, and the log has 8 of them. */
const SMALL = 8 * 600;
function write(count: number, maxBytes?: number): void {
  const log = new DecisionLog(directory, maxBytes);
  for (let index = 0; index < count; index++)
    log.write({ kind: "admin", principal: "p", act: `act ${index}` });
  log.close();
}
const FIRST = "decisions.00000001.jsonl";
function change(edit: (lines: string[]) => readonly string[], name = FIRST): void {
  const lines = readFileSync(join(path, name), "utf8").trimEnd().split("\n");
  writeFileSync(join(path, name), `${edit(lines).join("\n")}\n`);
}
const steps = (cursor: Cursor = START) => [...stepsFrom(directory, cursor)];
/** What is told of the log from a cursor to its end. */
function told(cursor: Cursor = START) {
  const all = steps(cursor);
  const { dropped, breaks } = all.at(-1)?.after ?? cursor;
  return { sequences: all.map(({ record }) => record?.seq), dropped, breaks };
}
const NONE = START.dropped;

test("every record in order, from any place", () => {
  write(40, SMALL * 8);
  const all = steps();
  expect(told()).toEqual({ sequences: all.map((_, index) => index + 1), dropped: NONE, breaks: 0 });
  expect(readdirSync(path).filter((name) => name.endsWith(".jsonl")).length).toBeGreaterThan(1);
  for (const [index, { after }] of all.entries()) {
    expect(steps(after)[0]?.record).toEqual(all[index + 1]?.record);
    expect(fits(directory, after)).toBe(true);
  }
});

test("what was rotated away is counted exactly", () => {
  write(3, SMALL);
  const [, second] = steps();
  const after = second?.after ?? START;
  write(100, SMALL);
  const { sequences, dropped, breaks } = told(after);
  expect(sequences.at(-1)).toBe(103);
  expect(dropped).toEqual({ ...NONE, rotated: (sequences[0] ?? 0) - 3 });
  expect(dropped.rotated).toBeGreaterThan(0);
  expect(breaks).toBe(0);
  expect(fits(directory, after)).toBe(true);
});

test("what was rotated away before anything was sent is not counted", () => {
  write(100, SMALL);
  const { sequences, dropped } = told();
  expect(sequences[0]).toBeGreaterThan(1);
  expect(dropped).toEqual(NONE);
});

describe("the chain", () => {
  const middle = (edit: (line: string) => readonly string[]) => (lines: string[]) =>
    lines.flatMap((line, index) => (index === 2 ? edit(line) : [line]));

  test.each([
    ["a changed record", middle((line) => [line.replace("act 2", "act x")]), [1, 2, 3, 4, 5], 0, 1],
    ["a missing record", middle(() => []), [1, 2, 4, 5], 1, 1],
    ["a record twice", middle((line) => [line, line]), [1, 2, 3, 3, 4, 5], 0, 1],
    ["a line of somebody else", middle((line) => ["x", line]), [1, 2, undefined, 3, 4, 5], 0, 1],
    ["a record that is none any more", middle(() => ["{}"]), [1, 2, undefined, 4, 5], 1, 2],
  ])("shows %s, and goes on", (_, edit, sequences, missing, breaks) => {
    write(5);
    change(edit);
    expect(told()).toEqual({ sequences, dropped: { ...NONE, missing }, breaks });
  });
});

describe("a log that is another one", () => {
  const cursorAfter = (count: number): Cursor => steps()[count - 1]?.after ?? START;

  test.each([
    ["shorter", () => write(1)],
    ["longer", () => write(50)],
    ["gone", () => undefined],
  ])("and %s", (_, replace) => {
    write(5);
    const cursor = cursorAfter(3);
    for (const name of readdirSync(path)) rmSync(join(path, name));
    replace();
    // Its records are of another time, and so of other hashes and mostly of other lengths.
    if (readdirSync(path).length > 0) change((lines) => lines.map((line) => line.replace("p", "other")));
    expect(fits(directory, cursor)).toBe(false);
  });

  test("but not one that was sent to its end, or that goes on", () => {
    write(5);
    expect(fits(directory, cursorAfter(5))).toBe(true);
    const cursor = cursorAfter(5);
    write(5);
    expect(fits(directory, cursor)).toBe(true);
    expect(fits(directory, START)).toBe(true);
  });
});

test("a file of garbage of any size ends", () => {
  write(1);
  writeFileSync(join(path, "decisions.00000002.jsonl"), `${"x".repeat(10 * LIMITS.decisionBytes)}\n\n\n`);
  expect(told()).toMatchObject({ sequences: [1, undefined, undefined, undefined], breaks: 3 });
});
