import { afterAll, describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type { Value } from "rhai-wasm";
import { testRun } from "../../testing.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  directoryAt,
  expectDirectory,
  failure,
  run,
  scratch,
  under,
  warnings,
} from "./testing.ts";

const root = `${scratch(afterAll)}/t`;
mkdirSync(`${root}/big/inner`, { recursive: true });
mkdirSync(`${root}/small`);
writeFileSync(`${root}/top`, "x".repeat(10));
writeFileSync(`${root}/big/file`, "x".repeat(1000));
writeFileSync(`${root}/big/inner/file`, "x".repeat(500));
linkSync(`${root}/big/file`, `${root}/small/same`);
symlinkSync("top", `${root}/link`);

/** `path bytes inodes` of each entry, paths seen from the root; bytes of directories themselves are left out. */
function usage(values: Record<string, Value> = {}, state = testRun()): string[] {
  const result = under(
    state,
    "disk_usage",
    directoryAt(root),
    built("DiskUsageOptions", { apparent_size: true, ...values }),
  );
  const entries = run("entries", result);
  if (!Array.isArray(entries)) throw new Error("no entries");
  return entries.map((entry) => {
    const path = String(run("path", entry));
    const inodes = run("inode_count", entry) as bigint;
    return `${path.slice(root.length) || "/"} ${bytesIn(path, run("size_bytes", entry) as bigint)} ${inodes}`;
  });
}

const DIRECTORIES = ["", "/big", "/big/inner", "/small"];
const bytesIn = (path: string, bytes: bigint): bigint => {
  const inside = DIRECTORIES.map((name) => root + name).filter((name) => `${name}/`.startsWith(`${path}/`));
  return bytes - inside.reduce((sum, name) => sum + BigInt(statSync(name).size), 0n);
};

describe("disk_usage", () => {
  test("counts directories after what is in them, a file of two names once", () => {
    const entries = usage();
    expect(entries.at(-1)).toBe("/ 1510 7");
    expect(entries).toContain("/big/inner 500 2");
    expect(entries.indexOf("/big/inner 500 2")).toBeLessThan(
      entries.findIndex((entry) => entry.startsWith("/big ")),
    );
    const twice = usage({ count_hard_links: true });
    expect(twice).toEqual(expect.arrayContaining(["/big 1500 4", "/small 1000 2", "/ 2510 8"]));
  });

  test("shows files too, links with what they take themselves", () => {
    const entries = usage({ all_files: true, max_depth: 1n });
    expect(entries).toContain("/top 10 1");
    expect(entries).toContain("/link 3 1");
    expect(entries).not.toContain("/big/inner 500 2");
  });

  test("shows so many levels, or the sum alone", () => {
    expect(usage({ summarize: true })).toEqual(["/ 1510 7"]);
    expect(usage({ max_depth: 0n })).toEqual(["/ 1510 7"]);
    expect(usage({ max_depth: -1n })).toEqual([]);
    expect(usage({ one_file_system: true, summarize: true })).toEqual(["/ 1510 7"]);
    expect(failure("build", run("all_files", run("summarize", run("DiskUsageOptions"), true), true))).toBe(
      "Validation error: cannot both summarize and show all entries",
    );
  });

  test("counts blocks unless told otherwise", () => {
    const result = run("disk_usage", directoryAt(root), built("DiskUsageOptions", { summarize: true }));
    const [entry] = run("entries", result) as Value[];
    expect((run("size_bytes", entry as Value) as bigint) % 512n).toBe(0n);
    expect([...(run("to_map", entry as Value) as Map<string, Value>).keys()]).toEqual([
      "path",
      "size_bytes",
      "inode_count",
    ]);
  });

  test("keeps the largest directory below open", () => {
    const options = built("DiskUsageOptions", {
      track_largest_subdir: true,
      apparent_size: true,
      count_hard_links: true,
    });
    const result = run("disk_usage", directoryAt(root), options);
    expect(expectDirectory(run("largest_subdir_handle", result)).path).toBe(`${root}/big`);
    expect(
      run("largest_subdir_handle", run("disk_usage", directoryAt(root), built("DiskUsageOptions"))),
    ).toBe(null);
  });

  test("needs to stat the root", () => {
    expect(denial(allBut(`stat ${root}`), "disk_usage", directoryAt(root), built("DiskUsageOptions"))).toBe(
      denied("stat", "Dir", root),
    );
  });

  test("leaves out what is denied, with a warning", () => {
    const state = testRun(allBut(`stat ${root}/top`, `open ${root}/big`, `stat ${root}/small`));
    expect(usage({}, state)).toEqual([`/ ${-sizeOf("/big") - sizeOf("/big/inner") - sizeOf("/small")} 1`]);
    expect(warnings(state)).toContain(`du: cannot access 'top': ${denied("stat", "File", `${root}/top`)}`);
    expect(warnings(state)).toContain(
      `du: cannot access '${root}/small': ${denied("stat", "Dir", `${root}/small`)}`,
    );
    const blind = testRun(allBut(`read ${root}`));
    usage({}, blind);
    expect(asked(blind)).toEqual([`stat Dir::${root}`, `read Dir::${root}`]);
  });
});

const sizeOf = (name: string): number => statSync(root + name).size;
