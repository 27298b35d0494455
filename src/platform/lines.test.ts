import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { LineSplitter } from "./child.ts";
import { LimitError } from "./limits.ts";
import { LineReader, writeLine } from "./lines.ts";

describe("lines of a descriptor", () => {
  const path = join(realpathSync(mkdtempSync(join(tmpdir(), "remit-lines-"))), "file");
  const read = (content: string, maxBytes = 1_000_000): (string | undefined)[] => {
    writeFileSync(path, content);
    const fd = openSync(path, "r");
    try {
      const reader = new LineReader(fd, maxBytes);
      const lines: (string | undefined)[] = [];
      do lines.push(reader.next());
      while (lines.at(-1) !== undefined);
      return lines;
    } finally {
      closeSync(fd);
    }
  };

  test("one after the other; what has no end is none", () => {
    expect(read("a\n\nüber\nrest")).toEqual(["a", "", "über", undefined]);
    expect(read("")).toEqual([undefined]);
    const long = "x".repeat(200_000);
    expect(read(`${long}\nshort\n`)).toEqual([long, "short", undefined]);
  });

  test("one that is too long is a limit", () => {
    expect(() => read("x".repeat(101), 100)).toThrow(LimitError);
    expect(read(`${"x".repeat(100)}\n`, 100)[0]).toHaveLength(100);
  });

  test("are written whole", () => {
    const fd = openSync(path, "w");
    writeLine(fd, "x".repeat(300_000));
    closeSync(fd);
    expect(readFileSync(path, "utf8")).toBe(`${"x".repeat(300_000)}\n`);
    rmSync(join(path, ".."), { recursive: true });
  });

  test("are awaited for as long as one wants; the end is something, too", () => {
    const pipe = join(realpathSync(mkdtempSync(join(tmpdir(), "remit-pipe-"))), "pipe");
    spawnSync("mkfifo", [pipe]);
    const fd = openSync(pipe, "r+");
    const reader = new LineReader(fd, 100);
    expect(reader.comesWithin(1)).toBe(false);
    writeLine(fd, "one\ntwo");
    expect(reader.comesWithin(60_000)).toBe(true);
    expect(reader.next()).toBe("one");
    // It was read together with the first.
    expect(reader.comesWithin(60_000)).toBe(true);
    expect(reader.next()).toBe("two");
    expect(reader.comesWithin(1)).toBe(false);
    closeSync(fd);
    const end = openSync("/dev/null", "r");
    expect(new LineReader(end, 100).comesWithin(60_000)).toBe(true);
    closeSync(end);
    rmSync(join(pipe, ".."), { recursive: true });
  });
});

describe("what comes in pieces", () => {
  test("is the same lines however it is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat({ max: 20 })), (texts, cuts) => {
        const wanted = texts.map((text) => text.replaceAll("\n", " "));
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(""));
        const lines: string[] = [];
        const splitter = new LineSplitter(10_000, (line) => lines.push(line));
        let at = 0;
        for (const cut of cuts) {
          splitter.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        splitter.push(bytes.subarray(at));
        expect(lines).toEqual(wanted.map((line) => Buffer.from(line).toString()));
      }),
    );
  });

  test("a line that is too long is a limit before its end comes", () => {
    const splitter = new LineSplitter(10, () => undefined);
    splitter.push(Buffer.alloc(10, "x"));
    expect(() => splitter.push(Buffer.from("x"))).toThrow(LimitError);
  });
});
