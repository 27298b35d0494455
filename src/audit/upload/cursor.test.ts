import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { close, openDirectory } from "../../platform/file.ts";
import { droppedTotal, loadCursor, START, saveCursor } from "./cursor.ts";

let path: string;
let directory: number;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-cursor-")));
  directory = openDirectory(path);
});
afterEach(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

const cursor = {
  ...START,
  place: { file: 3, offset: 1000 },
  last: { seq: 17, hash: "ab".repeat(32) },
  dropped: { rotated: 1, missing: 2, too_large: 3, rejected: 4 },
  breaks: 5,
};
const file = (): string => join(path, "upload.json");
/** Before the first record, because the place was lost. */
const LOST = { ...START, resets: 1 };

test("is found again as it was kept, by nobody else", () => {
  expect(loadCursor(directory)).toEqual(START);
  saveCursor(directory, cursor);
  expect(loadCursor(directory)).toEqual(cursor);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(droppedTotal(cursor)).toBe(10);
});

describe("a place that was lost is the beginning", () => {
  test.each([
    ["an empty file", ""],
    ["a torn file", '{"version":1,"place":{"fi'],
    ["another version", '{"version":2,"dropped":{},"breaks":0,"resets":0}'],
    ["a negative offset", '{"version":1,"place":{"file":1,"offset":-1},"dropped":{}}'],
    ["a fraction", '{"version":1,"last":{"seq":1.5,"hash":""},"dropped":{}}'],
    ["zeros", "\0".repeat(100)],
    ["a long file", " ".repeat(100_000)],
  ])("%s", (_, text) => {
    writeFileSync(file(), text);
    expect(loadCursor(directory)).toEqual(LOST);
  });

  test("a directory", () => {
    mkdirSync(file());
    expect(loadCursor(directory)).toEqual(LOST);
  });

  test("whatever is in the file", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.nat().map((end) => text.slice(0, end % text.length)),
        ),
        (given) => {
          writeFileSync(file(), given);
          expect(loadCursor(directory)).toEqual(LOST);
        },
      ),
    );
  });
  const text = JSON.stringify(cursor);
});

test("where it cannot be kept, the one before stays", () => {
  saveCursor(directory, START);
  const before = readFileSync(file());
  const closed = openDirectory(path);
  close(closed);
  expect(() => saveCursor(closed, cursor)).toThrow();
  expect(readFileSync(file())).toEqual(before);
});
