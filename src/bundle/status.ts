import { z } from "zod";
import type { StatusPart } from "../audit/upload/status.ts";

const count = z.int().min(0);
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const revision = z.string().max(128);

/** How a bundle is. Names are those of OPA's status, and where it has none those of OpAMP. */
const Bundle = z.strictObject({
  name: z.string().max(128),
  /** Of what is in force, not of what was downloaded; absent while nothing is. */
  active_revision: revision.optional(),
  active_sha256: sha256.optional(),
  previous_revision: revision.optional(),
  /** What became of the newest bundle (OpAMP, `RemoteConfigStatuses`). */
  state: z.enum(["UNSET", "APPLYING", "APPLIED", "FAILED"]),
  last_request: time.optional(),
  last_successful_request: time.optional(),
  last_successful_download: time.optional(),
  last_successful_activation: time.optional(),
  /** What went wrong last, until something goes well. */
  code: z.string().max(64).optional(),
  message: z.string().max(200).optional(),
  http_code: count.optional(),
  /** Of a bundle that could not be activated, and is not tried again. */
  rejected_sha256: sha256.optional(),
  /** Bytes of the archive in force. */
  size: count.optional(),
});

/** What is trusted, and for how long. */
const Trust = z.strictObject({
  root_version: count,
  timestamp_version: count,
  targets_version: count,
  expires: z.strictObject({ root: time, targets: time, timestamp: time }),
  /** Seconds since the repository was last seen to be fresh. */
  stale_s: count,
  /** The last answer that only an attack or a grave mistake explains. */
  last_attack: z.enum(["rollback", "expired", "bad_signature", "mismatch"]).optional(),
});

/** What time it is taken to be. */
const Clock = z.strictObject({
  /** The clock of the machine is behind what was signed. */
  suspect: z.boolean(),
  /** No earlier than this. */
  floor: time,
  source: z.enum(["build", "timestamp", "nts"]),
});

/** The state of the bundles of an agent, by channel, as the central team gets it. A value, of the moment it was made. */
export const BundleStatus = z.strictObject({
  bundles: z.record(z.string().max(128), Bundle),
  trust: Trust.optional(),
  clock: Clock.optional(),
});
export type BundleStatus = z.infer<typeof BundleStatus>;

/** Members that differ with every poll. */
const VOLATILE: readonly string[] = ["last_request", "last_successful_request", "stale_s", "floor"];

/** `status` as a part of what is sent; a poll that changed nothing is no news. */
export const statusPart = (status: BundleStatus): StatusPart => ({
  members: status,
  news: JSON.stringify(status, (key, value: unknown) => (VOLATILE.includes(key) ? undefined : value)),
});
