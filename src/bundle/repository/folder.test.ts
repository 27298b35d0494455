import { afterAll, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Folder } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "remit-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
const path = join(root, "repository");
const bytes = Buffer.from("content");

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: Error & { code?: string }) => `${error.code}: ${error.message.replaceAll(root, "")}`,
  );

test("a folder is made on request only", async () => {
  expect(await codeOf(Folder.use(path, {}, () => undefined))).toBe(
    "repository_io: /repository: No such file or directory (os error 2)",
  );
  await Folder.use(path, { create: true }, () => undefined);
  expect(statSync(path).isDirectory()).toBe(true);
  expect(await codeOf(Folder.use(join(root, "a/b"), { create: true }, () => undefined))).toContain(
    "No such file",
  );
});

test("what takes the place of another has a later second, by which web servers tell them apart", () =>
  Folder.use(path, { alone: true }, (folder) => {
    const seconds = ["1", "2", "3"].map((text) => {
      folder.write("public/metadata/t.json", Buffer.from(text));
      return Math.floor(statSync(join(path, "public/metadata/t.json")).mtimeMs / 1000);
    });
    expect(new Set(seconds).size).toBe(3);
    expect(seconds).toEqual(seconds.toSorted((one, other) => one - other));
    const past = new Date("2026-01-31T12:00:00Z");
    utimesSync(join(path, "public/metadata/t.json"), past, past);
    folder.write("public/metadata/t.json", Buffer.from("4"));
    expect(statSync(join(path, "public/metadata/t.json")).mtimeMs).toBeGreaterThan(past.getTime() + 1000);
    folder.remove("public/metadata/t.json");
  }));

test("what is written is read, and replaced as a whole", () =>
  Folder.use(path, { alone: true }, (folder) => {
    expect(folder.read("public/metadata/a.json", 10)).toBeUndefined();
    folder.write("public/metadata/a.json", bytes);
    folder.write("public/metadata/a.json", Buffer.from("other"));
    expect(Buffer.from(folder.read("public/metadata/a.json", 10) ?? []).toString()).toBe("other");
    expect(statSync(join(path, "public/metadata/a.json")).mode & 0o777).toBe(0o644);
    expect([folder.names("public/metadata"), folder.names("public/none")]).toEqual([["a.json"], []]);
    expect(() => folder.read("public/metadata/a.json", 4)).toThrow("a.json: limit fileBytes exceeded");
    folder.remove("public/metadata/a.json");
    folder.remove("public/metadata/a.json");
    folder.remove("public/none/a.json");
    expect([folder.names("public/metadata"), folder.names("staging")]).toEqual([[], []]);
  }));

test("one process at a time changes it, others may look", async () => {
  await Folder.use(path, { alone: true }, async () => {
    expect(await codeOf(Folder.use(path, { alone: true }, () => undefined))).toBe(
      "repository_busy: another remit works on /repository; try again when it has ended",
    );
    expect(await codeOf(Folder.use(path, {}, () => undefined))).toBe("no error");
  });
  expect(await codeOf(Folder.use(path, { alone: true }, () => undefined))).toBe("no error");
});

test("what a killed process left is removed, and nothing else", async () => {
  mkdirSync(join(path, "staging"), { recursive: true });
  for (const name of [`.remit-${"a".repeat(24)}.tmp`, "root.json"])
    writeFileSync(join(path, "staging", name), "");
  await Folder.use(path, { alone: true }, () => undefined);
  expect(readdirSync(join(path, "staging"))).toEqual(["root.json"]);
});

test("a write that fails leaves what was there, and nothing else", () =>
  Folder.use(path, {}, (folder) => {
    folder.write("public/file", bytes);
    mkdirSync(join(path, "public/directory"));
    expect(() => folder.write("public/directory", bytes)).toThrow("Is a directory");
    expect(() => folder.write("public/file/name", bytes)).toThrow("Not a directory");
    expect(readFileSync(join(path, "public/file"), "utf8")).toBe("content");
    expect(readdirSync(join(path, "staging"))).toEqual(["root.json"]);
  }));
