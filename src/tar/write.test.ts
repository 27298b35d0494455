import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { readTar } from "./read.ts";
import { fitsHeader, writeTar } from "./write.ts";

const file = (name: string, text = "") => ({ name, content: Buffer.from(text) });
/** Each content is read before the next entry is asked for: what is not taken is skipped. */
function readBack(archive: Uint8Array) {
  const found = [];
  for (const { path, content, ...rest } of readTar([archive].values())) {
    found.push({ ...rest, name: path, text: Buffer.concat([...content()]).toString() });
  }
  return found;
}

describe("an archive that was written", () => {
  test("is of nobody and of no time", () => {
    expect(readBack(writeTar([file("d/a", "hello")]))).toEqual([
      { name: "d/a", text: "hello", type: "file", mode: 0o644, mtime: 0, user: "", group: "" },
    ]);
    expect(writeTar([])).toEqual(Buffer.alloc(1024));
  });

  test("is one for the system's tar, too", () => {
    const long = `${"d".repeat(120)}/${"n".repeat(90)}`;
    const input = writeTar([file("a", "x".repeat(1000)), file(long, "y")]);
    const { stdout, stderr, status } = spawnSync("tar", ["--list", "--verbose", "--numeric-owner"], {
      input,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout.trimEnd().split("\n")).toEqual([
      "-rw-r--r-- 0/0            1000 1970-01-01 00:00 a",
      `-rw-r--r-- 0/0               1 1970-01-01 00:00 ${long}`,
    ]);
  });

  test("has what was put into it", () => {
    const name = fc.stringMatching(/^[a-z]{1,60}(\/[a-z]{1,60}){0,3}$/).filter(fitsHeader);
    const content = fc.uint8Array({ maxLength: 1500 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, content), { maxLength: 5 }), (entries) => {
        const files = entries.map(([path, bytes]) => ({ name: path, content: bytes }));
        const texts = files.map((each) => ({ name: each.name, text: Buffer.from(each.content).toString() }));
        expect(readBack(writeTar(files)).map((each) => ({ name: each.name, text: each.text }))).toEqual(
          texts,
        );
      }),
    );
  });
});

test.each([
  ["n".repeat(100), true],
  ["n".repeat(101), false],
  [`${"d".repeat(155)}/${"n".repeat(100)}`, true],
  [`${"d".repeat(156)}/n`, false],
  [`d/${"n".repeat(101)}`, false],
  [`${"d".repeat(101)}/`, false],
  ["ü".repeat(51), false],
  ["", false],
])("a header has room for %j: %p", (name, fits) => {
  expect(fitsHeader(name)).toBe(fits);
  if (!fits) expect(() => writeTar([file(name)])).toThrow("does not fit");
});
