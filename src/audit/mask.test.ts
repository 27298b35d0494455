import { expect, test } from "bun:test";
import { masked } from "./mask.ts";

const URL_TYPE = "network::url";

test.each([
  ["https://a.test/v1?token=s3cret&x=1#s3cret", "https://a.test/v1?token=***&x=***#***"],
  ["https://me:s3cret@a.test:8443/", "https://***@a.test:8443/"],
  ["https://a.test/path", "https://a.test/path"],
  ["a.test", "a.test"],
])("%s", (id, shown) => {
  expect(masked(URL_TYPE, id)).toBe(shown);
});

test("paths are shown as they are, long ones cut", () => {
  expect(masked("file_system::File", "/a?b=c#d")).toBe("/a?b=c#d");
  expect(masked("file_system::File", "/".repeat(5000))).toBe(`${"/".repeat(4096)}… (5000 characters)`);
});
