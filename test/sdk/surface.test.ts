/** What scripts can call and name, against the list of what they could in Rex: `rex-surface.txt`, an item a line. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Item } from "../../src/cli/item.ts";
import { executable } from "../support/executable.ts";

/** Items of Rex: types, constants, functions, methods, getters, options; each overload is one. */
const COUNT = 962;

const listed = readFileSync(join(import.meta.dirname, "rex-surface.txt"), "utf8")
  .trimEnd()
  .split("\n");
const { stdout } = spawnSync(executable(), ["functions", "--json"], { encoding: "utf8", maxBuffer: 2 ** 24 });
// Printed by this very project.
const items = JSON.parse(stdout) as readonly Item[];

/** As a line of the list: types of parameters without their names. */
function line({ kind, name, receiver, params, returns }: Item): string {
  const types = params.map(({ type }) => type);
  if (kind === "type") return `type ${name}`;
  if (kind === "constant") return `constant ${name}: ${returns}`;
  if (kind === "getter") return `getter ${receiver}.${name} -> ${returns}`;
  if (/^\W/.test(name)) return `function ${types[0]} ${name} ${types[1]} -> ${returns}`;
  const owner = receiver === undefined ? "" : `${receiver}.`;
  return `${kind} ${owner}${name}(${types.join(", ")}) -> ${returns}`;
}

test(`the list has ${COUNT} items, none twice`, () => {
  expect(listed.length).toBe(COUNT);
  expect(new Set(listed).size).toBe(COUNT);
});

test("every item of the list is there, with the same parameters and result", () => {
  const here = new Set(items.map(line));
  expect(listed.filter((item) => !here.has(item))).toEqual([]);
});

/** Not in Rex: forms that scripts written for other tools use, and types without which a builder would have no name. */
const OWN = [
  "function glob(String, String) -> Array<String>",
  "function glob(Array, String, String) -> Array<String>",
  "function head(String) -> Array<String>",
  "function head(Array, String) -> Array<String>",
  "function head::n(i64) -> HeadFlag",
];

test("what is there beyond the list is known", () => {
  const known = new Set([...listed, ...OWN]);
  const callable = items.filter(({ kind }) => kind !== "type").map(line);
  expect(callable.filter((item) => !known.has(item))).toEqual([]);
});
