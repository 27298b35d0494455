/** What can be done a piece at a time is done so: on a file larger than may be read as a whole, in less memory than it has. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LIMITS } from "../src/platform/limits.ts";
import { executable } from "./support/executable.ts";
import { tar } from "./support/tar.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "remit-streaming-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LINES = 800_000;
/** Line 5 of each hundred says ERROR; the second field is a number. */
const HUNDRED = Array.from(
  { length: 100 },
  (_, index) => `${index === 4 ? "ERROR" : "INFO"} ${index} ${"text ".repeat(18)}\n`,
).join("");
const BYTES = HUNDRED.length * (LINES / 100);
const HALF_A_GIBIBYTE = 512 * 1024 ** 2;

/** Peak of a run that reads next to nothing. */
let idle = 0;

beforeAll(() => {
  const content = Buffer.from(HUNDRED.repeat(LINES / 100));
  expect(content.length).toBeGreaterThan(LIMITS.fileBytes);
  writeFileSync(join(root, "large"), content);
  writeFileSync(join(root, "large.gz"), gzipSync(content, { level: 1 }));
  const member = { path: "member", type: "file", mode: 0o644, mtime: 0, target: "", content } as const;
  writeFileSync(join(root, "large.tgz"), gzipSync(tar([member]), { level: 1 }));
  writeFileSync(join(root, "sparse"), "first\n");
  truncateSync(join(root, "sparse"), HALF_A_GIBIBYTE);
  writeFileSync(join(root, "policy.cedar"), "permit(principal, action, resource);");
  mkdirSync(join(root, "out"));
  idle = run("1").peak;
});

const FUNCTIONS = `
fn dir(name) { DirConfig().path("ROOT" + name).build().open(OpenDirOptions().build()) }
fn opened(name) { dir("").open_file(name, OpenFileOptions().read(true).build()) }
fn made(name) { dir("/out").open_file(name, OpenFileOptions().write(true).create(true).build()) }
`;

interface Run {
  readonly output: string;
  readonly message: string;
  /** The most memory that it took, in bytes, as the kernel says. */
  readonly peak: number;
}

function run(script: string): Run {
  const path = join(root, "script.rhai");
  const told = `let result = {${script}}; info(grep("VmHWM", "/proc/self/status")[0]); result`;
  writeFileSync(path, (FUNCTIONS + told).replaceAll("ROOT", root));
  const child = Bun.spawnSync([executable(), "run", "-s", path, "-p", join(root, "policy.cedar")]);
  const { output, error, logs } = JSON.parse(child.stdout.toString());
  const peak = /VmHWM:\D*(\d+) kB/.exec(JSON.stringify(logs))?.[1];
  return { output, message: error?.message ?? "", peak: 1024 * Number(peak ?? Number.NaN) };
}

test.each([
  ["grep, counting", 'grep([grep::count], "^INFO", "ROOT/large")[0]', `${LINES * 0.99}`],
  ["grep, what matches", 'grep("ERROR", "ROOT/large").len()', `${LINES / 100}`],
  [
    "grep, the first of what does not match",
    'grep([grep::v, grep::max_count(3)], "[13579]", "ROOT/large").len()',
    "3",
  ],
  ["search", 'opened("large").search("ERROR").len()', `${LINES / 100}`],
  ["wc", 'let c = wc("ROOT/large"); `${c.lines} ${c.words} ${c.bytes}`', `${LINES} ${LINES * 20} ${BYTES}`],
  ["the last lines", 'tail([tail::n(-2)], "ROOT/large").len()', "2"],
  ["lines in the middle", `tail([tail::range(${LINES - 9}, ${LINES - 8})], "ROOT/large").len()`, "2"],
  [
    "pages",
    'let f = opened("large"); let o = ReadPageOptions().num_lines(3).build(); f.read_page(o); f.read_page(o).len()',
    "3",
  ],
  ["cp", 'cp("ROOT/large", "ROOT/out/copy"); wc("ROOT/out/copy").bytes', `${BYTES}`],
  [
    "gzip",
    'opened("large").compress_gzip(made("packed.gz"), CompressGzipOptions().level(1).build()); opened("large.gz").gzip_info().uncompressed_size_bytes',
    `${BYTES}`,
  ],
  [
    "grep in gzip",
    'opened("large.gz").search_gzip("ERROR", SearchGzipOptions().build()).len()',
    `${LINES / 100}`,
  ],
  [
    "the last lines in gzip",
    'opened("large.gz").read_gzip_lines(ReadLinesOptions().count(-2).build()).len()',
    "2",
  ],
  [
    "extracting an archive",
    'opened("large.tgz").extract_archive(dir("/out"), ExtractArchiveOptions().build()); wc("ROOT/out/member").bytes',
    `${BYTES}`,
  ],
  ["strings of half a gibibyte of zeros", 'opened("sparse").extract_strings().len()', "1"],
  ["counts of half a gibibyte of zeros", 'opened("sparse").counts().byte_count', `${HALF_A_GIBIBYTE}`],
])("%s", (_, script, expected) => {
  const { output, message, peak } = run(script);
  expect({ output, message }).toEqual({ output: expected, message: "" });
  expect(peak - idle).toBeLessThan(BYTES);
});

test.each([
  ["awk_sum", 'awk_sum(2, " ", "ROOT/large")', `${(LINES / 100) * 4950}.0`],
  ["awk_count_unique", 'awk_count_unique(1, " ", "ROOT/large").ERROR', `${LINES / 100}`],
  ["awk_filter_range", `awk_filter_range(${LINES - 1}, ${LINES}, "ROOT/large").len()`, "2"],
  ["awk_filter", 'awk_filter("ERROR", "ROOT/large").len()', `${LINES / 100}`],
])("%s makes a string of each line, one after the other", (_, script, expected) => {
  const { output, message } = run(script);
  expect({ output, message }).toEqual({ output: expected, message: "" });
});

test.each([
  ["all of its text", 'opened("large").read().len()', "limit fileBytes exceeded"],
  ["cat", 'cat("ROOT/large").len()', "limit fileBytes exceeded"],
  ["sed", 'sed("INFO", "x", "ROOT/large").len()', "limit fileBytes exceeded"],
  ["all of its lines", 'tail([tail::from(1)], "ROOT/large").len()', "limit fileBytes exceeded"],
  ["a line as long as the file", 'grep("x", "ROOT/sparse").len()', "limit fileBytes exceeded"],
])("%s is too much for a script, and the limit says so", (_, script, expected) => {
  expect(run(script).message).toContain(expected);
});

test("the fixtures are what they claim", () => {
  expect(statSync(join(root, "large")).size).toBe(BYTES);
});
