import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { messageOf } from "../../testing.ts";
import { denied, Sandbox } from "../content/testing.ts";
import { built, perform, performIn } from "./testing.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const path = (name: string) => join(sandbox.path, name);
const lines = (content: string | Uint8Array, options: { count?: bigint; start?: bigint }) =>
  perform("read_lines", sandbox.file("lines", content), built("ReadLinesOptions", options));

describe("read", () => {
  test("all of it, as often as it is asked for", () => {
    const file = sandbox.file("a", "\ufeffgrüße\r\n");
    expect(perform("read", file)).toBe("\ufeffgrüße\r\n");
    expect(perform("read", file)).toBe("\ufeffgrüße\r\n");
  });

  test("what is behind a page", () => {
    const file = sandbox.file("a", "1\n2\n3");
    perform("read_page", file, built("ReadPageOptions", { num_lines: 1n }));
    expect(perform("read", file)).toBe("2\n3");
    expect(perform("read", file)).toBe("1\n2\n3");
  });

  test("not UTF-8", () => {
    const file = sandbox.file("a", Buffer.from([0x61, 0xff]));
    expect(messageOf(() => perform("read", file))).toBe("stream did not contain valid UTF-8");
  });

  test("denied", () => {
    const file = sandbox.file("a", "secret");
    const run = denied("read", path("a"));
    // The redacted read is allowed, but there is no dictionary.
    expect(messageOf(() => performIn(run, "read", file))).toContain("redaction dictionary");
    expect(run.asked.slice(0, 2)).toEqual([
      `file_system.read file_system::File::${path("a")}`,
      `file_system.redacted_read file_system::File::${path("a")}`,
    ]);
  });

  test("not opened for it", () => {
    sandbox.file("a", "x");
    const file = sandbox.open("a", { write: true });
    const reason = "Attempted to read a file without opening it with the read option.";
    expect(messageOf(() => perform("counts", file))).toBe(`Invalid file mode: ${reason}: ${path("a")}`);
  });
});

describe("read_lines", () => {
  const FIVE = "1\n2\n3\n4\n5\n";
  test.each([
    [{ count: 2n }, ["1", "2"]],
    [{ count: 2n, start: 2n }, ["2", "3"]],
    [{ start: 4n }, ["4", "5"]],
    [{ start: 9n }, []],
    [{ count: 0n }, []],
    [{ count: -2n }, ["4", "5"]],
    [{ count: -9n }, ["1", "2", "3", "4", "5"]],
    [{ count: -2n, start: 3n }, ["2", "3"]],
    [{ count: -2n, start: 9n }, ["4", "5"]],
  ])("%p", (options, expected) => {
    expect(lines(FIVE, options)).toEqual(expected);
  });

  test("the last lines are the end of all lines", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("", "a", "é", "x".repeat(40_000)), { maxLength: 12 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 14 }),
        (parts, ended, count) => {
          const text = parts.map((part) => `${part}\n`).join("") + (ended ? "" : "end");
          const all = lines(text, { start: 1n }) as string[];
          expect(lines(text, { count: BigInt(-count) })).toEqual(all.slice(-count));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a line that is not UTF-8 counts only where it is read", () => {
    const content = Buffer.from("ok\n\xff\nend\n", "latin1");
    expect(lines(content, { count: 1n })).toEqual(["ok"]);
    expect(lines(content, { count: -1n })).toEqual(["end"]);
    expect(messageOf(() => lines(content, { count: 2n }))).toBe("stream did not contain valid UTF-8");
  });

  test("no choice, and denied although the redacted read is allowed", () => {
    expect(messageOf(() => lines("", {}))).toBe("Invalid arguments: No read line mode specified");
    const options = built("ReadLinesOptions", { count: 1n });
    const run = denied("read", path("a"));
    expect(messageOf(() => performIn(run, "read_lines", sandbox.file("a", "x"), options))).toContain(
      '"read"',
    );
    expect(run.asked).toHaveLength(1);
  });
});

test("read_page continues, over pieces of the file too", () => {
  const text = Array.from({ length: 30_000 }, (_, index) => `line ${index}`);
  const file = sandbox.file("a", text.join("\n"));
  const options = built("ReadPageOptions", { num_lines: 7_000n });
  const pages: string[][] = [];
  for (let page = perform("read_page", file, options) as string[]; page.length > 0; ) {
    pages.push(page);
    page = perform("read_page", file, options) as string[];
  }
  expect(pages.map(({ length }) => length)).toEqual([7000, 7000, 7000, 7000, 2000]);
  expect(pages.flat()).toEqual(text);
});

describe("a line that never ends meets a limit", () => {
  test.each<[string, string, Record<string, bigint>]>([
    ["read_page", "ReadPageOptions", { num_lines: 1n }],
    ["read_lines", "ReadLinesOptions", { count: 1n }],
    ["read_lines", "ReadLinesOptions", { count: -1n }],
    ["read_lines", "ReadLinesOptions", { count: -1n, start: 9n }],
  ])("%s, %s %p", (operation, options, values) => {
    const file = sandbox.file("sparse", "x\n");
    truncateSync(path("sparse"), 2 ** 40);
    file.position = 2;
    const read = () => perform(operation, file, built(options, values));
    expect(messageOf(read)).toBe("limit fileBytes exceeded: at most 67108864");
  });
});

test("a page that could not be read is the next one", () => {
  const file = sandbox.file("a", "x\n");
  truncateSync(path("a"), 2 ** 40);
  const page = () => perform("read_page", file, built("ReadPageOptions", { num_lines: 2n }));
  expect(messageOf(page)).toContain("fileBytes");
  truncateSync(path("a"), 2);
  expect(page()).toEqual(["x"]);
});

test("more lines than an array may have", () => {
  const file = sandbox.file("a", "\n".repeat(1_000_001));
  const read = (count: bigint) => perform("read_lines", file, built("ReadLinesOptions", { count }));
  expect(messageOf(() => read(-2_000_000n))).toBe("limit arrayItems exceeded: at most 1000000");
  expect(read(-1_000_000n)).toHaveLength(1_000_000);
});

describe("search", () => {
  test("lines by number", () => {
    const found = perform("search", sandbox.file("a", "one\ntwo\r\nthree"), "^t") as never[];
    expect(found.map((match) => [perform("line_number", match), perform("line_content", match)])).toEqual([
      [2n, "two"],
      [3n, "three"],
    ]);
  });

  test("a wrong regex, and denied", () => {
    const file = sandbox.file("a", "x");
    expect(messageOf(() => perform("search", file, "("))).toStartWith(
      "Validation error: Invalid regex pattern: '(' - ",
    );
    expect(messageOf(() => performIn(denied("read", path("a")), "search", file, "x"))).toContain("redaction");
  });
});

test("counts", () => {
  const file = sandbox.file("a", "one two\v three\n\nfour");
  expect(perform("to_map", perform("counts", file))).toEqual(
    new Map([
      ["line_count", 2n],
      ["word_count", 4n],
      ["byte_count", 20n],
    ]),
  );
  expect(messageOf(() => performIn(denied("read", path("a")), "counts", file))).toContain('"read"');
});

test("extract_strings", () => {
  const file = sandbox.file("a", Buffer.from("\0abc\0abcd\tx\x01é name\n", "latin1"));
  expect(perform("extract_strings", file)).toEqual(["abcd\tx", " name"]);
  expect(messageOf(() => performIn(denied("read", path("a")), "extract_strings", file))).toContain('"read"');
});
