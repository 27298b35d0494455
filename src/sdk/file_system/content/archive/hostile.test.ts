/** Archives that say what is not so, or more than fits: an error or a warning, and nothing outside of the destination. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { END, entry, pax, ustar } from "../../../../tar/testing.ts";
import { messageOf, type TestRun, testRun } from "../../../testing.ts";
import { bounded } from "../bounds.ts";
import { built, performIn, Sandbox } from "../testing.ts";

let sandbox: Sandbox;
const out = (...names: string[]) => join(sandbox.path, "out", ...names);
const outside = (...names: string[]) => join(sandbox.path, "outside", ...names);

beforeEach(() => {
  sandbox = new Sandbox();
  mkdirSync(out());
  mkdirSync(outside());
  writeFileSync(outside("keep"), "keep");
  symlinkSync("../outside", out("link"));
  symlinkSync("../outside/keep", out("file"));
});
afterEach(() => sandbox.remove());

/** Extracts `archive`, and returns the error, `undefined` for none. */
function extract(archive: Uint8Array, run: TestRun = testRun()): string | undefined {
  const handle = sandbox.file("in.tgz", archive);
  const [directory, options] = [sandbox.directory("out"), built("ExtractArchiveOptions")];
  let message: string | undefined;
  try {
    performIn(run, "extract_archive", handle, directory, options);
  } catch (error) {
    message = messageOf(() => {
      throw error;
    });
  } finally {
    sandbox.close();
  }
  return message;
}

const packed = (...parts: Uint8Array[]) => gzipSync(Buffer.concat([...parts, END]));

/** What must be so after any archive: nothing is changed outside, and nothing is left half done. */
function expectContained(): void {
  expect(readdirSync(outside())).toEqual(["keep"]);
  expect(readFileSync(outside("keep"), "utf8")).toBe("keep");
  expect(readdirSync(sandbox.path).sort()).toEqual(["in.tgz", "out", "outside"]);
  const made = readdirSync(out(), { recursive: true, encoding: "utf8" });
  expect(made.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(made.filter((name) => (lstatSync(out(name)).mode & 0o6000) !== 0)).toEqual([]);
}

const link = (path: string, type: string) => entry({ path, type, content: "" });
const good = entry({ path: "good", content: "good" });

test.each<[string, Uint8Array, string | undefined, string[]]>([
  [
    "a link, and a file through it",
    packed(link("new", "2"), entry({ path: "new/f", content: "x" })),
    undefined,
    ["new"],
  ],
  [
    "a hard link, and a file in its place",
    packed(link("h", "1"), entry({ path: "h", content: "x" })),
    undefined,
    ["h"],
  ],
  ["a file through a link that is there", packed(entry({ path: "link/f", content: "x" })), undefined, []],
  [
    "a directory in the place of a link",
    packed(entry({ path: "link", type: "5", mode: 0o777 })),
    undefined,
    [],
  ],
  [
    "a file, then a directory of its name",
    packed(entry({ path: "a", content: "x" }), entry({ path: "a", type: "5" })),
    undefined,
    ["a"],
  ],
  [
    "a directory, then a file of its name",
    packed(entry({ path: "a/b", content: "x" }), entry({ path: "a", content: "y" })),
    undefined,
    ["a"],
  ],
  ["a name with a newline", packed(entry({ path: "a\nb", content: "x" })), undefined, []],
  ["a name with a NUL in pax", packed(pax({ path: "a\0b" }), entry({ path: "x" })), undefined, []],
  ["a name that goes up in pax", packed(pax({ path: "../up" }), entry({ path: "x" })), undefined, []],
  ["a name that goes up in the prefix", packed(ustar({ path: "up", prefix: ".." })), undefined, []],
  [
    "a name that goes up by GNU",
    packed(entry({ path: "l", type: "L", content: "../up\0" }), entry({ path: "x" })),
    undefined,
    [],
  ],
  [
    "a name too long for a path",
    packed(pax({ path: "d/".repeat(3000) }), entry({ path: "x" })),
    undefined,
    [],
  ],
  ["a component too long", packed(pax({ path: "n".repeat(256) }), entry({ path: "x" })), undefined, []],
  [
    "a size beyond the data",
    packed(good, entry({ path: "a", content: "x", size: 99_999 })),
    "unexpected EOF",
    [],
  ],
  [
    "a size in pax beyond the data",
    packed(good, pax({ size: "99999" }), entry({ path: "a", content: "x" })),
    "unexpected EOF",
    [],
  ],
  [
    "a size in pax below the header's",
    packed(good, pax({ size: "0" }), entry({ path: "a", content: "x".repeat(600), size: 600 })),
    "numeric field",
    ["a"],
  ],
  [
    "a size of ff bytes",
    packed(good, entry({ path: "a", binarySize: true, size: 2 ** 62 })),
    "out of range",
    [],
  ],
  [
    "a long name longer than the archive",
    packed(good, entry({ path: "l", type: "L", size: 60_000 })),
    "entire block",
    [],
  ],
])("%s", (_, archive, error, made) => {
  const run = testRun();
  const message = extract(archive, run);
  if (error === undefined) expect(message).toBeUndefined();
  else expect(message).toContain(error);
  expectContained();
  const there = error === undefined ? made : [...made, "good"];
  expect(
    readdirSync(out())
      .filter((name) => name !== "link" && name !== "file")
      .sort(),
  ).toEqual(there.sort());
});

test("cut after each of its blocks: what was whole is there, the rest is not", () => {
  const contents: readonly (readonly [string, string])[] = [
    ["a", "x".repeat(700)],
    ["b", "y".repeat(512)],
    ["c", "z"],
  ];
  const parts = contents.map(([path, content]) => entry({ path, content }));
  const whole = Buffer.concat([...parts, END]);
  for (let end = 0; end <= whole.length; end += 512) {
    sandbox.remove();
    sandbox = new Sandbox();
    mkdirSync(out());
    mkdirSync(outside());
    writeFileSync(outside("keep"), "keep");
    extract(gzipSync(whole.subarray(0, end)));
    expectContained();
    let at = 0;
    for (const [index, [path, content]] of contents.entries()) {
      at += parts[index]?.length ?? 0;
      const complete = end >= at;
      expect([end, path, existsSync(out(path)) && readFileSync(out(path), "utf8")]).toEqual([
        end,
        path,
        complete && content,
      ]);
    }
  }
});

test("compressed content that is cut anywhere", () => {
  const archive = packed(good, entry({ path: "other", content: "x".repeat(3000) }));
  for (let end = 0; end < archive.length; end++) {
    const message = extract(archive.subarray(0, end));
    expectContained();
    const size = existsSync(out("other")) ? lstatSync(out("other")).size : undefined;
    // Behind the last entry an archive can be cut.
    expect([3000, message === undefined ? 3000 : undefined]).toContain(size);
  }
});

test("more entries than an archive may have", () => {
  const one = link("l", "2");
  const many = Buffer.alloc(one.length * 100_001);
  for (let at = 0; at < many.length; at += one.length) one.copy(many, at);
  expect(extract(packed(many))).toBe("limit archiveEntries exceeded: at most 100000");
  expect(extract(packed(many.subarray(one.length)))).toBeUndefined();
});

test("more bytes than one operation decompresses", () => {
  const pieces = [new Uint8Array(3), new Uint8Array(2)];
  expect([...bounded(pieces, 5)]).toEqual(pieces);
  expect(() => [...bounded(pieces, 4)]).toThrow("limit decompressedBytes exceeded: at most 4");
});

const NAMES = ["a", "link", "file", "..", ".", "", "b", "/"];
const names = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));
const entries = fc.record({
  path: names,
  type: fc.constantFrom("0", "0", "5", "1", "2", "3", "6", "7", "S", "g", "\0", "K"),
  content: fc.string({ maxLength: 600 }),
  mode: fc.nat(0o7777),
  mtime: fc.nat(),
  extended: fc.option(fc.record({ path: names }), { nil: undefined }),
});

test("whatever an archive has in it, it stays below the destination", () => {
  const property = fc.property(fc.array(entries, { maxLength: 6 }), (list) => {
    extract(
      packed(...list.flatMap(({ extended, ...rest }) => [...(extended ? [pax(extended)] : []), entry(rest)])),
    );
    expectContained();
  });
  fc.assert(property, { numRuns: 200 });
});

test("any change to an archive makes an error or entries", () => {
  const valid = Buffer.concat([
    pax({ path: "p" }),
    good,
    entry({ path: "d", type: "5" }),
    link("l", "2"),
    END,
  ]);
  const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  const property = fc.property(changes, fc.boolean(), (list, compressed) => {
    const changed = Uint8Array.from(compressed ? gzipSync(valid) : valid);
    for (const [at, byte] of list) changed[at % changed.length] = byte;
    extract(compressed ? changed : gzipSync(changed));
    expectContained();
  });
  fc.assert(property, { numRuns: 200 });
});
