/** Questions to a runner about the policy, and their answers. */
import { z } from "zod";
import type { CedarValue, EntityUid, Principal } from "../policy/types.ts";

/** What a policy may be asked without anything being done. */
export interface PolicyQuestion {
  /** As in denials, `file_system::Action::"read"`, or shorter: `file_system.read`. */
  readonly action: string;
  readonly resource: EntityUid & { readonly attributes?: { readonly [name: string]: CedarValue } };
  readonly context: { readonly [name: string]: CedarValue };
}

/** A question for a runner: what the policy says of a request that nobody makes. */
export interface ExplainJob extends PolicyQuestion {
  readonly type: "explain";
  /** Names the answer. */
  readonly run: string;
  readonly principal: Principal;
  readonly timeoutMs: number;
}

/** What would come of a request: `ask` waits for an approval, `dry_run` is allowed but not done. */
export const OUTCOMES = ["allow", "deny", "ask", "dry_run"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const Explanation = z.strictObject({
  decision: z.enum(OUTCOMES),
  /** Those that decided it. */
  policies: z.array(z.string()),
  /** Why, in lines. */
  reasons: z.array(z.string()),
  revision: z.string(),
});
export type Explanation = z.infer<typeof Explanation>;

/** The answer to an {@link ExplainJob}; `refused` says what is wrong with the question. */
export const Explained = z.strictObject({
  type: z.literal("explained"),
  run: z.string(),
  answer: z.union([Explanation, z.strictObject({ refused: z.string() })]),
});
export type Explained = z.infer<typeof Explained>;
