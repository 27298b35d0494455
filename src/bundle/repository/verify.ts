import { BundleError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { TufClient } from "../tuf/client.ts";
import { lowWater } from "../tuf/high-water.ts";
import { type Metadata, readMetadata } from "../tuf/metadata.ts";
import { PROFILES } from "../tuf/profile.ts";
import type { MetadataType } from "../tuf/schema.ts";
import type { Target } from "../tuf/target.ts";
import { Trust } from "../tuf/trust.ts";

/** A device to be. */
export interface Device {
  /** The root that it came with. */
  readonly root: Uint8Array;
  readonly now: Date;
  /** Version of the latest timestamp that it has seen. */
  readonly seen?: number;
}

/** What a device makes of a repository. */
export interface Verified {
  readonly documents: readonly Metadata[];
  /** Every bundle that is in force. */
  readonly bundles: readonly Target[];
}

const PROFILE = PROFILES.remit;
/** The program may be newer than a repository is: here its clock alone says what time it is. */
const EARLIEST = new Date(0);

/**
 * Does what a new device does, with the same code, and downloads all that it could be asked to.
 * @throws {BundleError} why a device refuses the repository
 */
export async function verify(transport: Transport, { root, now, seen = 0 }: Device): Promise<Verified> {
  const trust = new Trust(
    root,
    { ...lowWater(EARLIEST), timestamp: seen },
    { profile: PROFILE, earliest: EARLIEST },
  );
  const client = new TufClient({ transport, trust, save: async () => undefined, clock: () => now });
  await client.refresh();
  const { timestamp, snapshot, saved } = trust;
  const targets = read("targets", saved.targets.get("targets"));
  if (timestamp === undefined || snapshot === undefined) throw nothing("timestamp");
  const bundles: Target[] = [];
  for (const path of targets.signed.targets.keys()) {
    const target = await client.find(path);
    await client.download(target);
    bundles.push(target);
  }
  return { documents: [trust.root, targets, snapshot, timestamp], bundles };
}

function read<T extends MetadataType>(type: T, bytes: Uint8Array | undefined): Metadata<T> {
  if (bytes === undefined) throw nothing(type);
  return readMetadata(type, bytes, PROFILE);
}

const nothing = (type: MetadataType): BundleError => new BundleError("missing", `there is no ${type}`);
