/** Bundles in a state directory, for tests of the agent. */
import { readFileSync } from "node:fs";
import { type Files, writeArchive } from "../../src/bundle/archive/index.ts";
import { METADATA } from "../../src/bundle/content/testing.ts";
import { BundleStore, openBundleDirectory } from "../../src/bundle/index.ts";
import { close } from "../../src/platform/file.ts";
import { openStateDirectory } from "../../src/platform/state-directory.ts";
import { pointToBundle } from "../../src/runner/active-policy.ts";
import { Control } from "../../src/runner/control.ts";

/** The files of a bundle; what is no text becomes JSON. */
export function bundleOf(texts: { readonly [path: string]: unknown }, revision = METADATA.revision): Files {
  const all = { "metadata.json": { ...METADATA, revision }, ...texts };
  return new Map(
    Object.entries(all).map(([path, content]) => [
      path,
      Buffer.from(typeof content === "string" ? content : JSON.stringify(content)),
    ]),
  );
}

/** Keeps a bundle in the state directory `state`, and makes it the policy in force; returns its SHA-256. */
export async function putInForce(state: string, files: Files): Promise<string> {
  const directory = openStateDirectory(state);
  const folder = openBundleDirectory(directory);
  const store = new BundleStore(folder);
  const sha256 = await store.put(writeArchive(files));
  await store.activate(sha256);
  pointToBundle(directory, sha256);
  const control = new Control(directory);
  control.nextEpoch();
  control.close();
  close(folder);
  close(directory);
  return sha256;
}

/** Where the content of a kept bundle is. */
export const keptPath = (state: string, sha256: string): string => `${state}/bundle/${sha256}.bundle`;

export const keptBytes = (state: string, sha256: string): Buffer => readFileSync(keptPath(state, sha256));
