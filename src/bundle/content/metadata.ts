import { z } from "zod";

/** Bytes of the reason of a kill, which the control file has room for. */
const MAX_REASON = 400;

/** Names of scripts, fleets and channels. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const name = z
  .string()
  .regex(
    NAME,
    "must be of lower-case letters, digits and ._-, begin with one of the first two, and have at most 64",
  );

/** Whom a bundle is for, and what it needs. */
export const MetadataSchema = z.strictObject({
  format: z.literal(1),
  fleet: name,
  channel: name,
  /** What it is called where policies are shown: of a version control system, for example. */
  revision: z.string().regex(/^[\x21-\x7e]{1,128}$/, "must have 1 to 128 visible ASCII characters"),
  /** The least version of Cedar, as the package @cedar-policy/cedar-wasm counts. */
  cedar_version: z.string().regex(/^\d{1,4}\.\d{1,4}$/, 'must be of the form "4.13"'),
  /** The least version of Remit. */
  min_agent: z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'must be of the form "0.1.0"'),
  created: z.iso.datetime({ precision: 0, error: 'must be of the form "2026-01-31T12:00:00Z"' }),
  /** Why everything is stopped as long as this bundle is the active one. */
  kill: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= MAX_REASON, `must have at most ${MAX_REASON} bytes`)
    .optional(),
});
export type Metadata = z.output<typeof MetadataSchema>;

const whole = (least: number) => z.int().min(least);

/** Limits of the host that a bundle narrows. What is wider than the owner's own has no effect. */
export const LimitsSchema = z.strictObject({
  timeout_ms: whole(1).optional(),
  concurrency: whole(1).optional(),
  queue: whole(0).optional(),
  approval_ms: whole(1).optional(),
});
export type BundleLimits = z.output<typeof LimitsSchema>;
