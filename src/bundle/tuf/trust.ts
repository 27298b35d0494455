import { BundleError } from "../errors.ts";
import { expectContent, expectFresh, expectNotBelow, expectVersion, hasContent } from "./checks.ts";
import type { Delegation } from "./delegations.ts";
import type { HighWater } from "./high-water.ts";
import { type Metadata, readMetadata } from "./metadata.ts";
import type { Profile } from "./profile.ts";
import type { MetaFile } from "./schema.ts";
import { searchTarget } from "./search.ts";
import type { Target } from "./target.ts";
import { expectSigned, isSigned } from "./threshold.ts";

export interface TrustOptions {
  readonly profile: Profile;
  /** It is not earlier than this: when this program was made. */
  readonly earliest: Date;
}

/** What is trusted: the documents as they came, and what nothing may fall below. */
export interface Saved {
  /** From the provisioned one to the present one. */
  readonly roots: readonly Uint8Array[];
  readonly timestamp?: Uint8Array | undefined;
  readonly snapshot?: Uint8Array | undefined;
  /** Of `targets`, and of roles that it delegates to. */
  readonly targets: ReadonlyMap<string, Uint8Array>;
  readonly highWater: HighWater;
}

/** What a new timestamp turned out to be: under the version that is trusted already, another content is another matter. */
export type TimestampOutcome = "new" | "same" | "different";

/**
 * The metadata of a repository that is trusted. A document gets in only through the checks that TUF asks for its role; one
 * that fails a check changes nothing. The top roles are always signed as the present root wants them; a role that others
 * delegate to is looked at again whenever it is asked for.
 */
export class Trust {
  private readonly roots: Metadata<"root">[];
  private heldTimestamp: Metadata<"timestamp"> | undefined;
  private heldSnapshot: Metadata<"snapshot"> | undefined;
  private readonly heldTargets = new Map<string, Metadata<"targets">>();
  private water: HighWater;

  /**
   * @param root the provisioned root, from which all trust comes (TUF 5.2); when it expires is no matter
   * @param highWater what was trusted once
   * @throws {BundleError} when its own keys did not sign the root
   */
  constructor(
    root: Uint8Array,
    highWater: HighWater,
    private readonly options: TrustOptions,
  ) {
    const first = readMetadata("root", root, options.profile);
    expectSigned("root", first.signed.roles.root, first.keys, first);
    this.roots = [first];
    // A newer program knows that it is later.
    const time = highWater.time > options.earliest ? highWater.time : options.earliest;
    this.water = { ...highWater, time };
  }

  /**
   * As the constructor, with what was saved. It is verified as if it came from the repository, but for when it expires:
   * what is not signed as it must be is left out. Behind `saved.highWater` nothing falls by that.
   * @throws {BundleError} when the saved roots do not lead from `root` to where they end
   */
  static restore(root: Uint8Array, saved: Saved, options: TrustOptions): Trust {
    const trust = new Trust(root, saved.highWater, options);
    trust.follow(root, saved.roots);
    const { timestamp, snapshot } = saved;
    trust.heldTimestamp = timestamp && attempt(() => trust.read("timestamp", timestamp));
    trust.heldSnapshot = snapshot && attempt(() => trust.read("snapshot", snapshot));
    for (const [role, bytes] of saved.targets) {
      const held = attempt(() => readMetadata("targets", bytes, options.profile));
      if (held !== undefined) trust.heldTargets.set(role, held);
    }
    trust.dropUnsigned();
    trust.raise();
    return trust;
  }

  get root(): Metadata<"root"> {
    // The constructor puts one there, and nothing takes it away.
    return this.roots.at(-1) as Metadata<"root">;
  }

  get timestamp(): Metadata<"timestamp"> | undefined {
    return this.heldTimestamp;
  }

  get snapshot(): Metadata<"snapshot"> | undefined {
    return this.heldSnapshot;
  }

  /** Of the top role. */
  get targets(): Metadata<"targets"> | undefined {
    return this.heldTargets.get("targets");
  }

  /** Who delegates to the top role `targets`. */
  get top(): Delegation {
    const { keys, signed } = this.root;
    return { name: "targets", role: signed.roles.targets, keys, terminating: false };
  }

  get profile(): Profile {
    return this.options.profile;
  }

  get highWater(): HighWater {
    return this.water;
  }

  get saved(): Saved {
    return {
      roots: this.roots.map(({ bytes }) => bytes),
      timestamp: this.heldTimestamp?.bytes,
      snapshot: this.heldSnapshot?.bytes,
      targets: new Map([...this.heldTargets].map(([role, { bytes }]) => [role, bytes])),
      highWater: this.water,
    };
  }

  /** Accepts the next root. @throws {BundleError} */
  acceptRoot(bytes: Uint8Array): void {
    const { root } = this;
    const next = readMetadata("root", bytes, this.options.profile);
    // TUF 5.3.4: signed by the old and by the new keys.
    expectSigned("root", root.signed.roles.root, root.keys, next);
    expectSigned("root", next.signed.roles.root, next.keys, next);
    // TUF 5.3.5.
    if (next.signed.version !== root.signed.version + 1) {
      throw new BundleError("rollback", `root ${root.signed.version} is followed by ${next.signed.version}`);
    }
    this.roots.push(next);
    this.recover(root, next);
  }

  /** The chain of roots has ended (TUF 5.3.10). @throws {BundleError} */
  expectRoot(now: Date): void {
    // Trust that starts anew, because the state was lost, comes as far as it was.
    expectNotBelow("root", this.root.signed.version, this.water.root);
    expectFresh("root", this.root, now);
  }

  /** @throws {BundleError} */
  acceptTimestamp(bytes: Uint8Array, now: Date): TimestampOutcome {
    const next = this.read("timestamp", bytes);
    const { version, meta } = next.signed;
    const snapshot = meta["snapshot.json"].version;
    expectNotBelow("timestamp", version, this.water.timestamp); // TUF 5.4.3.1
    if (version === this.heldTimestamp?.signed.version) {
      return Buffer.compare(next.canonical, this.heldTimestamp.canonical) === 0 ? "same" : "different";
    }
    expectNotBelow("snapshot", snapshot, this.water.snapshot); // TUF 5.4.3.2
    expectFresh("timestamp", next, now); // TUF 5.4.4
    this.heldTimestamp = next;
    this.raise();
    return "new";
  }

  /** @param expected what the timestamp says of it @throws {BundleError} */
  acceptSnapshot(bytes: Uint8Array, expected: MetaFile, now: Date): void {
    expectContent("snapshot", bytes, expected); // TUF 5.5.2
    const next = this.read("snapshot", bytes);
    const { meta, version } = next.signed;
    expectVersion("snapshot", version, expected.version); // TUF 5.5.4
    // TUF 5.5.5: nothing is listed with an older version, or not any more.
    const before = this.heldSnapshot?.signed.meta ?? new Map<string, MetaFile>();
    for (const [name, file] of before) expectNotBelow(name, meta.get(name)?.version ?? 0, file.version);
    const targets = meta.get("targets.json")?.version ?? 0;
    expectNotBelow("targets.json", targets, this.water.targets);
    expectFresh("snapshot", next, now); // TUF 5.5.6
    this.heldSnapshot = next;
    this.raise();
    for (const role of this.heldTargets.keys()) {
      if (!meta.has(`${role}.json`)) this.heldTargets.delete(role);
    }
  }

  /**
   * Accepts metadata of `targets`, or of a role that it delegates to.
   * @param expected what the snapshot says of it
   * @throws {BundleError}
   */
  acceptTargets({ name, role, keys }: Delegation, bytes: Uint8Array, expected: MetaFile, now: Date) {
    expectContent(name, bytes, expected); // TUF 5.6.2
    const next = readMetadata("targets", bytes, this.options.profile);
    expectSigned(name, role, keys, next); // TUF 5.6.3
    expectVersion(name, next.signed.version, expected.version); // TUF 5.6.4
    expectFresh(name, next, now); // TUF 5.6.5
    this.heldTargets.set(name, next);
    return next;
  }

  /** As {@link acceptTargets}, if what is expected is held: another delegation may have brought it, with other keys. */
  heldBy({ name, role, keys }: Delegation, expected: MetaFile): Metadata<"targets"> | undefined {
    const held = this.heldTargets.get(name);
    if (held?.signed.version !== expected.version || !hasContent(held.bytes, expected)) return undefined;
    return isSigned(role, keys, held) ? held : undefined;
  }

  /** A target as it was trusted last, whatever has expired since: for a start without the repository. */
  async held(path: string): Promise<Target | undefined> {
    const load = (delegation: Delegation): Metadata<"targets"> => {
      const expected = this.heldSnapshot?.signed.meta.get(`${delegation.name}.json`);
      const metadata = expected && this.heldBy(delegation, expected);
      if (metadata === undefined) throw new BundleError("missing", `${delegation.name} is not held`);
      return metadata;
    };
    try {
      return await searchTarget(path, this.top, load);
    } catch (error) {
      if (error instanceof BundleError) return undefined;
      throw error;
    }
  }

  /** A document that is signed by its role in the present root (TUF 5.4.2, 5.5.3). */
  private read<T extends "timestamp" | "snapshot">(role: T, bytes: Uint8Array): Metadata<T> {
    const document = readMetadata(role, bytes, this.options.profile);
    expectSigned(role, this.root.signed.roles[role], this.root.keys, document);
    return document;
  }

  /** Follows saved roots from the provisioned one, which may also be later than all of them. */
  private follow(root: Uint8Array, saved: readonly Uint8Array[]): void {
    const start = saved.findIndex((bytes) => Buffer.compare(bytes, root) === 0);
    const last = saved.at(-1);
    if (start >= 0) for (const bytes of saved.slice(start + 1)) this.acceptRoot(bytes);
    else if (last !== undefined && this.root.signed.version > this.water.root) {
      this.recover(readMetadata("root", last, this.options.profile), this.root);
    } else throw new BundleError("state_unavailable", "the state was made with another provisioned root");
  }

  /** What a new root changes of what is held. */
  private recover(before: Metadata<"root">, root: Metadata<"root">): void {
    // A step that was made before, and is made again because the state was lost or is restored, sets nothing back.
    if (root.signed.version > this.water.root) {
      const isNew = (role: "timestamp" | "snapshot") => isRotated(role, before, root);
      // TUF 5.3.11: recovery from versions that were made too high with stolen keys.
      if (isNew("timestamp") || isNew("snapshot")) {
        [this.heldTimestamp, this.heldSnapshot] = [undefined, undefined];
        this.water = { ...this.water, timestamp: 0, snapshot: 0, targets: 0 };
      }
      // Uptane: a new time key sets the clock back, or a stolen one would have stopped all updates for ever.
      const time = isNew("timestamp") ? this.options.earliest : this.water.time;
      this.water = { ...this.water, root: root.signed.version, time };
    }
    this.dropUnsigned();
  }

  /** The keys or the thresholds of a role may be others now. */
  private dropUnsigned(): void {
    const { keys, signed } = this.root;
    const [timestamp, snapshot, targets] = [this.heldTimestamp, this.heldSnapshot, this.targets];
    if (timestamp && !isSigned(signed.roles.timestamp, keys, timestamp)) this.heldTimestamp = undefined;
    if (snapshot && !isSigned(signed.roles.snapshot, keys, snapshot)) this.heldSnapshot = undefined;
    if (targets && !isSigned(signed.roles.targets, keys, targets)) this.heldTargets.delete("targets");
  }

  /** Nothing may fall below what is held. */
  private raise(): void {
    const { timestamp, snapshot, targets, time } = this.water;
    const [ours, theirs] = [this.heldTimestamp?.signed, this.heldSnapshot?.signed];
    // A time after the end of the root is not believed: it would leave no way to go on with this root.
    const issued = ours?.["x-issued"] ?? time;
    const isLater = issued > time && issued < this.root.signed.expires;
    this.water = {
      root: Math.max(this.water.root, this.root.signed.version),
      timestamp: Math.max(timestamp, ours?.version ?? 0),
      snapshot: Math.max(snapshot, ours?.meta["snapshot.json"].version ?? 0),
      targets: Math.max(targets, theirs?.meta.get("targets.json")?.version ?? 0),
      time: isLater ? issued : time,
    };
  }
}

/** Whether a key of the role is no longer one of it. New keys beside the old ones take nothing from these. */
function isRotated(
  role: "timestamp" | "snapshot",
  before: Metadata<"root">,
  after: Metadata<"root">,
): boolean {
  const [old, now] = [before, after].map(({ signed, keys }) =>
    signed.roles[role].keyids.map((id) => keys.get(id)?.fingerprint ?? id),
  );
  return old?.some((key) => !now?.includes(key)) ?? false;
}

/** What `read` gives, or nothing if it is refused. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BundleError) return undefined;
    throw error;
  }
}
