import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { testRun } from "../../testing.ts";
import { awkNamespace } from "./awk.ts";
import { allBut, denied, only, scratch, shell } from "./testing.ts";

const root = scratch(afterAll);
const { run, under, failure, denial } = shell(awkNamespace);
const path = `${root}/users`;
writeFileSync(path, "u1:root:10\nu2:user: 2.5 \n\nu3:a.c\nu1:boot:x:z\n");

test("fields are counted from 1, and lines without the field left out", () => {
  expect(run("awk_field", 2n, ":", path)).toEqual(["root", "user", "a.c", "boot"]);
  expect(run("awk_field", 3n, ":", path)).toEqual(["10", " 2.5 ", "x"]);
  expect(run("awk_field", 2n ** 63n - 1n, ":", path)).toEqual([]);
});

test("patterns are plain text", () => {
  expect(run("awk_filter", "a.c", path)).toEqual(["u3:a.c"]);
  expect(run("awk_filter", "", path)).toHaveLength(5);
  expect(run("awk_filter_field", 2n, ":", "oot", path)).toEqual(["u1:root:10", "u1:boot:x:z"]);
});

test("sums what is a number, and counts what is equal", () => {
  expect(run("awk_sum", 3n, ":", path)).toBe(12.5);
  expect(run("awk_sum", 9n, ":", path)).toBe(-0);
  expect(run("awk_count_unique", 1n, ":", path)).toEqual(
    new Map([
      ["u1", 2n],
      ["u2", 1n],
      ["", 1n],
      ["u3", 1n],
    ]),
  );
});

test("ranges are of lines, both ends included", () => {
  expect(run("awk_filter_range", 2n, 3n, path)).toEqual(["u2:user: 2.5 ", ""]);
  expect(run("awk_filter_range", 5n, 2n ** 63n - 1n, path)).toEqual(["u1:boot:x:z"]);
});

test("arguments that make no sense are refused before anything is asked", () => {
  const state = testRun();
  for (const number of [0n, -9n]) {
    for (const name of ["awk_field", "awk_sum", "awk_count_unique"]) {
      expect(failure(name, number, ",", path)).toBe("Invalid arguments: awk: field number must be >= 1");
      expect(() => under(state, name, number, ",", path)).toThrow();
    }
  }
  expect(failure("awk_filter_range", 0n, 3n, path)).toBe("Invalid arguments: awk: invalid range 0..3");
  expect(failure("awk_filter_range", 5n, 2n, path)).toBe("Invalid arguments: awk: invalid range 5..2");
  expect(state.asked).toEqual([]);
});

test("reading needs its permissions; splitting a text needs none", () => {
  const readDenied = allBut(`read ${path}`, `redacted_read ${path}`);
  expect(denial(readDenied, "awk_sum", 1n, ":", path)).toBe(denied("read", "File", path));
  expect(denial(only(), "awk_filter", "", path)).toBe(denied("open", "Dir", root));
  const state = testRun(() => false);
  expect(under(state, "awk_split", "a b", " ")).toEqual(["a", "b"]);
  expect(state.asked).toEqual([]);
});
