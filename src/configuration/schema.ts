import { z } from "zod";
import { LIMITS } from "../platform/limits.ts";
import { ADDRESS_FORMS, parseAddress } from "./address.ts";
import { BundleSchema } from "./bundle.ts";
import { UploadSchema } from "./upload.ts";

const DAY_MS = 86_400_000;
const MiB = 1024 * 1024;
/** `sun_path` of a socket's address, without the NUL at its end (unix(7)). */
export const MAX_SOCKET_BYTES = 107;

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** Relative to what would be a matter of who starts the agent, and where. */
const path = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");
const whole = (least: number, most: number) => z.int().min(least).max(most);

/** The configuration file, without defaults for what depends on who starts the agent. */
export const ConfigurationSchema = z.strictObject({
  /** The state directory. */
  state: path.optional(),
  socket: path
    .refine((text) => Buffer.byteLength(text) <= MAX_SOCKET_BYTES, `has more than ${MAX_SOCKET_BYTES} bytes`)
    .optional(),
  /** A port of this machine, beside the socket. */
  listen: z
    .string()
    .refine((text) => parseAddress(text) !== undefined, `must be ${ADDRESS_FORMS}`)
    .optional(),
  /** A file whose policy becomes the active one at the start and at each reload. */
  policy: path.optional(),
  limits: z
    .strictObject({
      /** Time that a script has at most. */
      timeout_ms: whole(1, LIMITS.timeMs).default(LIMITS.timeMs),
      /** Time that a request waits for the end of its run. */
      wait_ms: whole(0, LIMITS.timeMs).default(30_000),
      /** Runs that wait for a runner. */
      queue: whole(0, 10_000).default(64),
      /** Runs at the same time. */
      concurrency: whole(1, 64).default(() => navigator.hardwareConcurrency),
      /** Runner processes that wait for a run. */
      warm: whole(0, 64).default(1),
      /** Time that a run waits for an approval. */
      approval_ms: whole(1, DAY_MS).default(300_000),
      /** Time that runs have to end when the agent is asked to end. */
      grace_ms: whole(0, LIMITS.timeMs).default(10_000),
    })
    .refine(({ warm, concurrency }) => warm <= concurrency, {
      path: ["warm"],
      message: "more runners would wait than run at the same time (limits.concurrency)",
    })
    .prefault({}),
  runs: z
    .strictObject({
      /** Run nothing but the approved scripts of a bundle. */
      approved_only: z.boolean().default(false),
    })
    .prefault({}),
  log: z
    .strictObject({
      /** The least level of what scripts log that is kept. */
      level: z.enum(LOG_LEVELS).default("info"),
    })
    .prefault({}),
  decision_log: z
    .strictObject({
      /** Bytes of all its files together, about; the oldest records go first. */
      max_bytes: whole(MiB, 2 ** 50).default(LIMITS.decisionFileBytes * LIMITS.decisionFiles),
    })
    .prefault({}),
  upload: UploadSchema.optional(),
  bundle: BundleSchema.optional(),
});

/** What a configuration file says, with the defaults of what it does not say. */
export type Configuration = z.output<typeof ConfigurationSchema>;
