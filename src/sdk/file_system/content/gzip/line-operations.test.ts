import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { caller, messageOf, testRun } from "../../../testing.ts";
import { readLinesOptions } from "../../file/options.ts";
import { Match } from "../../file/records.ts";
import { HANDLES } from "../../handles.ts";
import { built, denied, Sandbox } from "../testing.ts";
import { gzipNamespaces } from "./index.ts";
import { gzipLineNamespace } from "./line-operations.ts";

const handles = { types: Object.values(HANDLES), constants: [], operations: [] };
const call = caller([handles, readLinesOptions.namespace, ...gzipNamespaces, gzipLineNamespace]);

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const LOG = gzipSync("one\ntwo\r\nthree");

function lines(which: { count?: bigint; start?: bigint }, content: Uint8Array = LOG, run = testRun()) {
  const builder = call(run, "ReadLinesOptions");
  for (const [option, value] of Object.entries(which)) call(run, option, builder, value);
  return call(run, "read_gzip_lines", sandbox.file("log.gz", content), call(run, "build", builder));
}

test("read_gzip_lines", () => {
  expect(lines({ count: 2n })).toEqual(["one", "two"]);
  expect(lines({ count: -1n })).toEqual(["three"]);
  expect(lines({ count: -1n, start: 2n })).toEqual(["two"]);
  expect(lines({ start: 2n })).toEqual(["two", "three"]);
  expect(lines({ count: 1n, start: 2n ** 62n })).toEqual([]);
});

test("what is damaged is an error as soon as it is needed", () => {
  const cut = LOG.subarray(0, -2);
  expect(lines({ count: 1n }, cut)).toEqual(["one"]);
  expect(messageOf(() => lines({ start: 1n }, cut))).toBe("unexpected end of file");
  expect(messageOf(() => lines({ count: 1n }, Buffer.from("plain text, no gzip")))).toBe(
    "invalid gzip header",
  );
});

test("neither count nor start, and denied", () => {
  expect(messageOf(() => lines({}))).toBe("Validation error: Must specify count or start option");
  const run = denied("read", join(sandbox.path, "log.gz"));
  expect(messageOf(() => lines({}, LOG, run))).toContain(
    'unauthorized to perform file_system::Action::"read"',
  );
});

test("search_gzip", () => {
  const handle = sandbox.file("log.gz", LOG);
  const search = (pattern: string, run = testRun()) =>
    call(run, "search_gzip", handle, pattern, built("SearchGzipOptions"));
  expect(search("^t")).toEqual([new Match("two", 2), new Match("three", 3)]);
  expect(messageOf(() => search("["))).toStartWith("Validation error: Invalid regex pattern: '[' - ");
  expect(messageOf(() => search("t", denied("read", join(sandbox.path, "log.gz"))))).toContain(
    "unauthorized",
  );
});
