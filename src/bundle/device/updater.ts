import type { CheckAnswer } from "../content/candidate.ts";
import { BundleError } from "../errors.ts";
import type { BundleStore } from "../store/bundle-store.ts";
import type { ProofStore } from "../store/proof-store.ts";
import type { RefreshWarning, TufClient } from "../tuf/client.ts";
import type { Target } from "../tuf/target.ts";
import type { Trust } from "../tuf/trust.ts";

/** A bundle that can be used here. */
export type Accepted = Extract<CheckAnswer, { ok: true }>;

/** What an update takes beyond the repository. */
export interface UpdaterHost {
  /** Looks at a bundle that is kept, in another process, which ends with it. */
  check(sha256: string): Promise<CheckAnswer>;
  /** Makes ready that what is in the bundle will hold, so that nobody waits for it then. */
  prepare(sha256: string): Promise<void>;
  /** From the next operation on, what is in the bundle holds. When it throws, what was in force is. */
  enforce(bundle: Accepted): void;
}

/** What happens in an update. */
export type Step =
  | { readonly type: "refreshed"; readonly changed: boolean; readonly warnings: readonly RefreshWarning[] }
  | { readonly type: "downloaded"; readonly sha256: string; readonly bytes: number }
  | { readonly type: "activated"; readonly bundle: Accepted; readonly bytes: number }
  /** What the repository has is in force already. */
  | { readonly type: "current" }
  /** The same bytes are not tried again. */
  | { readonly type: "rejected"; readonly sha256: string; readonly code: string; readonly why: string };

export interface UpdaterOptions {
  /** What this device takes: `fleet/channel.tar.gz`. */
  readonly target: string;
  readonly trust: Trust;
  /** Of this program: what another one refused is tried again. */
  readonly version: string;
  readonly bundles: BundleStore;
  readonly proofs: ProofStore;
  readonly host: UpdaterHost;
  readonly onStep: (step: Step) => void;
}

/**
 * Brings the bundle of this device up to date: what is verified is kept, checked, and only then in force. Whatever fails on
 * the way leaves the one before in force.
 */
export class Updater {
  /** What is in force in this process, and bytes of its archive. */
  private inForce: { readonly bundle: Accepted; readonly bytes: number } | undefined;

  constructor(private readonly options: UpdaterOptions) {}

  /** @param client of the repository, or of a pack of it @throws {BundleError} */
  async update(client: TufClient): Promise<void> {
    const { bundles, onStep, target: path, version } = this.options;
    const { changed, warnings } = await client.refresh();
    onStep({ type: "refreshed", changed, warnings });
    const target = await client.find(path);
    const { sha256 = "" } = target.hashes;
    if (sha256 === this.inForce?.bundle.sha256) return onStep({ type: "current" });
    const before = bundles.rejection(sha256, version);
    if (before !== undefined) return onStep({ type: "rejected", sha256, code: before.code, why: before.why });
    const content = bundles.read(sha256) ?? (await this.download(client, target));
    await this.activate(sha256, content.length);
  }

  /**
   * The bundle that was in force before this process began, if it is still what the central team signed and can still be
   * used. An older one never takes its place.
   * @throws {BundleError} bundle_damaged, bundle_refused
   */
  async restore(): Promise<Accepted | undefined> {
    const { host, onStep } = this.options;
    const kept = await this.kept();
    if (kept === undefined) return undefined;
    const answer = await host.check(kept.sha256);
    if ("refused" in answer) throw new BundleError("bundle_refused", answer.refused.message);
    this.inForce = { bundle: answer, bytes: kept.bytes };
    onStep({ type: "activated", ...this.inForce });
    return answer;
  }

  /**
   * Keeps twice which bundle is in force, and why, where a crash or a damaged file left it once.
   * @throws {BundleError} state_unavailable
   */
  async settle(): Promise<void> {
    const { bundles, proofs } = this.options;
    const { sha256 } = this.inForce?.bundle ?? {};
    if (sha256 === undefined) return;
    if (bundles.active !== sha256) await bundles.activate(sha256);
    await bundles.settle();
    await proofs.settle();
  }

  get hasBundle(): boolean {
    return this.inForce !== undefined;
  }

  /** Puts the bundle in force again that was, if one was. */
  enforceAgain(): void {
    if (this.inForce !== undefined) this.options.host.enforce(this.inForce.bundle);
  }

  /** The bundle on the disk that was accepted last. @throws {BundleError} bundle_damaged */
  private async kept(): Promise<{ readonly sha256: string; readonly bytes: number } | undefined> {
    const { bundles, proofs, target } = this.options;
    const { active = proofs.newest } = bundles;
    // A proof is kept before its bundle is in force: where that is all that is left, it is of nothing older.
    for (const sha256 of new Set([active, proofs.newest])) {
      const content = sha256 === undefined ? undefined : bundles.read(sha256);
      if (sha256 === undefined || content === undefined || !(await proofs.prove(sha256, target))) continue;
      return { sha256, bytes: content.length };
    }
    if (active !== undefined) {
      throw new BundleError("bundle_damaged", `bundle ${active} is no longer what was signed`);
    }
    if (!bundles.isDamaged && !proofs.isDamaged) return undefined;
    throw new BundleError("bundle_damaged", "the files that say which bundle was in force are damaged");
  }

  private async download(client: TufClient, target: Target): Promise<Uint8Array> {
    const content = await client.download(target);
    const sha256 = await this.options.bundles.put(content);
    this.options.onStep({ type: "downloaded", sha256, bytes: content.length });
    return content;
  }

  /** On the disk first: a process that is killed in between goes on with the new one. */
  private async activate(sha256: string, bytes: number): Promise<void> {
    const { bundles, host, onStep, proofs, target, trust, version } = this.options;
    const answer = await host.check(sha256);
    if ("refused" in answer) {
      const { code, message: why } = answer.refused;
      await bundles.reject(sha256, { code, why, by: version });
      return onStep({ type: "rejected", sha256, code, why });
    }
    if (proofs.newest !== sha256 || !(await proofs.prove(sha256, target)))
      await proofs.keep(sha256, trust.saved);
    await bundles.activate(sha256);
    // Before anything is decided by it: from then on an older one must not take its place, whatever happens to a file.
    await bundles.settle();
    await proofs.settle();
    // What stops everything waits for nothing.
    if (answer.kill === undefined) await host.prepare(sha256);
    host.enforce(answer);
    this.inForce = { bundle: answer, bytes };
    onStep({ type: "activated", ...this.inForce });
  }
}
