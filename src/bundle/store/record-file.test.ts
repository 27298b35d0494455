import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { closing, openAt, openDirectoryFollowing } from "../../platform/file.ts";
import { rejectionOf } from "../testing.ts";
import { RecordFile } from "./record-file.ts";
import { DEATHS, dyingAt, temporaryDirectory } from "./testing.ts";

const base = temporaryDirectory();
afterAll(() => rmSync(base, { recursive: true }));
let made = 0;

/** A directory of its own, and how a new process finds the record in it. */
function fresh() {
  const path = join(base, String(made++));
  mkdirSync(path);
  const root = openDirectoryFollowing(base);
  const directory = closing(root, () =>
    openAt(root, path.slice(base.length + 1), { access: "read", directory: true }),
  );
  const open = () => new RecordFile(directory, "record", z.strictObject({ value: z.string() }));
  return { path, open, at: (name: string) => join(path, name) };
}
const valuesOf = (file: RecordFile<{ value: string }>): string =>
  file.records.map(({ value }) => value).join(" ");

test("at first there is none; then the newest, and the one before", async () => {
  const { path, open } = fresh();
  expect([open().records, open().isDamaged]).toEqual([[], false]);
  for (const [value, found] of [
    ["a", "a"],
    ["b", "b a"],
    ["c", "c b"],
  ] as const) {
    await open().write({ value });
    expect(valuesOf(open())).toBe(found);
  }
  const same = open();
  await same.write({ value: "d" });
  await same.write({ value: "e" });
  expect(valuesOf(open())).toBe("e d");
  expect(readdirSync(path).sort()).toEqual(["record.0.json", "record.1.json"]);
});

test("one that is settled is there twice, and is not lost with either file", async () => {
  for (const lost of ["record.0.json", "record.1.json"]) {
    const { open, at } = fresh();
    await open().settle();
    for (const value of ["a", "b"]) await open().write({ value });
    await open().settle();
    expect(valuesOf(open())).toBe("b b");
    const before = readFileSync(at(lost), "utf8");
    await open().settle();
    expect(readFileSync(at(lost), "utf8")).toBe(before);
    truncateSync(at(lost), 10);
    expect([valuesOf(open()), open().isDamaged]).toEqual(["b", true]);
    await open().settle();
    expect([valuesOf(open()), open().isDamaged]).toEqual(["b b", false]);
  }
});

test("nobody else may read it", async () => {
  const { open, at } = fresh();
  await open().write({ value: "a" });
  expect(statSync(at("record.0.json")).mode & 0o777).toBe(0o600);
});

describe("damage", () => {
  const DAMAGES: readonly [string, (path: string) => void][] = [
    ["nothing in it", (path) => truncateSync(path, 0)],
    ["half of it", (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    [
      "another content",
      (path) => writeFileSync(path, readFileSync(path, "utf8").replace('"b"', '"x"').replace('"a"', '"x"')),
    ],
    ["more of it", (path) => writeFileSync(path, `${readFileSync(path, "utf8")}{}`)],
    ["no JSON", (path) => writeFileSync(path, Buffer.alloc(100))],
    ["another form", (path) => writeFileSync(path, '{"generation":9,"sha256":"","content":{"other":1}}')],
    [
      "a later generation",
      (path) => writeFileSync(path, readFileSync(path, "utf8").replace(/"generation":./, '"generation":9')),
    ],
  ];

  test.each(DAMAGES)("%s: the one before is left, and stays until there is a new one", async (_, damage) => {
    const { open, at } = fresh();
    await open().write({ value: "a" });
    await open().write({ value: "b" });
    damage(at("record.1.json"));
    expect([valuesOf(open()), open().isDamaged]).toEqual(["a", true]);
    await open().write({ value: "c" });
    expect([valuesOf(open()), open().isDamaged]).toEqual(["c a", false]);
  });

  test.each(DAMAGES)("%s of the one before: the newest is left", async (_, damage) => {
    const { open, at } = fresh();
    await open().write({ value: "a" });
    await open().write({ value: "b" });
    damage(at("record.0.json"));
    expect([valuesOf(open()), open().isDamaged]).toEqual(["b", true]);
  });
});

async function writeAll(open: ReturnType<typeof fresh>["open"], values: readonly string[]): Promise<void> {
  for (const value of values) await open().write({ value });
}
const write = (open: ReturnType<typeof fresh>["open"], ...values: readonly string[]) =>
  rejectionOf(writeAll(open, values));
const points = await dyingAt(Number.POSITIVE_INFINITY, "after", () => write(fresh().open, "a", "b"));

describe("a process that dies while it writes", () => {
  const cases = DEATHS.flatMap((death) => Array.from({ length: points }, (_, at) => [death, at] as const));

  test.each(cases)("%s call %d", async (death, at) => {
    const { open } = fresh();
    await write(open, "1", "2");
    await dyingAt(at, death, async () => expect(await write(open, "a", "b")).toBe("state_unavailable"));
    // The newest that was whole: never none, never one from before those two.
    expect(open().records.length).toBeGreaterThan(0);
    expect(valuesOf(open()).split(" ")[0]).toMatch(/^[2ab]$/);
    expect(await write(open, "c")).toBe("");
    expect(valuesOf(open())).toMatch(/^c [2ab]$/);
  });
});

test("one that would be too large to be read is not written", async () => {
  const { open } = fresh();
  await open().write({ value: "a" });
  expect(await rejectionOf(open().write({ value: "x".repeat(33 * 1024 * 1024) }))).toBe("state_unavailable");
  expect(valuesOf(open())).toBe("a");
});
