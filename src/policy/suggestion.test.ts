import { expect, test } from "bun:test";
import { didYouMean, nearNames } from "./suggestion.ts";

const NAMES = ["run", "validate", "functions", "version", "help"];

test("a letter too many, too few, wrong, or two swapped", () => {
  for (const word of ["validatee", "valdate", "velidate", "vailidate", "avlidate", "VALIDATE"]) {
    expect([word, nearNames(word, NAMES)]).toEqual([word, ["validate"]]);
  }
});

test("the nearest first, none that is far", () => {
  expect(nearNames("ran", ["run", "rain", "ran", "rank", "other"])).toEqual(["ran", "rain", "rank"]);
  expect(nearNames("dance", NAMES)).toEqual([]);
  expect(nearNames("", NAMES)).toEqual([]);
  expect(nearNames("5", ["0", "1", "10"])).toEqual([]);
});

test("as a question", () => {
  expect(didYouMean("hlep", NAMES)).toBe("; did you mean 'help'?");
  expect(didYouMean("ru", ["run", "rm"])).toBe("; did you mean 'rm' or 'run'?");
  expect(didYouMean("dance", NAMES)).toBe("");
});

test("a word beyond any name costs nothing", () => {
  expect(nearNames("x".repeat(10_000_000), NAMES)).toEqual([]);
});
