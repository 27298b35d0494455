import { afterEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectoryFollowing } from "./file.ts";
import { linesBackwards } from "./lines-backwards.ts";
import { SharedLines } from "./shared-lines.ts";

const path = mkdtempSync(join(tmpdir(), "remit-lines-"));
afterEach(() => rmSync(path, { recursive: true, force: true }));

test("lines of all files, the newest first, from any place", () => {
  const directory = openDirectoryFollowing(path);
  const lines = new SharedLines(directory, "log", {
    lineBytes: 100_000,
    fileBytes: 200_000,
    files: 4,
    waitMs: 5000,
  });
  const written = Array.from({ length: 60 }, (_, index) => `${index} ${"ä".repeat((index * 797) % 20_000)}`);
  for (const line of written) lines.append(() => Buffer.from(line));
  // Another process was killed while it wrote.
  const found = [...linesBackwards(directory, "log")];
  const kept = written.slice(-found.length).toReversed();
  expect(found.length).toBeGreaterThan(20);
  expect(found.length).toBeLessThan(60);
  expect(found.map(([line]) => line) as string[]).toEqual(kept);
  for (const [index, [, place]] of found.entries()) {
    const [next] = linesBackwards(directory, "log", place);
    expect(next?.[0]).toBe(kept[index + 1] as string);
  }
  const [newest] = found;
  appendFileSync(join(path, `log.${String(newest?.[1].file).padStart(8, "0")}.jsonl`), "half of a li");
  expect([...linesBackwards(directory, "log")].map(([line]) => line) as string[]).toEqual(kept);
  lines.close();
  close(directory);
});

test("a place that is none gives no line that is none", () => {
  const directory = openDirectoryFollowing(mkdtempSync(join(tmpdir(), "remit-lines-")));
  expect([...linesBackwards(directory, "log", { file: 3, offset: 17 })]).toEqual([]);
  close(directory);
});
