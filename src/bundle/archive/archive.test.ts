import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { BLOCK, checksumOf, FIELDS, TYPE } from "../../tar/format.ts";
import { END, entry, pax } from "../../tar/testing.ts";
import { writeTar } from "../../tar/write.ts";
import { BundleError } from "../errors.ts";
import { gzip } from "./gzip.ts";
import { type ArchiveBounds, readArchive, writeArchive } from "./index.ts";

const KiB = 1024;
const BOUNDS: ArchiveBounds = {
  bytes: { limit: "bytes", most: 8 * KiB },
  unpackedBytes: { limit: "unpackedBytes", most: 64 * KiB },
  files: { limit: "files", most: 5 },
  fileBytes: { limit: "fileBytes", most: 4 * KiB },
};

const filesOf = (files: { readonly [name: string]: string }) =>
  new Map(Object.entries(files).map(([name, text]) => [name, Uint8Array.from(Buffer.from(text))]));
const texts = (files: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));

const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof BundleError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "";
};
const readRefusal = (archive: Uint8Array) => refusal(() => readArchive(archive, BOUNDS));

describe("an archive", () => {
  const files = { "b/two.txt": "2", "a.txt": "1", "b/one": "", "b-": "x".repeat(700) };

  test("has the files that were put into it", () => {
    expect(texts(readArchive(writeArchive(filesOf(files)), BOUNDS))).toEqual(files);
    expect(readArchive(writeArchive(new Map()), BOUNDS).size).toBe(0);
  });

  test("is the same bytes in whatever order its files come", () => {
    const reversed = new Map([...filesOf(files)].reverse());
    expect(writeArchive(reversed)).toEqual(writeArchive(filesOf(files)));
    expect([...readArchive(writeArchive(reversed), BOUNDS).keys()]).toEqual([
      "a.txt",
      "b-",
      "b/one",
      "b/two.txt",
    ]);
  });

  test.each(["", "/a", "a/", "a//b", "./a", "../a", "a/../b", ".hidden", "a/.b", "a b", "ä", "a\\b", "a\0b"])(
    "is not made of a file %j",
    (name) => {
      expect(refusal(() => writeArchive(filesOf({ [name]: "" })))).toStartWith("archive_invalid: ");
    },
  );

  test("is not made of names that are one on some disks, or too long", () => {
    const wrong = (...names: string[]) =>
      refusal(() => writeArchive(filesOf(Object.fromEntries(names.map((name) => [name, ""])))));
    expect(wrong("a", "A")).toContain("A and a are one name on some disks");
    expect(wrong("dir/a", "Dir/b")).toContain("Dir and dir are one name");
    expect(wrong("a", "a/b")).toContain("a is in it twice");
    expect(wrong("a/b", "A")).toContain("A and a are one name");
    expect(wrong("n".repeat(101))).toContain("too long");
    expect(wrong("a/b", "a/c", "b/a")).toBe("");
  });
});

describe("what no archive of ours is", () => {
  const whole = writeTar([file("a", 1)]);
  const good = whole.subarray(0, -END.length);
  const packed = (...parts: Uint8Array[]) => gzip(Buffer.concat([...parts, END]));

  test("the same bytes unchanged are one of ours", () => {
    expect(readRefusal(packed(good))).toBe("");
    expect(readRefusal(packed(altered("mode", "0000644")))).toBe("");
  });

  test.each<[string, Uint8Array, string]>([
    ["a symbolic link", packed(altered("type", "2")), '"a" is no regular file'],
    ["a hard link", packed(altered("type", "1")), "is no regular file"],
    ["a device", packed(altered("type", "3")), "is no regular file"],
    ["a fifo", packed(altered("type", "6")), "is no regular file"],
    ["a folder", packed(altered("type", "5")), "is no regular file"],
    ["global headers of pax", packed(entry({ path: "g", type: "g" }), good), "is no regular file"],
    ["a long link of GNU", packed(entry({ path: "k", type: "K", content: "x" }), good), "is no regular file"],
    ["a sparse file of GNU", packed(altered("type", "S")), "is no regular file"],
    ["a file of old", packed(altered("type", "\0")), "form that"],
    ["an absolute name", packed(altered("name", "/a")), '"/a" is no path'],
    ["an absolute name in two parts", packed(altered("prefix", "/")), '"//a" is no path'],
    ["a name that goes up", packed(altered("name", "a/../../b")), "is no path"],
    ["a name twice", packed(good, good), "a is in it twice"],
    ["names that differ in case", packed(good, altered("name", "A")), "one name on some disks"],
    ["a name by pax", packed(pax({ path: "b" }), good), "form that"],
    ["a size by pax", packed(pax({ size: "1" }), good), "form that"],
    ["a name by GNU", packed(entry({ path: "l", type: "L", content: "b" }), good), "form that"],
    ["an executable", packed(altered("mode", "0000755")), "form that"],
    ["a setuid file", packed(altered("mode", "0004644")), "form that"],
    ["a time", packed(altered("mtime", "00000000001")), "form that"],
    ["an owner", packed(altered("uid", "0000001")), "form that"],
    ["an owner's name", packed(altered("user", "root")), "form that"],
    ["a group", packed(altered("gid", "0000001")), "form that"],
    ["a group's name", packed(altered("group", "root")), "form that"],
    ["GNU's magic", packed(altered("magic", "ustar ")), "form that"],
    ["something in the padding", packed(spoiled(good, -1)), "form that"],
    ["no end", gzip(good), "form that"],
    ["another order", gzip(writeTar([file("b"), file("a")])), "form that"],
    ["a half end", gzip(whole.subarray(0, -BLOCK)), "form that"],
    ["more after the end", packed(good, END, good), "form that"],
    ["a size beyond the data", packed(altered("size", "00000017777")), "unexpected EOF"],
    ["a negative size", packed(altered("size", "-0000000001")), "not a number"],
    ["a binary size", packed(entry({ path: "a", binarySize: true, size: 2 ** 53 })), "out of range"],
    ["a wrong checksum", gzip(spoiled(good, 0)), "checksum"],
    ["no tar", gzip(Buffer.from("text")), "failed to read entire block"],
    ["nothing", new Uint8Array(), "does not begin as one of ours"],
    ["no gzip", Buffer.from("plain text of some length"), "does not begin as one of ours"],
    ["gzip of others", gzipSync(Buffer.concat([good, END])), "does not begin as one of ours"],
    ["a second member", Buffer.concat([packed(good), packed(good)]), "bytes follow its end"],
    ["trailing bytes", Buffer.concat([packed(good), Buffer.alloc(1)]), "bytes follow its end"],
    ["cut short", packed(good).subarray(0, -1), "checksum or size is wrong"],
    ["cut in its content", packed(good).subarray(0, 20), "damaged or cut short"],
    ["a wrong sum", spoiled(packed(good), -8), "checksum or size is wrong"],
    ["a wrong size", spoiled(packed(good), -1), "checksum or size is wrong"],
  ])("%s", (_, archive, reason) => {
    expect(readRefusal(archive)).toStartWith("archive_invalid: the archive can");
    expect(readRefusal(archive)).toContain(reason);
  });

  test.each<[string, Uint8Array, string]>([
    ["larger than it may be", Buffer.alloc(8 * KiB + 1), "limit bytes: at most 8192"],
    ["a bomb", gzip(Buffer.alloc(4_000_000)), "limit unpackedBytes: at most 65536"],
    ["one byte of a bomb", gzip(Buffer.alloc(64 * KiB + 1)), "limit unpackedBytes"],
    ["too many files", gzip(writeTar([..."abcdef"].map((name) => file(name)))), "limit files: at most 5"],
    ["a large file", gzip(writeTar([file("a", 4 * KiB + 1)])), "it is beyond the limit fileBytes"],
  ])("%s", (_, archive, reason) => {
    expect(readRefusal(archive)).toStartWith("archive_too_large: ");
    expect(readRefusal(archive)).toContain(reason);
  });

  test("at its bounds it is one", () => {
    expect(readRefusal(gzip(writeTar([..."abcde"].map((name) => file(name, 4 * KiB)))))).toBe("");
  });

  test("any change to an archive makes a refusal, or the same files", () => {
    const archive = writeArchive(filesOf({ a: "1", "b/c": "hello" }));
    const change = fc.tuple(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.nat(archive.length),
        (changes, cut) => {
          const changed = Uint8Array.from(archive);
          for (const [at, by] of changes) changed[at] = (changed[at] ?? 0) ^ by;
          for (const bytes of [changed, archive.subarray(0, cut), changed.subarray(0, cut)]) {
            if (readRefusal(bytes) !== "") continue;
            expect(texts(readArchive(bytes, BOUNDS))).toEqual({ a: "1", "b/c": "hello" });
          }
        },
      ),
    );
  });
});

function file(name: string, bytes = 0) {
  return { name, content: new Uint8Array(bytes) };
}

/** An entry of ours with another value of a field of its header, and the checksum of that. */
function altered(field: keyof typeof FIELDS | "type", value: string): Uint8Array {
  const archive = Buffer.from(writeTar([file("a", 1)]));
  const header = archive.subarray(0, BLOCK);
  header.write(value, field === "type" ? TYPE : FIELDS[field][0]);
  header.write(checksumOf(header).toString(8).padStart(6, "0"), FIELDS.checksum[0]);
  return archive.subarray(0, -END.length);
}

/** `bytes` with the byte at `at` changed; from the end where it is negative. */
function spoiled(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 0x55;
  return copy;
}
