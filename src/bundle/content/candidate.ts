import { z } from "zod";
import { LimitsSchema } from "./metadata.ts";

/** A bundle that is to be activated, and what is known of it already. */
export interface Candidate {
  /** Of its file. */
  readonly path: string;
  /** In hex. */
  readonly sha256: string;
  readonly fleet: string;
  readonly channel: string;
}

const Refusal = z.strictObject({
  code: z.string(),
  message: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
});
/** Why a bundle cannot be activated. */
export type Refusal = z.infer<typeof Refusal>;

const Accepted = z.strictObject({
  ok: z.literal(true),
  revision: z.string(),
  sha256: z.string(),
  policies: z.number(),
  entities: z.number(),
  scripts: z.array(z.string()),
  limits: LimitsSchema,
  tests: z.number(),
  /** Why everything is stopped while it is active. */
  kill: z.string().optional(),
});
export const CheckAnswer = z.union([Accepted, z.strictObject({ refused: Refusal })]);
export type CheckAnswer = z.infer<typeof CheckAnswer>;

/** The command of this program that checks a candidate and prints a line with a {@link CheckAnswer}. */
export const CHECK_COMMAND = "check-bundle";
