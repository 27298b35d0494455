/** What goes through trees lets go of every descriptor that it took, also where it is stopped. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { Thrown, type Value } from "rhai-wasm";
import { testRun } from "../../testing.ts";
import { DirEntry } from "../entry/entry.ts";
import { findEntries } from "./find.ts";
import { allBut, built, directoryAt, scratch, under } from "./testing.ts";

const root = scratch(afterAll);
mkdirSync(`${root}/t/a/b/c`, { recursive: true });
for (const name of ["x", "a/x", "a/b/x"]) writeFileSync(`${root}/t/${name}`, "");
symlinkSync("a", `${root}/t/link`);
symlinkSync("x", `${root}/t/file-link`);
symlinkSync("nowhere", `${root}/t/dangling`);

const open = (): number => readdirSync("/proc/self/fd").length;

/** Descriptors that `use` leaves open beside the directory's own. */
function left(
  use: (state: ReturnType<typeof testRun>, handle: ReturnType<typeof directoryAt>) => unknown,
): number {
  const before = open();
  const handle = directoryAt(`${root}/t`);
  try {
    use(testRun(allBut(`read ${root}/t/a/b`)), handle);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
  }
  handle.release();
  return open() - before;
}

const release = (entry: Value | undefined): null => {
  if (entry instanceof DirEntry) entry.release();
  return null;
};
const stop = (entry: Value | undefined): never => {
  release(entry);
  throw new Thrown("stop");
};

test.if(process.platform === "linux")("no descriptor is left", () => {
  const find = (values: Record<string, Value>, closure: (entry: Value | undefined) => Value) =>
    left((state, handle) => under(state, "find", handle, built("FindOptions", values), closure));
  expect(find({}, release)).toBe(0);
  expect(find({ follow_symlinks: true }, release)).toBe(0);
  expect(find({ follow_symlinks: true, min_depth: 2n }, release)).toBe(0);
  expect(find({ name: "x" }, stop)).toBe(0);
  expect(left((state, handle) => under(state, "disk_usage", handle, built("DiskUsageOptions")))).toBe(0);
  const chmod = built("ChmodDirOptions", { permissions: 0o755n, recursive: true });
  expect(left((state, handle) => under(state, "chmod", handle, chmod))).toBe(0);
  const chown = built("SetOwnershipOptions", { recursive: true });
  expect(left((state, handle) => under(state, "set_ownership", handle, chown))).toBe(0);
  const call = testRun();
  const asCall = { run: call, access: call.access, line: 1, warn: () => {} };
  expect(left((_state, handle) => findEntries(asCall, handle, { name: "*" }))).toBe(0);
  const listed = left((state, handle) => {
    const entries = under(state, "list_entries", handle);
    if (!(entries instanceof Map)) throw new Error("no map");
    for (const entry of entries.values()) {
      under(state, "metadata", entry);
      release(entry);
    }
  });
  expect(listed).toBe(0);
  const deletion = built("DeleteDirOptions", { recursive: true });
  expect(left((state, handle) => under(state, "delete", handle, deletion))).toBe(0);
});
