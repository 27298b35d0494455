import { LIMITS } from "../../platform/limits.ts";
import { BundleError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { expectFresh, hasContent } from "./checks.ts";
import type { Delegation } from "./delegations.ts";
import { isClockSuspect } from "./high-water.ts";
import { MAX_BYTES, type Metadata } from "./metadata.ts";
import type { MetadataType, MetaFile } from "./schema.ts";
import { searchTarget } from "./search.ts";
import { expectTarget, type Target, targetLocation } from "./target.ts";
import type { Saved, TimestampOutcome, Trust } from "./trust.ts";

export interface ClientOptions {
  readonly transport: Transport;
  readonly trust: Trust;
  /** Keeps what is trusted, so that it outlasts the process. */
  readonly save: (saved: Saved) => Promise<void>;
  /** The time of the system. */
  readonly clock?: () => Date;
}

/** What is wrong without being an error. */
export type RefreshWarning =
  /** The system's clock is before a time that was signed. */
  | "clock_suspect"
  /** The repository has two timestamps of one version. */
  | "timestamp_differs";

export interface Refreshed {
  /** Whether metadata is trusted that was not when an update came to its end before. */
  readonly changed: boolean;
  /** The time by which was judged what has expired. */
  readonly time: Date;
  readonly warnings: readonly RefreshWarning[];
}

/**
 * The client workflow of TUF (5), for one caller at a time. What is verified is trusted and kept at once, role by role: an
 * update that fails later goes on from there.
 */
export class TufClient {
  /** Of the timestamp that is trusted. */
  private etag: string | undefined;
  /** Whether the last of what is trusted was kept. */
  private kept = true;
  /** Whether something new was trusted since the last update that came to its end. */
  private changed = false;
  /** The fixed update start time (TUF 5.1), once the update was done. */
  private time: Date | undefined;

  constructor(private readonly options: ClientOptions) {}

  /**
   * Brings the metadata of the top roles up to date.
   * @throws {BundleError}
   */
  async refresh(): Promise<Refreshed> {
    const { trust, clock = () => new Date() } = this.options;
    const system = clock();
    this.time = undefined;
    if (!this.kept) await this.keep();
    await this.updateRoot();
    // Only now: a new root may set the floor back.
    const floor = trust.highWater.time;
    const time = system > floor ? system : floor;
    trust.expectRoot(time);
    const outcome = await this.updateTimestamp(time);
    await this.updateSnapshot(time);
    await this.targetsBy(trust.top, time);
    this.time = time;
    const warnings: RefreshWarning[] = [];
    if (isClockSuspect(system, trust.highWater)) warnings.push("clock_suspect");
    if (outcome === "different") warnings.push("timestamp_differs");
    const { changed } = this;
    this.changed = false;
    return { changed, time, warnings };
  }

  /**
   * Searches for a target in what {@link refresh} brought, and in the roles that it delegates to.
   * @throws {BundleError} also when there is none
   */
  async find(path: string): Promise<Target> {
    const { time } = this;
    if (time === undefined) throw new BundleError("expired", "the metadata was not brought up to date");
    const { trust } = this.options;
    const target = await searchTarget(path, trust.top, (delegation) => this.targetsBy(delegation, time));
    if (target === undefined) throw new BundleError("target_unknown", `the repository has no target ${path}`);
    return target;
  }

  /** The content of a target, verified. @throws {BundleError} */
  async download(target: Target): Promise<Uint8Array> {
    const { profile } = this.options.trust;
    if (target.length > LIMITS.bundleBytes) {
      const why = `target ${target.path} has ${target.length} bytes; at most ${LIMITS.bundleBytes} are taken`;
      throw new BundleError("too_large", why);
    }
    const bytes = await this.fetch(targetLocation(target, profile), target.length);
    expectTarget(target, bytes, profile);
    return bytes;
  }

  private async updateRoot(): Promise<void> {
    const { trust } = this.options;
    for (let step = 0; step < LIMITS.rootRotations; step++) {
      // TUF 5.3.3.
      const bytes = await this.fetchIfThere(
        `metadata/${trust.root.signed.version + 1}.root.json`,
        MAX_BYTES.root,
      );
      if (bytes === undefined) break;
      trust.acceptRoot(bytes);
      await this.keep(); // TUF 5.3.8
    }
  }

  private async updateTimestamp(time: Date): Promise<TimestampOutcome> {
    const { transport, trust } = this.options;
    const path = "metadata/timestamp.json";
    // The tag of one that is no longer trusted would bring nothing.
    const etag = trust.timestamp === undefined ? undefined : this.etag;
    const options = { maxBytes: MAX_BYTES.timestamp, ...(etag === undefined ? {} : { etag }) };
    const answer = await transport.get(path, options); // TUF 5.4.1
    let outcome: TimestampOutcome = "same";
    if (answer.status === 200) {
      outcome = trust.acceptTimestamp(answer.body, time);
      if (outcome === "new") await this.keep(); // TUF 5.4.5
      this.etag = outcome === "different" ? undefined : answer.etag;
    } else if (answer.status !== 304 || etag === undefined) throw notThere(path, answer.status);
    // Also the one that is trusted already: a host that says forever that nothing is new hides what is (TUF 5.4.4).
    if (trust.timestamp !== undefined) expectFresh("timestamp", trust.timestamp, time);
    return outcome;
  }

  private async updateSnapshot(time: Date): Promise<void> {
    const { trust } = this.options;
    const expected = trust.timestamp?.signed.meta["snapshot.json"];
    if (expected === undefined) throw new BundleError("missing", "there is no timestamp");
    const held = trust.snapshot;
    if (held?.signed.version === expected.version && hasContent(held.bytes, expected)) {
      return expectFresh("snapshot", held, time);
    }
    trust.acceptSnapshot(await this.fetchMetadata("snapshot", expected), expected, time);
    await this.keep(); // TUF 5.5.7
  }

  /** The metadata of `targets` or of a role that it delegates to, as the snapshot lists it (TUF 5.6). */
  private async targetsBy(delegation: Delegation, time: Date): Promise<Metadata<"targets">> {
    const { trust } = this.options;
    const { name } = delegation;
    const expected = trust.snapshot?.signed.meta.get(`${name}.json`);
    if (expected === undefined) throw new BundleError("missing", `the snapshot does not list ${name}`);
    const held = trust.heldBy(delegation, expected);
    if (held !== undefined) {
      expectFresh(name, held, time);
      return held;
    }
    const metadata = trust.acceptTargets(
      delegation,
      await this.fetchMetadata(name, expected),
      expected,
      time,
    );
    await this.keep(); // TUF 5.6.6
    return metadata;
  }

  private fetchMetadata(role: string, { version, length }: MetaFile): Promise<Uint8Array> {
    const type: MetadataType = role === "snapshot" ? "snapshot" : "targets";
    const maxBytes = Math.min(length ?? MAX_BYTES[type], MAX_BYTES[type]);
    return this.fetch(`metadata/${version}.${encodeURIComponent(role)}.json`, maxBytes);
  }

  private async fetch(path: string, maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.fetchIfThere(path, maxBytes);
    if (bytes === undefined) throw notThere(path, 404);
    return bytes;
  }

  private async fetchIfThere(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const answer = await this.options.transport.get(path, { maxBytes });
    if (answer.status === 200) return answer.body;
    if (answer.status === 304) throw notThere(path, answer.status);
    return undefined;
  }

  /** Keeps what is trusted now. What could not be kept is tried again before anything follows from it. */
  private async keep(): Promise<void> {
    const { save, trust } = this.options;
    this.changed = true;
    this.kept = false;
    await save(trust.saved);
    this.kept = true;
  }
}

const notThere = (path: string, status: number): BundleError =>
  new BundleError("missing", `the repository has no ${path} (status ${status})`, { status });
