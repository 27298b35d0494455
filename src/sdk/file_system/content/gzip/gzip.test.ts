import { describe, expect, test } from "bun:test";
import { constants, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { compress } from "./compress.ts";
import { GzipError, gunzip } from "./gunzip.ts";
import type { ReadAt } from "./input.ts";

/** Content that is read at most `step` bytes at a time. */
const reader =
  (content: Uint8Array, step = content.length): ReadAt =>
  (buffer, offset) => {
    const piece = content.subarray(offset, offset + Math.min(step, buffer.length));
    buffer.set(piece);
    return piece.length;
  };

/** Each piece is valid until the next only. */
const all = (pieces: Iterable<Uint8Array>) => Buffer.concat(Array.from(pieces, (piece) => piece.slice()));

/** What came before the error, and the error's text. */
function damaged(content: Uint8Array): { text: string; message: string } {
  const pieces: Uint8Array[] = [];
  try {
    for (const piece of gunzip(reader(content))) pieces.push(piece.slice());
  } catch (error) {
    if (error instanceof GzipError) return { text: all(pieces).toString(), message: error.message };
    throw error;
  }
  throw new Error("expected a GzipError");
}

const TEXT = Array.from({ length: 400 }, (_, line) => `line ${line} of ${(line * 7919) % 101}\n`).join("");
const GZIP = gzipSync(TEXT);

const changed = (at: number, value: number) => {
  const copy = Uint8Array.from(GZIP);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
};

describe("gunzip", () => {
  test.each([0, 1, 6, 9])("level %d of zlib's", (level) => {
    const large = Buffer.from(TEXT.repeat(60));
    expect(all(gunzip(reader(gzipSync(large, { level }), 1000))).equals(large)).toBe(true);
  });

  test.each([constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE])("strategy %d", (strategy) => {
    expect(all(gunzip(reader(gzipSync(TEXT, { strategy })))).toString()).toBe(TEXT);
  });

  test("any content that zlib compresses", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc
        .array(fc.constantFrom("a", "b", "abc", "\n"), { maxLength: 5000 })
        .map((parts) => Buffer.from(parts.join(""))),
    );
    fc.assert(
      fc.property(
        bytes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 99 }),
        (content, level, step) => {
          expect(all(gunzip(reader(gzipSync(content, { level }), step))).equals(content)).toBe(true);
        },
      ),
    );
  });

  test("any damage is a GzipError, or zlib does not see it either", () => {
    fc.assert(
      fc.property(fc.nat(GZIP.length - 1), fc.nat(255), (at, value) => {
        const content = changed(at, value);
        try {
          const text = all(gunzip(reader(content)));
          expect(text.equals(gunzipSync(content))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(GzipError);
        }
      }),
    );
  });

  test("only the first member; what follows is ignored", () => {
    expect(all(gunzip(reader(Buffer.concat([gzipSync("one"), gzipSync("two")])))).toString()).toBe("one");
    expect(all(gunzip(reader(Buffer.concat([gzipSync("one"), Buffer.from("junk")])))).toString()).toBe("one");
  });

  test("name, comment, extra field and header checksum are skipped", () => {
    const header = Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7]);
    const named = Buffer.concat([header, Buffer.from("name\0comment\0"), GZIP.subarray(10)]);
    expect(all(gunzip(reader(named))).toString()).toBe(TEXT);
  });

  test("from an offset", () => {
    expect(all(gunzip(reader(Buffer.concat([Buffer.from("xx"), GZIP])), 2)).toString()).toBe(TEXT);
  });

  test.each([
    ["no header", Buffer.from("plain text longer than a header"), "invalid gzip header"],
    ["another method", changed(2, 7), "invalid gzip header"],
    ["reserved flags", changed(3, 0xe0), "invalid gzip header"],
    ["less than a header", GZIP.subarray(0, 5), "unexpected end of file"],
    ["nothing", new Uint8Array(), "unexpected end of file"],
    [
      "a name without end",
      Buffer.concat([changed(3, 8).subarray(0, 10), Buffer.alloc(70_000, 1)]),
      "invalid gzip header",
    ],
    [
      "header checksum",
      Buffer.concat([changed(3, 2).subarray(0, 10), Buffer.from([0, 0])]),
      "matching checksum",
    ],
    ["block type 3", changed(10, 7), "corrupt deflate stream"],
  ])("%s", (_, content, message) => {
    expect(damaged(content)).toEqual({ text: "", message: expect.stringContaining(message) });
  });

  test.each([
    ["in the trailer", GZIP.subarray(0, -3), "unexpected end of file"],
    ["another checksum", changed(-8, (GZIP.at(-8) ?? 0) ^ 1), "matching checksum"],
    ["another size", changed(-1, 9), "matching checksum"],
  ])("%s: after all of the text", (_, content, message) => {
    expect(damaged(content)).toEqual({ text: TEXT, message: expect.stringContaining(message) });
  });

  test("a stream cut short gives what it has", () => {
    const { text, message } = damaged(GZIP.subarray(0, GZIP.length / 2));
    expect(message).toBe("incomplete deflate stream");
    expect(text.length).toBeGreaterThan(100);
    expect(TEXT.startsWith(text)).toBe(true);
  });
});

test.each([1, 5000])(
  "a stream broken in the middle gives all that came before, %d times the text",
  (times) => {
    const whole = deflateRawSync(TEXT.repeat(times), { finishFlush: constants.Z_SYNC_FLUSH });
    // A block of type 3 does not exist.
    const { text, message } = damaged(Buffer.concat([GZIP.subarray(0, 10), whole, Buffer.of(7)]));
    expect(text === TEXT.repeat(times)).toBe(true);
    expect(message).toBe("corrupt deflate stream");
  },
);

describe("compress", () => {
  test.each([1, 6, 9])("level %d is read by zlib", (level) => {
    const content = Buffer.from(TEXT.repeat(500));
    const compressed = all(compress(reader(content, 300_000), 0, level));
    expect(gunzipSync(compressed).equals(content)).toBe(true);
    expect(compressed.length).toBeLessThan(content.length / 3);
  });

  test("what is read at once is one block", () => {
    const raw = all(compress(reader(Buffer.from("f1\n")), 0, 6)).subarray(10, -8);
    expect(raw.toString("hex")).toBe("4b33e40200");
  });

  test("any content comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(50), (content, offset) => {
        const compressed = all(compress(reader(content, 700), offset, 6));
        const rest = content.subarray(offset);
        expect(gunzipSync(compressed).equals(rest)).toBe(true);
        expect(all(gunzip(reader(compressed))).equals(rest)).toBe(true);
      }),
    );
  });
});
