import { expect, test } from "bun:test";
import { EnumValue } from "rhai-wasm";
import { caller, testRun } from "../testing.ts";
import { BYTES, bytesOf, SIZE_UNIT, SizeRange, sizeNamespace } from "./size.ts";

const unit = (name: string): EnumValue =>
  new EnumValue(SIZE_UNIT.name, SIZE_UNIT.values.indexOf(name as never), name);

test("units are decimal and binary", () => {
  const sizes = SIZE_UNIT.values.map((name) => bytesOf(3n, unit(name)));
  expect(sizes).toEqual([3n, 3000n, 3072n, 3_000_000n, 3_145_728n, 3_000_000_000n, 3_221_225_472n]);
  expect(bytesOf(5n, BYTES)).toBe(5n);
});

test("what is more than a script's number is the largest one", () => {
  expect(bytesOf(2n ** 62n, unit("Gigabytes"))).toBe(2n ** 63n - 1n);
  expect(bytesOf(-(2n ** 62n), unit("Kibibytes"))).toBe(-(2n ** 63n) + 1n);
});

test("ranges have their bounds in them", () => {
  const call = caller([sizeNamespace]);
  const sizes = [999n, 1000n, 2000n, 2001n];
  const included = (name: string, ...numbers: bigint[]) => {
    const range = call(testRun(), name, ...numbers, unit("Kilobytes"));
    return range instanceof SizeRange && sizes.filter((size) => range.includes(size));
  };
  expect(included("between", 1n, 2n)).toEqual([1000n, 2000n]);
  expect(included("min_only", 1n)).toEqual([1000n, 2000n, 2001n]);
  expect(included("max_only", 2n)).toEqual([999n, 1000n, 2000n]);
});
