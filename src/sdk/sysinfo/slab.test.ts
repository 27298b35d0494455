import { describe, expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { caller, testRun } from "../testing.ts";
import { constants } from "./effects/machine.ts";
import { slabNamespaces } from "./slab.ts";
import { parseSlabinfo } from "./slab-parser.ts";
import { slabInfoOf } from "./slab-totals.ts";

const HEADER =
  "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>";
const file = (...lines: string[]): string => ["slabinfo - version: 2.1", HEADER, ...lines, ""].join("\n");
const line = (name: string, ...numbers: number[]): string => {
  const [active, objects, size, each, pages, activeSlabs, slabs] = numbers;
  return `${name} ${active} ${objects} ${size} ${each} ${pages} : tunables 0 0 0 : slabdata ${activeSlabs} ${slabs} 0`;
};

const SMALL = line("dentry", 400, 500, 128, 32, 1, 10, 16);
const LARGE = line(":A-0000512", 800, 1000, 512, 32, 2, 100, 100);
const EMPTY = line("empty", 0, 0, 64, 32, 1, 0, 0);

const call = caller(slabNamespaces);
const run = testRun();
const info = slabInfoOf(parseSlabinfo(file(SMALL, LARGE, EMPTY)));
const entry = (index: number): Value => info.slabs[index] as Value;

describe("entries", () => {
  test("those with the most objects first", () => {
    expect(info.slabs.map(({ values }) => values.name)).toEqual(["A-0000512", "dentry", "empty"]);
  });

  test("what follows from the numbers", () => {
    expect(call(run, "use_percent", entry(0))).toBe(80n);
    expect(call(run, "obj_size_kb", entry(0))).toBe(0.5);
    const kilobytes = (200n * constants.pageSize()) / 1024n;
    expect(call(run, "cache_size_kb", entry(0))).toBe(kilobytes);
    expect(call(run, "active_size_kb", entry(0))).toBe(Number(kilobytes) * 0.8);
    expect(call(run, "use_percent", entry(2))).toBe(0n);
    expect(call(run, "active_size_kb", entry(2))).toBe(0);
  });

  test("as maps have only the numbers themselves", () => {
    expect(call(run, "to_map", entry(1))).toEqual(
      new Map<string, Value>([
        ["name", "dentry"],
        ["objs", 500n],
        ["active", 400n],
        ["obj_size_bytes", 128n],
        ["slabs", 10n],
        ["obj_per_slab", 32n],
        ["pages_per_slab", 1n],
      ]),
    );
  });
});

test("the summary", () => {
  expect(call(run, "to_string", info.summary)).toBe(
    [
      "Active / Total Objects (% used)    : 1200 / 1500 (80.0%)",
      "Active / Total Slabs (% used)      : 110 / 116 (94.8%)",
      "Active / Total Caches (% used)     : 2 / 3 (66.7%)",
      "Active / Total Size (% used)       : 450.00K / 562K (80.0%)",
      "Minimum / Average / Maximum Object : 0.06K / 0.38K / 0.50K",
    ].join("\n"),
  );
  const map = call(run, "to_map", info) as Map<string, Value>;
  expect((map.get("summary") as Map<string, Value>).size).toBe(15);
  expect(map.get("slabs")).toHaveLength(3);
});

test.each([
  ["", "Failed to parse slabinfo data: Missing version line in /proc/slabinfo"],
  [":::\n", "Failed to parse slabinfo data: Unable to parse version from /proc/slabinfo"],
  ["slabinfo - version: 2.0\n", "Failed to parse slabinfo. This version 2.0 of slabinfo is not supported"],
  [file(), "Failed to parse slabinfo data: No slab entries found"],
  [file("dentry 1 2"), "Failed to parse slabinfo data: Missing objsize field for slab: dentry"],
  ["version: 2.1\n# <num_objs>\nx 1", "Failed to parse slabinfo data: Missing active_objs field for slab: x"],
])("%p", (text, message) => {
  expect(() => parseSlabinfo(text)).toThrow(message);
});
