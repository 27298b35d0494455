import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readTar, TarError } from "./read.ts";
import { END, entry, pax, ustar } from "./testing.ts";

/** Reads `archive` in pieces of `step` bytes. */
function read(archive: Uint8Array, step = 700) {
  function* pieces() {
    for (let start = 0; start < archive.length; start += step) yield archive.subarray(start, start + step);
  }
  const found = [];
  for (const { content, ...rest } of readTar(pieces())) {
    const text = rest.type === "file" ? Buffer.concat([...content()]).toString() : undefined;
    found.push({ ...rest, text });
  }
  return found;
}

const messageOf = (archive: Uint8Array): string => {
  try {
    read(archive);
  } catch (error) {
    if (error instanceof TarError) return error.message;
    throw error;
  }
  throw new Error("expected a TarError");
};

const join = (...parts: Uint8Array[]) => Buffer.concat(parts);

describe("tar", () => {
  test("files and directories with their attributes", () => {
    const archive = join(
      entry({ path: "d/", type: "5", mode: 0o1777 }),
      entry({
        path: "d/f",
        content: "hello",
        mode: 0o4755,
        mtime: 1234567890,
        user: "alice",
        group: "staff",
      }),
      END,
    );
    const common = { user: "root", group: "root" };
    expect(read(archive)).toEqual([
      { ...common, path: "d/", type: "directory", mode: 0o1777, mtime: 1_000_000_000, text: undefined },
      {
        path: "d/f",
        type: "file",
        mode: 0o4755,
        mtime: 1234567890,
        user: "alice",
        group: "staff",
        text: "hello",
      },
    ]);
  });

  test.each([
    ["1", "hard link"],
    ["2", "symbolic link"],
    ["3", "character device"],
    ["4", "block device"],
    ["6", "fifo"],
    ["7", "contiguous file"],
    ["S", "sparse file"],
    ["g", "global header"],
  ])("type %s (%s) is other, and its content is skipped", (type) => {
    const archive = join(entry({ path: "x", type, content: "abc" }), entry({ path: "y", content: "z" }), END);
    expect(read(archive).map((found) => [found.path, found.type])).toEqual([
      ["x", "other"],
      ["y", "file"],
    ]);
  });

  test("content that is not taken is skipped", () => {
    const archive = join(entry({ path: "a", content: "x".repeat(2000) }), entry({ path: "b" }), END);
    expect([...readTar([archive].values())].map(({ path }) => path)).toEqual(["a", "b"]);
  });

  test("long names: GNU, pax and the prefix of POSIX", () => {
    const long = `${"d".repeat(120)}/${"n".repeat(60)}`;
    const gnu = join(
      entry({ path: "././@LongLink", type: "L", content: `${long}\0` }),
      entry({ path: "cut" }),
      END,
    );
    const extended = join(pax({ path: long, comment: "x" }), entry({ path: "cut" }), END);
    const posix = join(ustar({ path: "n".repeat(60), prefix: "d".repeat(120) }), END);
    for (const archive of [gnu, extended, posix]) expect(read(archive)[0]?.path).toBe(long);
  });

  test("a name goes with its entry only", () => {
    const archive = join(pax({ path: "first" }), entry({ path: "a" }), entry({ path: "b" }), END);
    expect(read(archive).map(({ path }) => path)).toEqual(["first", "b"]);
  });

  test("pax size and binary size", () => {
    const archive = join(
      pax({ size: "3" }),
      entry({ path: "a", content: "abc", size: 0 }),
      entry({ path: "b" }),
      END,
    );
    expect(read(archive).map(({ text }) => text)).toEqual(["abc", ""]);
    const binary = join(entry({ path: "a", content: "abc", binarySize: true }), END);
    expect(read(binary)[0]?.text).toBe("abc");
  });

  test("an archive older than POSIX names no owner", () => {
    expect(read(join(entry({ path: "a", magic: "" }), END))[0]).toMatchObject({
      user: undefined,
      group: undefined,
    });
  });

  test("what comes after the end is not looked at", () => {
    expect(read(join(entry({ path: "a" }), END, entry({ path: "b" })))).toHaveLength(1);
    expect(read(entry({ path: "a" }))).toHaveLength(1);
    expect(read(new Uint8Array())).toEqual([]);
  });

  const damaged = () => {
    const bytes = Uint8Array.from(entry({ path: "a" }));
    bytes[0] = 98;
    return bytes;
  };
  test.each([
    ["a changed header", damaged(), "archive header checksum mismatch"],
    ["no archive", Buffer.alloc(600, 120), "numeric field"],
    ["half a header", entry({ path: "a" }).subarray(0, 300), "failed to read entire block"],
    ["content cut short", entry({ path: "a", content: "x".repeat(900) }).subarray(0, 600), "unexpected EOF"],
    ["a name without bound", entry({ path: "l", type: "L", size: 2 ** 32 }), "exceeds"],
    ["a size beyond reason", entry({ path: "l", binarySize: true, size: 2 ** 60 }), "out of range"],
    ["pax without length", join(entry({ path: "p", type: "x", content: "path=a\n" }), END), "malformed"],
    [
      "pax of negative length",
      join(entry({ path: "p", type: "x", content: "-9 path=a\n" }), END),
      "malformed",
    ],
    ["pax with a negative size", join(pax({ size: "-1" }), entry({ path: "a" })), "out of range"],
  ])("%s", (_, archive, message) => {
    expect(messageOf(archive)).toContain(message);
  });

  test("any bytes are entries or a TarError", () => {
    const valid = join(pax({ path: "p" }), entry({ path: "a", content: "abc" }), END);
    const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.boolean(), (list, sign) => {
        const archive = Uint8Array.from(valid);
        for (const [at, value] of list) archive[at] = value;
        try {
          read(sign ? archive : archive.subarray(0, list[0]?.[0]));
        } catch (error) {
          expect(error).toBeInstanceOf(TarError);
        }
      }),
    );
  });
});
