import { expect, test } from "bun:test";
import { cut, masked, maskedText } from "./mask.ts";

const URL_TYPE = "network::url";

test.each([
  ["https://a.test/v1?token=s3cret&x=1#s3cret", "https://a.test/v1?token=***&x=***#***"],
  ["https://me:s3cret@a.test:8443/", "https://***@a.test:8443/"],
  ["https://a.test/path", "https://a.test/path"],
  ["a.test", "a.test"],
  ["http://me:s3cret@a test/?s3cret#s3cret", "http://***@a test/?***"],
  ["http://a test/path", "http://a test/path"],
])("%s", (id, shown) => {
  expect(masked(URL_TYPE, id)).toBe(shown);
});

test("paths are shown as they are, long ones cut", () => {
  expect(masked("file_system::File", "/a?b=c#d")).toBe("/a?b=c#d");
  expect(masked("file_system::File", "/".repeat(5000))).toBe(`${"/".repeat(4096)}… (5000 characters)`);
});

test("what Cedar says of a URL has none of its secrets either", () => {
  const said = (id: string) => `\`network::url::"${id}"\` does not have the attribute \`x\``;
  expect(maskedText(said("http://me:s3cret@a.test/?token=s3cret"))).toBe(
    said("http://***@a.test/?token=***"),
  );
  expect(maskedText(said('http://me:s3cret\\"@a.test/'))).not.toContain("s3cret");
  expect(maskedText(`file_system::File::"/a?b=c" and ${said("a.test")}`)).toBe(
    `file_system::File::"/a?b=c" and ${said("a.test")}`,
  );
});

test("texts are cut between characters, to their bytes", () => {
  expect(cut("é".repeat(10), 20)).toBe("é".repeat(10));
  expect(cut("é".repeat(10), 5)).toBe("éé… (10 characters)");
  expect(maskedText("x".repeat(1000))).toBe(`${"x".repeat(256)}… (1000 characters)`);
});
