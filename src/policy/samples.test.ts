import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStrictly, validate } from "./index.ts";

const directory = join(import.meta.dirname, "../../policies");
const samples = readdirSync(directory).filter((name) => name.endsWith(".cedar"));

test("there are samples", () => {
  expect(samples.length).toBeGreaterThan(2);
});

for (const name of samples) {
  test(`${name} passes strict validation without a warning`, () => {
    expect(validate(parseStrictly(readFileSync(join(directory, name), "utf8")))).toEqual([]);
  });
}
