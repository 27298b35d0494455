import { afterAll, afterEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { mount, NO_MOUNTS, unmountAny } from "../../../test/sdk/mounts.ts";
import { unprivileged } from "../../platform/bun-testing.ts";
import { close, closing, type Fd, openDirectoryFollowing } from "../../platform/file.ts";
import { BundleError } from "../errors.ts";
import { inDays, NOW, RecordingTransport, rejectionOf, TestRepository, testKey } from "../testing.ts";
import { TufClient } from "../tuf/client.ts";
import { PROFILES } from "../tuf/profile.ts";
import { BUILT } from "../tuf/testing.ts";
import type { Saved, Trust } from "../tuf/trust.ts";
import { openBundleDirectory } from "./directory.ts";
import { DEATHS, dyingAt, temporaryDirectory } from "./testing.ts";
import { type LoadedTrust, TrustStore } from "./trust-store.ts";

const base = temporaryDirectory();
afterAll(() => rmSync(base, { recursive: true }));
let made = 0;

/** A state directory of its own: an empty one, or a copy. */
function directory(from?: string): string {
  const path = join(base, String(made++));
  mkdirSync(path);
  if (from !== undefined) cpSync(from, path, { recursive: true });
  return path;
}

type Files = ReadonlyMap<string, Uint8Array>;

const opened: Fd[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) close(fd);
});

/** What a new process finds in the state directory. */
function open(path: string, root: Uint8Array): LoadedTrust & { readonly store: TrustStore } {
  const fd = closing(openDirectoryFollowing(path), openBundleDirectory);
  opened.push(fd);
  const store = new TrustStore(fd, root, { profile: PROFILES.remit, earliest: BUILT });
  return { store, ...store.load() };
}

/** Polls in a new process; gives the code of what went wrong, and all that was kept on the way. */
async function poll(path: string, files: Files, root: Uint8Array) {
  const { store, trust } = open(path, root);
  const kept: Saved[] = [];
  const save = async (saved: Saved) => {
    await store.save(saved);
    kept.push(saved);
  };
  try {
    await new TufClient({
      transport: new RecordingTransport(files),
      trust,
      save,
      clock: () => NOW,
    }).refresh();
    return { code: "", kept };
  } catch (error) {
    if (error instanceof BundleError) return { code: error.code, kept };
    throw error;
  }
}

const versionsOf = (trust: Trust): string =>
  [trust.root, trust.timestamp, trust.snapshot, trust.targets]
    .map((metadata) => metadata?.signed.version ?? 0)
    .join(" ");

/**
 * A device that trusts versions 2 of all but the root, in both generations of its state, and what it keeps on the way to
 * versions 3; with `role`, whose key is another one by then.
 */
async function world(role?: string) {
  const repository = new TestRepository();
  const root = repository.bytesOf("root");
  const [first, seen, updated] = [new Map(repository.files), directory(), directory()];
  repository.timestamp["x-issued"] = inDays(-1);
  repository.publishAll();
  const second = new Map(repository.files);
  await poll(seen, second, root);
  if (role !== undefined) repository.setKeys(role, [testKey()]);
  repository.publish("root");
  repository.publishAll();
  cpSync(seen, updated, { recursive: true });
  const { kept } = await poll(updated, repository.files, root);
  return { root, first, second, third: repository.files, seen, updated, kept };
}

const [plain, rotated] = [await world(), await world("timestamp")];
const { root } = plain;

test("what is trusted is loaded again, and verified", () => {
  const found = [directory(), plain.seen, plain.updated].map((path) => {
    const { origin, trust } = open(path, root);
    return `${origin} ${versionsOf(trust)}`;
  });
  expect(found).toEqual(["provisioned 1 0 0 0", "saved 1 2 2 2", "saved 2 3 3 3"]);
});

test("a poll that brings nothing writes nothing", async () => {
  const path = directory(plain.updated);
  const inodes = () =>
    readdirSync(join(path, "bundle")).map((name) => statSync(join(path, "bundle", name)).ino);
  const before = inodes();
  expect((await poll(path, plain.third, root)).code).toBe("");
  expect(inodes()).toEqual(before);
});

test("what nothing may fall below is written only when it rises", async () => {
  const path = directory(plain.updated);
  const marks = () =>
    ["hwm.0.json", "hwm.1.json"].map((name) => statSync(join(path, "bundle", name), { bigint: true }).ino);
  const before = marks();
  const { store, trust } = open(path, root);
  await store.save(trust.saved);
  expect(marks()).toEqual(before);
  const highWater = { ...trust.highWater, timestamp: 9 };
  await store.save({ ...trust.saved, highWater });
  expect(marks()).not.toEqual(before);
  expect(open(path, root).trust.highWater).toEqual(highWater);
});

/** How many calls change the disk while all of `kept` is kept, and what is found when the process dies at one of them. */
function keepUntil(
  at: number,
  death: (typeof DEATHS)[number],
  path: string,
  { root, kept }: typeof plain,
): Promise<number> {
  return dyingAt(at, death, async () => {
    try {
      const { store } = open(path, root);
      for (const saved of kept) await store.save(saved);
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
    }
  });
}

const pointsOf = (one: typeof plain): Promise<number> =>
  keepUntil(Number.POSITIVE_INFINITY, "after", directory(one.seen), one);

describe.each([
  ["plainly", plain, await pointsOf(plain)],
  ["to another key of timestamps", rotated, await pointsOf(rotated)],
] as const)("a process that dies on the way to a new version, %s", (_, one, points) => {
  const cases = DEATHS.flatMap((death) => Array.from({ length: points }, (_, at) => [death, at] as const));
  /** What is trusted after each step. */
  const steps = [
    "1 2 2 2",
    ...one.kept.map(({ roots, timestamp, snapshot, targets }) => {
      const texts = [roots.at(-1), timestamp, snapshot, targets.get("targets")];
      return texts
        .map((bytes) => (bytes === undefined ? 0 : JSON.parse(Buffer.from(bytes).toString()).signed.version))
        .join(" ");
    }),
  ];

  test("there are points at which it can", () => {
    expect(points).toBeGreaterThan(2 * one.kept.length);
    expect(steps.at(-1)).toBe("2 3 3 3");
  });

  test.each(cases)("%s call %d", async (death, at) => {
    const path = directory(one.seen);
    await keepUntil(at, death, path, one);
    const { origin, trust } = open(path, one.root);
    // The last good one or a new one: never neither, never an older one.
    expect(["saved", "recovered"]).toContain(origin);
    expect(steps).toContain(versionsOf(trust));
    expect((await poll(directory(path), one.first, one.root)).code).toMatch(/^(rollback|bad_signature)$/);
    expect((await poll(path, one.third, one.root)).code).toBe("");
    expect(versionsOf(open(path, one.root).trust)).toBe("2 3 3 3");
    expect(readdirSync(join(path, "bundle")).sort()).toEqual([
      "hwm.0.json",
      "hwm.1.json",
      "state.0.json",
      "state.1.json",
    ]);
  });
});

const FILES = ["state.0.json", "state.1.json", "hwm.0.json", "hwm.1.json"] as const;
const DAMAGES: { readonly [how: string]: (path: string) => void } = {
  removed: (path) => rmSync(path),
  emptied: (path) => truncateSync(path, 0),
  "cut in two": (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  overwritten: (path) => writeFileSync(path, Buffer.alloc(1000, 0xff)),
};
/** All sets of one or more files. */
const SETS = Array.from({ length: 2 ** FILES.length - 1 }, (_, index) =>
  FILES.filter((_, bit) => ((index + 1) >> bit) & 1),
);

describe.each(Object.entries(DAMAGES))("files that were %s", (how, damage) => {
  test.each(SETS.map((files) => [files.join(", "), files] as const))("%s", async (_, files) => {
    const path = directory(plain.updated);
    for (const name of files) damage(join(path, "bundle", name));
    const { origin } = open(path, root);
    const isAll = files.length === FILES.length;
    if (isAll && how === "removed") expect(origin).toBe("provisioned");
    else if (isAll) expect(origin).toBe("lost");
    // Without anything left nobody can tell.
    if (!isAll) expect((await poll(directory(path), plain.second, root)).code).toBe("rollback");
    expect((await poll(path, plain.third, root)).code).toBe("");
    expect(versionsOf(open(path, root).trust)).toBe("2 3 3 3");
  });
});

test("a state that is older than what was trusted is not used, and the loss is told", async () => {
  const path = directory(plain.updated);
  for (const name of FILES.slice(0, 2)) cpSync(join(plain.seen, "bundle", name), join(path, "bundle", name));
  const { origin, trust } = open(path, root);
  expect([origin, versionsOf(trust)]).toEqual(["lost", "1 0 0 0"]);
  expect((await poll(path, plain.second, root)).code).toBe("rollback");
});

test("a time that was signed outlasts the state", () => {
  const path = directory(plain.updated);
  for (const name of FILES.slice(0, 2)) rmSync(join(path, "bundle", name));
  expect(open(path, root).trust.highWater.time).toEqual(new Date(inDays(-1)));
});

describe("a state that somebody made", () => {
  /** Writes what `change` makes of a state, with a hash that is right. */
  async function forged(change: (saved: Saved) => Saved): Promise<LoadedTrust> {
    const path = directory();
    const { store, trust } = open(plain.updated, root);
    expect(versionsOf(trust)).toBe("2 3 3 3");
    const other = open(path, root);
    expect(store).not.toBe(other.store);
    await other.store.save(change(trust.saved));
    return open(path, root);
  }
  const other = new TestRepository();

  test("is used as far as its signatures go", async () => {
    expect(versionsOf((await forged((saved) => saved)).trust)).toBe("2 3 3 3");
    const timestamp = await forged((saved) => ({ ...saved, timestamp: other.bytesOf("timestamp") }));
    expect(versionsOf(timestamp.trust)).toBe("2 0 3 3");
    const snapshot = await forged((saved) => ({ ...saved, snapshot: Buffer.from("{}") }));
    expect(versionsOf(snapshot.trust)).toBe("2 3 0 3");
  });

  test("with roots that do not follow from the provisioned one is none", async () => {
    const roots = [root, other.bytesOf("root")];
    expect(await forged((saved) => ({ ...saved, roots }))).toMatchObject({ origin: "lost" });
    expect(await forged((saved) => ({ ...saved, roots: [other.bytesOf("root")] }))).toMatchObject({
      origin: "lost",
    });
  });
});

describe("another provisioned root", () => {
  test("that the device trusts already takes nothing away", async () => {
    const path = directory(plain.updated);
    const second = plain.third.get("metadata/2.root.json") ?? new Uint8Array();
    const { origin, trust } = open(path, second);
    expect([origin, versionsOf(trust)]).toEqual(["saved", "2 3 3 3"]);
    expect((await poll(path, plain.second, second)).code).toBe("rollback");
  });

  test("that is later than all that the device knows is the next one", async () => {
    const path = directory(plain.seen);
    const second = plain.third.get("metadata/2.root.json") ?? new Uint8Array();
    const { origin, trust } = open(path, second);
    expect([origin, versionsOf(trust)]).toEqual(["saved", "2 2 2 2"]);
    expect((await poll(path, plain.first, second)).code).toBe("rollback");
    expect((await poll(path, plain.third, second)).code).toBe("");
  });

  test("of another repository begins anew", async () => {
    const path = directory(plain.updated);
    const repository = new TestRepository();
    const { origin, trust } = open(path, repository.bytesOf("root"));
    expect([origin, versionsOf(trust)]).toEqual(["provisioned", "1 0 0 0"]);
    expect((await poll(path, repository.files, repository.bytesOf("root"))).code).toBe("");
    expect(open(path, repository.bytesOf("root")).origin).toBe("saved");
  });
});

describe("a disk that takes nothing", () => {
  test("because the directory is not ours to write", async () => {
    const path = directory(plain.seen);
    chmodSync(join(path, "bundle"), 0o500);
    const { store } = open(path, root);
    const [saved = open(plain.updated, root).trust.saved] = plain.kept;
    // What it is refused for is asked before anything is waited for.
    expect(await rejectionOf(unprivileged(() => store.save(saved)))).toBe("state_unavailable");
    expect(versionsOf(open(path, root).trust)).toBe("1 2 2 2");
    chmodSync(join(path, "bundle"), 0o700);
    expect(await rejectionOf(store.save(saved))).toBe("");
    expect(versionsOf(open(path, root).trust)).toBe("2 2 2 2");
  });

  test.skipIf(NO_MOUNTS !== "")(`that is full${NO_MOUNTS}`, async () => {
    const path = directory();
    mount(path);
    try {
      expect((await poll(path, plain.second, root)).code).toBe("");
      const filler = join(path, "filler");
      writeFileSync(filler, "");
      fillUp(filler);
      expect((await poll(path, plain.third, root)).code).toBe("state_unavailable");
      rmSync(filler);
      expect(versionsOf(open(path, root).trust)).toBe("1 2 2 2");
      expect((await poll(path, plain.third, root)).code).toBe("");
      expect(versionsOf(open(path, root).trust)).toBe("2 3 3 3");
    } finally {
      for (const fd of opened.splice(0)) close(fd);
      unmountAny(path);
    }
  });
});

/** Writes to a file until its disk has no more room. */
function fillUp(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(1024), { flag: "a" });
  } catch {
    // It is full.
  }
}
