/** A central team for tests: its keys, and a folder with its repository. */
import { createHash, type KeyObject } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Added, add, type BundleFacts } from "./add.ts";
import { Folder } from "./folder.ts";
import { initialize } from "./initialize.ts";
import { type NamedKey, namedKey } from "./named-key.ts";
import type { Release } from "./order.ts";
import { generateKey } from "./private-key.ts";
import { release } from "./release.ts";
import { type KeyChange, rotate } from "./rotate.ts";
import { DEFAULT_PERIODS, type Settings } from "./settings.ts";
import { sign, signableIn } from "./sign.ts";
import { keySigner, type Signer } from "./signer.ts";
import { readState, type StagedType, type State } from "./state.ts";

export const NOW = new Date("2026-01-31T12:00:00Z");
export const later = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);

export const ROOT = ["alice", "bob", "carol"] as const;
export const TARGETS = ["dana", "eve", "finn"] as const;
export const ONLINE = "online";

export const CHANNEL = "fleet-a/prod";
export const facts = (revision: string, created = "2026-01-31T11:00:00Z"): BundleFacts => ({
  fleet: "fleet-a",
  channel: "prod",
  revision,
  cedar_version: "4.13",
  min_agent: "0.1.0",
  created,
});
/** Bytes that stand for a bundle. */
export const bundle = (revision: string): Uint8Array => Buffer.from(`bundle ${revision}`);

export class Team {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "remit-repository-")));
  private readonly keys = new Map<string, KeyObject>();

  privateKey(name: string): KeyObject {
    const known = this.keys.get(name) ?? generateKey(name === "bob" ? "ecdsa-p256" : "ed25519");
    this.keys.set(name, known);
    return known;
  }

  key(name: string): NamedKey {
    return namedKey(this.privateKey(name), name);
  }

  signer(name: string): Signer {
    return keySigner(this.privateKey(name), name);
  }

  use<T>(action: (folder: Folder) => T | Promise<T>): Promise<T> {
    return Folder.use(this.path, { alone: true }, action);
  }

  state(): Promise<State> {
    return this.use(readState);
  }

  init(settings: Partial<Settings> = {}, now = NOW) {
    const keys = (names: readonly string[], threshold: number) => ({
      keys: names.map((name) => this.key(name)),
      threshold,
    });
    const all = { root: keys(ROOT, 2), targets: keys(TARGETS, 2), online: keys([ONLINE], 1) };
    return this.use((folder) =>
      initialize(folder, all, { format: 1, expires: DEFAULT_PERIODS, ...settings }, now),
    );
  }

  add(revision: string, now = NOW, created?: string): Promise<Added> {
    return this.use((folder) => add(folder, bundle(revision), facts(revision, created), CHANNEL, now));
  }

  sign(type: StagedType, ...names: readonly string[]): Promise<void> {
    return this.use(async (folder) => {
      for (const name of names) {
        const signer = this.signer(name);
        for (const signable of signableIn(readState(folder), signer.key, type))
          await sign(folder, signable, signer);
      }
    });
  }

  rotate(change: Partial<KeyChange> & Pick<KeyChange, "group">, now = NOW) {
    return this.use((folder) => rotate(folder, { remove: [], add: [], ...change }, now));
  }

  release(now = NOW, ...names: readonly string[]): Promise<Release> {
    const signers = (names.length === 0 ? [ONLINE] : names).map((name) => this.signer(name));
    return this.use((folder) => release(folder, { signers, now }));
  }

  /** A repository with the bundle of one revision released. */
  async released(revision = "1", now = NOW): Promise<void> {
    await this.init({}, now);
    await this.add(revision, now);
    await this.sign("root", "alice", "bob");
    await this.sign("targets", "dana", "eve");
    await this.release(now);
  }

  /** All files below a folder of the repository, with the hashes of their content. */
  files(below: string): Readonly<Record<string, string>> {
    const names = readdirSync(join(this.path, below), { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      names
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(join(this.path, below).length + 1), hashOf(path)])
        .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** The code of the error with which `promise` is rejected, and its message. */
export const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );
