/** What the agent and its runner processes say to each other: a line of JSON each. */
import { z } from "zod";
import type { Principal } from "../policy/types.ts";

const text = z.string();
/** A script to run. What the agent writes and this very program reads needs no schema. */
export interface Job {
  readonly run: string;
  readonly script: string;
  /** JSON, as in an arguments file: `{"name": {"stringValue": "x"}}`. */
  readonly arguments: string;
  readonly principal: Principal;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

/** Something that a script wanted and was not allowed. */
export const Denial = z.strictObject({
  action: text,
  resource: z.strictObject({ type: text, id: text }),
  /** Why, for whoever wrote the script. */
  reason: z.enum(["forbidden", "not_permitted", "check_failed", "dry_run"]),
  policies: z.array(text),
});
export type Denial = z.infer<typeof Denial>;

const log = z.strictObject({ type: z.literal("log"), level: text, message: text, time: text });
const decision = z.strictObject({
  type: z.literal("decision"),
  action: text,
  resource: z.strictObject({ type: text, id: text }),
  decision: z.enum(["allow", "deny"]),
  policies: z.array(text),
});
/** Something that happens in a run. */
export const RunEvent = z.discriminatedUnion("type", [log, decision]);
export type RunEvent = z.infer<typeof RunEvent>;

/** What a runner says. */
export const Report = z.discriminatedUnion("type", [
  /** It can take a job. */
  z.strictObject({ type: z.literal("ready"), revision: text }),
  /** It cannot run anything under this policy. */
  z.strictObject({ type: z.literal("refused"), message: text }),
  z.strictObject({ type: z.literal("events"), run: text, events: z.array(RunEvent) }),
  z.strictObject({
    type: z.literal("result"),
    run: text,
    /** The JSON result of `remit run`. */
    result: z.looseObject({ output: text, status: text }),
    denials: z.array(Denial),
    moreDenials: z.number(),
    revision: text,
  }),
]);
export type Report = z.infer<typeof Report>;
