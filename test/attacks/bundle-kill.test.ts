/** A device whose process is killed at every point of an update has the last bundle or the new one, and trust to match; row 90. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import {
  BundleStore,
  openBundleDirectory,
  PROFILES,
  type Saved,
  Trust,
  TrustStore,
  TufClient,
} from "../../src/bundle/index.ts";
import { dyingAt, temporaryDirectory } from "../../src/bundle/store/testing.ts";
import { NOW, RecordingTransport, TestRepository } from "../../src/bundle/testing.ts";
import { close, closing, openDirectoryFollowing } from "../../src/platform/file.ts";
import { keepAll, type Work } from "../support/dying-store.ts";

const base = temporaryDirectory();
afterAll(() => rmSync(base, { recursive: true }));

const repository = new TestRepository();
const root = repository.bytesOf("root");
const highWater = { root: 0, timestamp: 0, snapshot: 0, targets: 0, time: new Date(0) };
const OPTIONS = { profile: PROFILES.remit, earliest: new Date(0) };
const trust = new Trust(root, highWater, OPTIONS);

/** What a device keeps on the way to what the repository has. */
async function update(): Promise<readonly Saved[]> {
  const kept: Saved[] = [];
  const transport = new RecordingTransport(repository.files);
  const client = new TufClient({
    transport,
    trust,
    save: async (saved) => void kept.push(saved),
    clock: () => NOW,
  });
  await client.refresh();
  return kept;
}

const [first, second] = [Buffer.from("first"), Buffer.from("second")];
const before: Work = { state: mkdtempSync(join(base, "state-")), root, kept: await update(), bundle: first };
await keepAll(before);
repository.publish("root");
repository.publishAll();
const update2: Omit<Work, "state"> = { root, kept: await update(), bundle: second };

/** A copy of the device as it was before the update. */
function copy(): string {
  const state = mkdtempSync(join(base, "state-"));
  cpSync(before.state, state, { recursive: true });
  return state;
}

/** What a new process finds: the versions of root and timestamp, and the bundle in force. */
function found(state: string): string {
  const directory = closing(openDirectoryFollowing(state), openBundleDirectory);
  const loaded = new TrustStore(directory, root, OPTIONS).load();
  const bundles = new BundleStore(directory);
  const content = bundles.read(bundles.active ?? "");
  close(directory);
  const { root: last, timestamp } = loaded.trust;
  return `${last.signed.version} ${timestamp?.signed.version} ${content && Buffer.from(content)}`;
}

const points = await dyingAt(Number.POSITIVE_INFINITY, "after", () => keepAll({ ...update2, state: copy() }));

test("all of it is kept if nothing happens", async () => {
  const state = copy();
  expect(found(state)).toBe("1 1 first");
  await keepAll({ ...update2, state });
  expect(found(state)).toBe("2 2 second");
  expect(points).toBeGreaterThan(12);
});

describe("killed after call", () => {
  test.concurrent.each(Array.from({ length: points }, (_, at) => at))("%d", async (at) => {
    const state = copy();
    const file = join(base, `work-${at}`);
    writeFileSync(file, serialize({ ...update2, state }));
    const script = join(import.meta.dirname, "../support/dying-store.ts");
    const child = spawn(process.execPath, [script, file, String(at)], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const signal = await new Promise((resolve) => child.on("close", (_, by) => resolve(by)));
    expect(signal).toBe("SIGKILL");
    expect(found(state)).toMatch(/^(1 1 first|2 1 first|2 2 first|2 2 second)$/);
    await keepAll({ ...update2, state });
    expect(found(state)).toBe("2 2 second");
    expect(readdirSync(join(state, "bundle")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
