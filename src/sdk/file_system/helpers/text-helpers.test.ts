/** grep, tail, head, wc and sed: what they make of the text of a file. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { testRun } from "../../testing.ts";
import { grepNamespace } from "./grep.ts";
import { sedNamespace } from "./sed.ts";
import { tailAndHeadNamespace } from "./tail.ts";
import { allBut, asked, denied, only, scratch, shell } from "./testing.ts";
import { wcNamespace } from "./wc.ts";

const root = scratch(afterAll);
const put = (name: string, content: string): string => {
  writeFileSync(`${root}/${name}`, content);
  return `${root}/${name}`;
};

describe("grep", () => {
  const { run, failure, denial, flag, flagOf } = shell(grepNamespace);
  const log = put("app.log", "ERROR disk full\nwarn: retry 12\nerror again\n\nÄRGER im Büro\nend");

  test("takes the lines that match a regex", () => {
    expect(run("grep", "\\d+$", log)).toEqual(["warn: retry 12"]);
    expect(run("grep", [flag("i")], "^error", log)).toEqual(["ERROR disk full", "error again"]);
    expect(run("grep", [flag("ignore_case")], "ärger", log)).toEqual(["ÄRGER im Büro"]);
    expect(run("grep", "zzz", log)).toEqual([]);
  });

  test("inverts, numbers, counts and stops", () => {
    expect(run("grep", [flag("n"), flag("v")], "(?i)e", log)).toEqual(["4:"]);
    expect(run("grep", [flag("c")], "(?i)error", log)).toEqual(["2"]);
    expect(run("grep", [flag("count"), flag("invert")], "(?i)error", log)).toEqual(["4"]);
    expect(run("grep", [flag("c"), flagOf("m", 1n)], "(?i)error", log)).toEqual(["1"]);
    expect(run("grep", [flagOf("max_count", 1n)], "e", log)).toEqual(["warn: retry 12"]);
    expect(run("grep", [flagOf("max_count", 0n), flag("c")], "", log)).toEqual(["6"]);
  });

  test("quotes a pattern that is no regex", () => {
    expect(failure("grep", [flag("i")], "(", log)).toStartWith(
      "Validation error: Invalid regex pattern: '(?i)(' - regex parse error:",
    );
  });

  test("stays linear where backtracking would not end", () => {
    const evil = put("evil", `${"a".repeat(5000)}b\n`);
    expect(run("grep", "^(a+)+$", evil)).toEqual([]);
  });

  test("needs to read", () => {
    expect(denial(allBut(`read ${log}`, `redacted_read ${log}`), "grep", "x", log)).toBe(
      denied("read", "File", log),
    );
  });
});

describe("tail and head", () => {
  const { run, failure, denial, flagOf } = shell(tailAndHeadNamespace);
  const path = put("l15", Array.from({ length: 15 }, (_, index) => `line${index + 1}\n`).join(""));
  const [, n, from, range] = ["", ...["n", "from", "range"]].map(
    (name) =>
      (...numbers: bigint[]) =>
        flagOf(name, ...numbers),
  );
  if (!n || !from || !range) throw new Error("no flags");

  test("tail takes the last ten, the last or first n, or a range", () => {
    expect(run("tail", path)).toHaveLength(10);
    expect(run("tail", [n(-2n)], path)).toEqual(["line14", "line15"]);
    expect(run("tail", [from(14n)], path)).toEqual(["line14", "line15"]);
    expect(run("tail", [range(2n, 3n)], path)).toEqual(["line2", "line3"]);
    expect(run("tail", [n(-2n), from(3n)], path)).toEqual(["line2", "line3"]);
    expect(run("tail", [range(2n, 5n), from(4n)], path)).toEqual(["line4", "line5", "line6", "line7"]);
    expect(run("tail", [n(99n)], path)).toHaveLength(15);
  });

  test("head takes the first ten or n", () => {
    expect(run("head", path)).toEqual(Array.from({ length: 10 }, (_, index) => `line${index + 1}`));
    expect(run("head", put("short", "a\nb"))).toEqual(["a", "b"]);
  });

  test("a line to start from is counted from 1", () => {
    expect(failure("tail", [from(0n)], path)).toBe(
      "Invalid arguments: Invalid line to start reading from: must be a positive integer greater than 1 (>= 1): 0",
    );
  });

  test("the redacted text does not do", () => {
    for (const name of ["tail", "head"]) {
      expect(denial(allBut(`read ${path}`), name, path)).toBe(denied("read", "File", path));
    }
  });
});

describe("wc", () => {
  const { run, denial, flag } = shell(wcNamespace);
  const path = put("words", "eins zwei\n\n  drei ✓");

  test("counts lines, words and bytes, or what is asked", () => {
    expect(run("wc", path)).toEqual(
      new Map([
        ["lines", 2n],
        ["words", 4n],
        ["bytes", 21n],
      ]),
    );
    expect(run("wc", [flag("l"), flag("c")], path)).toEqual(
      new Map([
        ["lines", 2n],
        ["bytes", 21n],
      ]),
    );
  });

  test("the redacted text does not do", () => {
    expect(denial(allBut(`read ${path}`), "wc", path)).toBe(denied("read", "File", path));
  });
});

describe("sed", () => {
  const { run, under, failure, denial, flag } = shell(sedNamespace);

  test("replaces plain text once, or every time", () => {
    const path = put("s", "axb a.b\na.b\n");
    expect(run("sed", "a.b", "$1", path)).toBe("axb $1\na.b\n");
    expect(run("sed", [flag("all")], "a.b", "X", path)).toBe("axb X\nX\n");
    expect(run("sed", [flag("g")], "", "_", put("e", "bé"))).toBe("_b_é_");
    expect(readFileSync(path, "utf8")).toBe("axb a.b\na.b\n");
  });

  test("replaces regexes with what their groups matched", () => {
    const path = put("people", "Ada Lovelace\nAlan Turing\n");
    expect(run("sed", [flag("regex"), flag("g")], "(\\w+) (\\w+)", "$2 $1", path)).toBe(
      "Lovelace Ada\nTuring Alan\n",
    );
    expect(failure("sed", [flag("regex")], "(", "", path)).toStartWith(
      "Validation error: Invalid regex pattern: '(' - regex parse error:",
    );
  });

  test("writes the text back in place: same file, same mode", () => {
    const path = put("conf", "on=1\n");
    const before = statSync(path).ino;
    expect(run("sed", [flag("in_place")], "1", "0", path)).toBe("on=0\n");
    expect(readFileSync(path, "utf8")).toBe("on=0\n");
    expect(statSync(path).ino).toBe(before);
  });

  test("in place needs to write, and reads before it does", () => {
    const path = put("kept", "on=1\n");
    const state = testRun(allBut(`write ${path}`));
    expect(() => under(state, "sed", [flag("i")], "1", "0", path)).toThrow();
    expect(asked(state).at(-1)).toBe(`write File::${path}`);
    expect(denial(allBut(`write ${path}`), "sed", [flag("i")], "1", "0", path)).toBe(
      denied("write", "File", path),
    );
    expect(readFileSync(path, "utf8")).toBe("on=1\n");
  });

  test("never writes the redacted text back", () => {
    const path = put("redacted", "password 1\n");
    expect(denial(allBut(`read ${path}`), "sed", [flag("i")], "1", "0", path)).toBe(
      denied("read", "File", path),
    );
    expect(readFileSync(path, "utf8")).toBe("password 1\n");
    expect(denial(only(`open ${root}`), "sed", [flag("i")], "1", "0", path)).toBe(
      denied("open", "File", path),
    );
  });
});
