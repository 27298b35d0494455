import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { close, closing, type Fd, openDirectoryFollowing } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { codeOf, rejectionOf } from "../testing.ts";
import { BundleStore } from "./bundle-store.ts";
import { openBundleDirectory } from "./directory.ts";
import { DEATHS, dyingAt, temporaryDirectory } from "./testing.ts";

const base = temporaryDirectory();
afterAll(() => rmSync(base, { recursive: true }));
let made = 0;
const opened: Fd[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) close(fd);
});

/** A state directory of its own, and what a new process finds in it. */
function fresh() {
  const path = join(base, String(made++));
  mkdirSync(path);
  const open = () => {
    const fd = closing(openDirectoryFollowing(path), openBundleDirectory);
    opened.push(fd);
    return new BundleStore(fd);
  };
  const files = () =>
    readdirSync(join(path, "bundle"))
      .filter((name) => !name.endsWith(".json"))
      .sort();
  return { path, open, files, at: (hash: string) => join(path, "bundle", `${hash}.bundle`) };
}
const VERSION = "0.1.0";
const because = (why: string) => ({ code: "policy_syntax", why, by: VERSION });
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const [a, b, c, d] = ["a", "b", "c", "d"].map(hashOf) as [string, string, string, string];
const put = (store: BundleStore, text: string): Promise<string> => store.put(Buffer.from(text));
const textOf = (store: BundleStore, hash: string): string | undefined => {
  const content = store.read(hash);
  return content && Buffer.from(content).toString();
};

test("a bundle is kept under its hash, and in force only when it is activated", async () => {
  const { open, at } = fresh();
  expect(open().active).toBeUndefined();
  expect(await put(open(), "a")).toBe(a);
  expect([textOf(open(), a), open().active]).toEqual(["a", undefined]);
  await open().activate(a);
  expect([open().active, open().previous]).toEqual([a, undefined]);
  expect(statSync(at(a)).mode & 0o777).toBe(0o600);
});

test("the one before stays until there is another success", async () => {
  const { open, files } = fresh();
  const store = open();
  for (const text of ["a", "b"]) await store.activate(await put(store, text));
  await put(store, "c");
  expect(files()).toEqual([a, b, c].sort().map((hash) => `${hash}.bundle`));
  expect([open().active, open().previous]).toEqual([b, a]);
  await open().activate(c);
  expect(files()).toEqual([b, c].sort().map((hash) => `${hash}.bundle`));
  await open().activate(c);
  expect([open().active, open().previous]).toEqual([c, b]);
  await open().activate(b);
  expect([open().active, open().previous]).toEqual([b, c]);
});

test("what is not kept cannot be in force", async () => {
  const { open } = fresh();
  expect(await rejectionOf(open().activate(a))).toBe("state_unavailable");
  expect(open().active).toBeUndefined();
});

describe("a bundle that was damaged", () => {
  test.each<[string, (path: string) => void]>([
    ["empty", (path) => truncateSync(path, 0)],
    ["another one", (path) => writeFileSync(path, "x")],
    ["too large", (path) => truncateSync(path, LIMITS.bundleBytes + 1)],
  ])("%s is none, and can be put again", async (_, damage) => {
    const { open, at } = fresh();
    await open().activate(await put(open(), "a"));
    damage(at(a));
    expect([open().read(a), open().active]).toEqual([undefined, a]);
    await put(open(), "a");
    expect(textOf(open(), a)).toBe("a");
  });

  test("a link is not followed", async () => {
    const { path, open, at } = fresh();
    open();
    writeFileSync(join(path, "elsewhere"), "a");
    symlinkSync(join(path, "elsewhere"), at(a));
    expect(codeOf(() => open().read(a))).toBe("state_unavailable");
  });
});

describe("a bundle that was refused", () => {
  test("is remembered, with the reason, and removed", async () => {
    const { open, files } = fresh();
    await open().activate(await put(open(), "a"));
    await put(open(), "b");
    await open().reject(b, because("policy_syntax"));
    expect([open().rejection(b, VERSION)?.why, open().rejection(a, VERSION), open().active]).toEqual([
      "policy_syntax",
      undefined,
      a,
    ]);
    expect(files()).toEqual([`${a}.bundle`]);
    await open().reject(b, because("another reason"));
    expect(open().rejection(b, VERSION)).toMatchObject(because("another reason"));
    // What is too new for one program is not for the next one.
    expect(open().rejection(b, "0.2.0")).toBeUndefined();
  });

  test("keeps its file while it is the active one or the one before", async () => {
    const { open } = fresh();
    for (const text of ["a", "b"]) await open().activate(await put(open(), text));
    for (const hash of [a, b]) await open().reject(hash, because("why"));
    expect([textOf(open(), a), textOf(open(), b)]).toEqual(["a", "b"]);
  });

  test("makes room for later ones", async () => {
    const { open } = fresh();
    const store = open();
    const hashes = Array.from({ length: LIMITS.rejectedBundles + 1 }, (_, index) => hashOf(`${index}`));
    for (const hash of hashes) await store.reject(hash, because("why"));
    expect(hashes.map((hash) => open().rejection(hash, VERSION) !== undefined)).toEqual([
      false,
      ...hashes.slice(1).map(() => true),
    ]);
  });
});

const change = async (open: () => BundleStore) => {
  const store = open();
  await store.activate(await put(store, "c"));
  await store.reject(d, because("why"));
};
const before = async () => {
  const world = fresh();
  for (const text of ["a", "b"]) await world.open().activate(await put(world.open(), text));
  return world;
};
const points = await dyingAt(Number.POSITIVE_INFINITY, "after", async () => change((await before()).open));
// Counted from after what `before` does.
const own = await dyingAt(Number.POSITIVE_INFINITY, "after", before);

describe("a process that dies on the way to another bundle", () => {
  const cases = DEATHS.flatMap((death) =>
    Array.from({ length: points - own }, (_, at) => [death, at] as const),
  );

  test.each(cases)("%s call %d", async (death, at) => {
    const { open, files } = await before();
    await dyingAt(at, death, () => rejectionOf(change(open)));
    const { active = "", previous = "" } = open();
    // The last good one or the new one, whole, and the one before it.
    expect([`${b} ${a}`, `${c} ${b}`]).toContain(`${active} ${previous}`);
    if (active === b) expect([textOf(open(), b), textOf(open(), a)]).toEqual(["b", "a"]);
    else expect([textOf(open(), c), textOf(open(), b)]).toEqual(["c", "b"]);
    await change(open);
    expect([open().active, open().rejection(d, VERSION)?.why]).toEqual([c, "why"]);
    expect(files().filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
