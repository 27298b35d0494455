import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Value } from "rhai-wasm";
import { messageOf, testRun } from "../../../testing.ts";
import type { FileHandle } from "../../handles.ts";
import { built, denied, perform, performIn, Sandbox } from "../testing.ts";
import { searchGzip } from "./index.ts";
import type { SearchOptions } from "./search.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const path = (name: string) => join(sandbox.path, name);
const content = (name: string) => readFileSync(path(name));
const LOG = "1 ERROR disk full\n2 info ok\n3 error disk again\n4 ERROR network\n";

describe("compress_gzip", () => {
  const compress = (source: FileHandle, dest: FileHandle, run = testRun()) =>
    performIn(run, "compress_gzip", source, dest, built("CompressGzipOptions"));
  const target = (before = "") => {
    writeFileSync(path("out.gz"), before);
    return sandbox.open("out.gz", { read: true, write: true });
  };

  test("what zlib reads; the handles start again at the beginning", () => {
    const [source, dest] = [sandbox.file("in", LOG), target("longer than what is written".repeat(20))];
    const run = testRun();
    compress(source, dest, run);
    expect(gunzipSync(content("out.gz")).toString()).toBe(LOG);
    expect([source.position, dest.position]).toEqual([0, 0]);
    expect(run.asked).toEqual([
      `file_system.read file_system::File::${path("in")}`,
      `file_system.write file_system::File::${path("out.gz")}`,
    ]);
  });

  test.each([
    ["read", "in"],
    ["write", "out.gz"],
  ])("denied %s of %s: nothing is written", (verb, name) => {
    const [source, dest] = [sandbox.file("in", LOG), target("before")];
    const message = messageOf(() => compress(source, dest, denied(verb, path(name))));
    expect(message).toContain(`unauthorized to perform file_system::Action::"${verb}"`);
    expect(content("out.gz").toString()).toBe("before");
  });

  test("handles that were not opened for it", () => {
    const source = sandbox.file("in", LOG);
    expect(messageOf(() => compress(source, sandbox.file("out.gz", "before")))).toBe(
      `Invalid file mode: Attempted to write a file without opening it with the write option.: ${path("out.gz")}`,
    );
    const unread = sandbox.open("in", { write: true });
    expect(messageOf(() => compress(unread, target()))).toBe(
      `Invalid file mode: Attempted to read a file without opening it with the read option.: ${path("in")}`,
    );
  });

  test("a file onto itself keeps its content", () => {
    const source = sandbox.file("in", LOG);
    const same = sandbox.open("in", { read: true, write: true });
    expect(messageOf(() => compress(source, same))).toContain("source and destination are one file");
    expect(content("in").toString()).toBe(LOG);
  });

  test("level", () => {
    const message = (level: bigint) => messageOf(() => built("CompressGzipOptions", { level }));
    expect(message(0n)).toBe("Validation error: Compression level must be between 1 and 9, got 0");
    expect(message(10n)).toBe("Validation error: Compression level must be between 1 and 9, got 10");
    const outOfRange =
      "Parameter conversion failed for level: out of range integral type conversion attempted";
    expect(message(-1n)).toBe(outOfRange);
    expect(message(2n ** 32n)).toBe(outOfRange);
    expect(built("CompressGzipOptions", { level: 9n })).toMatchObject({ values: { level: 9n } });
  });
});

describe("gzip_info", () => {
  test("sizes and ratio", () => {
    const compressed = gzipSync(LOG);
    const info = perform("gzip_info", sandbox.file("a.gz", compressed));
    const [small, large] = [BigInt(compressed.length), BigInt(LOG.length)];
    expect(perform("compressed_size_bytes", info)).toBe(small);
    expect(perform("uncompressed_size_bytes", info)).toBe(large);
    expect(perform("to_map", info)).toEqual(
      new Map<string, Value>([
        ["compressed_size_bytes", small],
        ["uncompressed_size_bytes", large],
        ["compression_ratio", LOG.length / compressed.length],
      ]),
    );
  });

  test("too short, and denied", () => {
    const handle = sandbox.file("a.gz", "abc");
    expect(messageOf(() => perform("gzip_info", handle))).toBe("Invalid argument (os error 22)");
    expect(messageOf(() => performIn(denied("read", path("a.gz")), "gzip_info", handle))).toContain('"read"');
  });
});

describe("search", () => {
  const OPTIONS: SearchOptions = { exclude_pattern: undefined, case_insensitive: false, max_results: 0n };
  const find = (pattern: string, options: Partial<SearchOptions> = {}, bytes: Uint8Array = gzipSync(LOG)) => {
    const run = testRun();
    const call = { run, access: run.access, line: 1, warn: () => {} };
    const found = searchGzip(call, sandbox.file("log.gz", bytes), pattern, { ...OPTIONS, ...options });
    return found.map(({ number, line }) => `${number}:${line.slice(2)}`);
  };

  test("pattern, case, exclusion", () => {
    expect(find("ERROR")).toEqual(["1:ERROR disk full", "4:ERROR network"]);
    expect(find("ERROR", { case_insensitive: true })).toHaveLength(3);
    expect(find("disk", { exclude_pattern: "full" })).toEqual(["3:error disk again"]);
    expect(find("nothing")).toEqual([]);
  });

  test("the first, and the last", () => {
    expect(find("", { max_results: 2n })).toEqual(["1:ERROR disk full", "2:info ok"]);
    expect(find("", { max_results: -1n })).toEqual(["4:ERROR network"]);
    expect(find("", { max_results: -99n })).toHaveLength(4);
  });

  test("up to the damage", () => {
    expect(find("", {}, Buffer.from("plain text that is no gzip"))).toEqual([]);
    expect(find("", {}, gzipSync(LOG).subarray(0, -1))).toHaveLength(4);
    expect(find("", {}, gzipSync(Buffer.from("ok line\n\xff\n", "latin1")))).toHaveLength(1);
  });

  test("search_gzip_exists", () => {
    const handle = sandbox.file("log.gz", gzipSync(LOG));
    const exists = (pattern: string, options = {}, run = testRun()) =>
      performIn(run, "search_gzip_exists", handle, pattern, built("SearchGzipOptions", options));
    expect(exists("network")).toBe(true);
    expect(exists("NETWORK")).toBe(false);
    expect(exists("NETWORK", { case_insensitive: true })).toBe(true);
    expect(exists("network", { exclude_pattern: "ERROR", max_results: -3n })).toBe(false);
    expect(messageOf(() => exists("[a-"))).toStartWith(
      "Validation error: Invalid regex pattern: '[a-' - regex parse",
    );
    expect(messageOf(() => exists("a", { exclude_pattern: "(" }))).toContain("Invalid regex pattern: '('");
    expect(messageOf(() => exists("a", {}, denied("read", path("log.gz"))))).toContain("unauthorized");
  });
});
