/** Keeps what a device trusts, step by step, and kills itself at one of the calls that change the disk. */
import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import {
  BundleStore,
  openBundleDirectory,
  PROFILES,
  type Saved,
  TrustStore,
} from "../../src/bundle/index.ts";
import { dyingAt } from "../../src/bundle/store/testing.ts";
import { closing, openDirectoryFollowing } from "../../src/platform/file.ts";

/** What it is to do, as `node:v8` writes it. */
export interface Work {
  readonly state: string;
  readonly root: Uint8Array;
  readonly kept: readonly Saved[];
  readonly bundle: Uint8Array;
}

/** The whole way of an update: trust role by role, then the bundle, then that it is in force. */
export async function keepAll({ state, root, kept, bundle }: Work): Promise<void> {
  const directory = closing(openDirectoryFollowing(state), openBundleDirectory);
  const store = new TrustStore(directory, root, { profile: PROFILES.remit, earliest: new Date(0) });
  store.load();
  for (const saved of kept) await store.save(saved);
  const bundles = new BundleStore(directory);
  await bundles.activate(await bundles.put(bundle));
}

if (import.meta.main) {
  const [, , file = "", at = ""] = process.argv;
  const work: Work = deserialize(readFileSync(file));
  await dyingAt(
    Number(at),
    "after",
    () => keepAll(work),
    () => process.kill(process.pid, "SIGKILL"),
  );
}
