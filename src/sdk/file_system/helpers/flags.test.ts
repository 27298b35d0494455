import { describe, expect, test } from "bun:test";
import { EnumValue, type Value } from "rhai-wasm";
import { SdkError } from "../../errors.ts";
import { caller, testRun } from "../../testing.ts";
import { knowTypes } from "../../type-names.ts";
import { flags } from "./flags.ts";

const tail = flags({
  module: "tail",
  constants: { follow: ["f"], quiet: [] },
  numbered: {
    n: { parameters: ["count"], short: ["m"], example: "3" },
    range: { parameters: ["start", "end"], example: "2, 4" },
  },
});
const other = flags({ module: "wc", constants: { lines: ["l"] } });
knowTypes(other.namespace.types);
const call = caller([tail.namespace]);
const make = (name: string, ...numbers: bigint[]) => call(testRun(), name, ...numbers);
const constant = (of: typeof tail | typeof other, name: string): EnumValue => {
  const value = of.namespace.constants.find((constant) => constant.name === name)?.value;
  if (!(value instanceof EnumValue)) throw new Error(`no constant ${name}`);
  return value;
};

test("a constant and its short form are the same flag", () => {
  expect(constant(tail, "f")).toEqual(constant(tail, "follow"));
  expect(tail.parse([constant(tail, "f")]).has("follow")).toBe(true);
  expect(tail.parse([constant(tail, "f")]).has("quiet")).toBe(false);
  expect(tail.parse().has("follow")).toBe(false);
});

test("of flags with numbers the first counts", () => {
  const given = tail.parse([make("m", -1n), make("n", 2n), make("range", 3n, 4n)]);
  expect(given.numbers("n")).toEqual([-1n]);
  expect(given.numbers("range")).toEqual([3n, 4n]);
  expect(tail.parse([]).numbers("n")).toBeUndefined();
});

describe("anything else is refused", () => {
  const got = (value: Value): string => {
    try {
      tail.parse([constant(tail, "follow"), value]);
    } catch (error) {
      if (error instanceof SdkError) return `${error.kind}|${error.message}`;
    }
    return "accepted";
  };
  test.each<[Value, string]>([
    [null, "()"],
    ["s", "string"],
    [constant(other, "lines"), "rhai_safe_io::command::wc::WcFlag"],
  ])("%p", (value, type) => {
    expect(got(value)).toBe(`Other|tail: expected TailFlag flag, got ${type}`);
  });
});
