import type { Fd } from "../../platform/file.ts";
import { BundleError } from "../errors.ts";
import { readPack } from "../repository/pack.ts";
import { POLL } from "../schedule.ts";
import type { BundleStatus } from "../status.ts";
import { BundleStore } from "../store/bundle-store.ts";
import { openBundleDirectory } from "../store/directory.ts";
import { ProofStore } from "../store/proof-store.ts";
import { type TrustOrigin, TrustStore } from "../store/trust-store.ts";
import { MemoryTransport } from "../transport/memory.ts";
import type { Transport } from "../transport/transport.ts";
import { TufClient } from "../tuf/client.ts";
import { PROFILES } from "../tuf/profile.ts";
import type { Trust } from "../tuf/trust.ts";
import { Poller } from "./poller.ts";
import { Report } from "./report.ts";
import { ageOf, type Freshness, freshnessOf, type StalePolicy } from "./staleness.ts";
import { type Accepted, type Step, Updater, type UpdaterHost } from "./updater.ts";

/** What the owner of the host says of bundles. */
export interface DeviceSettings {
  /** The provisioned root, from which all trust comes. */
  readonly root: Uint8Array;
  readonly fleet: string;
  readonly channel: string;
  /** The repository; without one, bundles come in packs. */
  readonly transport?: Transport | undefined;
  readonly intervalMs: number;
  readonly stale: StalePolicy;
  /** When this program was made: it is not earlier. */
  readonly earliest: Date;
  /** Of this program. */
  readonly version: string;
}

/** What the agent does for its bundles. */
export interface DeviceHost extends UpdaterHost {
  /** The policies of the bundle have grown too old: takes what the owner wants instead, or tells that nothing changes. */
  enforceStale(action: StalePolicy["action"]): Promise<void>;
  /** Told of what is news for people. */
  notice(text: string): void;
  /** Told of the status whenever something happened. */
  report(status: BundleStatus): void;
}

export interface Clocks {
  readonly system: () => Date;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

const CLOCKS: Clocks = { system: () => new Date(), monotonicMs: () => performance.now() };

/** What is told of trust that is not as it was left. */
const LOST: { readonly [origin in TrustOrigin]?: string } = {
  lost: "trust_state_lost: what was trusted is gone, and trust begins anew with the provisioned root",
  recovered:
    "trust_state_recovered: a file of what was trusted is damaged, and the one before it took its place",
};

/** The bundles of a device: one is in force, and newer ones are asked for. */
export class Device {
  /** From where trust came at the start. */
  readonly origin: TrustOrigin;
  private readonly trust: Trust;
  private readonly trusted: TrustStore;
  private readonly updater: Updater;
  private readonly told: Report;
  private readonly poller: Poller;
  private readonly client: TufClient | undefined;
  private heardMs: number;
  private freshness: Freshness = "fresh";
  /** The repository's timestamp is not the one that is trusted, though it has its version. */
  private isOther = false;

  /** @param state the state directory, of which this process has the lock @throws {BundleError} */
  constructor(
    state: Fd,
    private readonly settings: DeviceSettings,
    private readonly host: DeviceHost,
    private readonly clocks: Clocks = CLOCKS,
  ) {
    const { channel, earliest, fleet, root, transport, version } = settings;
    const directory = openBundleDirectory(state);
    const options = { profile: PROFILES.remit, earliest };
    this.trusted = new TrustStore(directory, root, options);
    const { trust, origin } = this.trusted.load();
    this.trust = trust;
    this.origin = origin;
    this.told = new Report(`${fleet}/${channel}`, clocks.system);
    this.updater = new Updater({
      target: `${fleet}/${channel}.tar.gz`,
      trust,
      version,
      bundles: new BundleStore(directory),
      proofs: new ProofStore(directory, root, options),
      host,
      onStep: (step) => this.happened(step),
    });
    this.client = transport && this.clientOf(transport);
    this.poller = new Poller({
      poll: { ...POLL, intervalMs: settings.intervalMs },
      ask: () => this.ask(),
    });
    this.heardMs = clocks.monotonicMs();
  }

  /** The bundle that is to be in force before anything else happens; without one, everything is to be denied. */
  async restore(): Promise<Accepted | undefined> {
    const lost = LOST[this.origin];
    if (lost !== undefined) this.host.notice(lost);
    try {
      const restored = await this.updater.restore();
      // It holds all the same where that cannot be done.
      await this.attempt(() => this.updater.settle());
      return restored;
    } catch (error) {
      this.fail(expected(error));
      return undefined;
    }
  }

  /** Begins to ask: at once where there is no bundle, else soon. */
  async start(hasBundle: boolean): Promise<void> {
    await this.judgeAge();
    this.tell();
    this.poller.start(!hasBundle);
  }

  /** Asks now. What went wrong, if something did; also that the bundle that is there cannot be used. */
  async poll(): Promise<BundleError | undefined> {
    return (await this.poller.now()) ?? this.refusal();
  }

  /** Takes a bundle from a pack, with the checks that one from the repository gets. @throws {BundleError} */
  async import(pack: Uint8Array): Promise<void> {
    const client = this.clientOf(new MemoryTransport(readPack(pack)));
    const error = (await this.poller.between(() => this.update(client))) ?? this.refusal();
    if (error !== undefined) throw error;
  }

  status(): BundleStatus {
    return this.told.status(this.trust, this.age());
  }

  async stop(): Promise<void> {
    await this.poller.stop();
  }

  private refusal(): BundleError | undefined {
    const { refused } = this.told;
    return refused && new BundleError("bundle_refused", `${refused.code}: ${refused.message}`);
  }

  private clientOf(transport: Transport): TufClient {
    return new TufClient({
      transport,
      trust: this.trust,
      save: (saved) => this.trusted.save(saved),
      clock: this.clocks.system,
    });
  }

  private async ask(): Promise<BundleError | undefined> {
    if (this.client !== undefined) return this.update(this.client);
    await this.judgeAge();
    this.tell();
    return undefined;
  }

  private async update(client: TufClient): Promise<BundleError | undefined> {
    this.told.asked();
    try {
      await this.updater.update(client);
      return undefined;
    } catch (error) {
      return this.fail(expected(error));
    } finally {
      await this.judgeAge();
      this.tell();
    }
  }

  private happened(step: Step): void {
    const before = this.told.fault?.message;
    this.told.happened(step);
    if (step.type === "refreshed") {
      this.heardMs = this.clocks.monotonicMs();
      this.heard(step.warnings.includes("timestamp_differs"));
    }
    if (step.type === "activated") {
      this.host.notice(`bundle ${step.bundle.revision} is in force`);
      // Whatever took the place of the one before does so no more; how old the repository's word is, is judged anew.
      this.freshness = "fresh";
    }
    if (step.type === "rejected" && step.why !== before) {
      this.host.notice(`bundle ${step.sha256} is refused: ${step.code}: ${step.why}`);
    }
    this.tell();
  }

  /** Told of once: somebody has signed twice, be it by a mistake or with a stolen key. */
  private heard(isOther: boolean): void {
    if (isOther && !this.isOther) {
      const what = "timestamp_differs: the repository has another timestamp of the version that is trusted";
      this.host.notice(`bundles: ${what}; nothing of it was taken; tell the central team`);
    }
    this.isOther = isOther;
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.fail(expected(error));
    }
  }

  private fail(error: BundleError): BundleError {
    if (this.told.fault?.message !== error.message) {
      this.host.notice(`bundles: ${error.code}: ${error.message}`);
    }
    this.told.failed(error);
    return error;
  }

  private tell(): void {
    this.host.report(this.status());
  }

  private age(): number {
    const { timestamp, highWater } = this.trust;
    // Where nobody says when it was signed: it was before it expired.
    const issued =
      timestamp === undefined ? highWater.time : (timestamp.signed["x-issued"] ?? timestamp.signed.expires);
    const { system, monotonicMs } = this.clocks;
    const heard = { issuedMs: issued.getTime(), heardMs: this.heardMs };
    return ageOf(heard, { systemMs: system().getTime(), monotonicMs: monotonicMs() });
  }

  /** Does what the owner wants when the last word of the repository has become too old, or is new again. */
  private async judgeAge(): Promise<void> {
    const { stale } = this.settings;
    // Without a bundle everything is denied, however old that is.
    if (!this.updater.hasBundle) return;
    const age = this.age();
    const next = freshnessOf(age, stale);
    if (next === this.freshness) return;
    try {
      if (next === "stale") await this.host.enforceStale(stale.action);
      else if (this.freshness === "stale" && stale.action !== "keep") this.updater.enforceAgain();
    } catch (error) {
      // Nothing has changed; it is tried again with the next question.
      this.fail(expected(error));
      return;
    }
    this.freshness = next;
    const days = Math.floor(age / 86_400);
    if (next === "fresh") this.host.notice("bundles: the repository is heard of again");
    else this.host.notice(`bundles: the repository was last heard of ${days} days ago`);
  }
}

/** What nobody foresaw is no reason to stop the agent, but must not look like an answer. */
function expected(error: unknown): BundleError {
  if (error instanceof BundleError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new BundleError("state_unavailable", `what came of it cannot be used: ${why}`, { cause: error });
}
