import { z } from "zod";
import { EntityListSchema, Value } from "./entity-file.ts";

const uidText = z.string().max(8192);

/** A policy test, as `cedar run-tests` of Cedar's own command line takes it. */
export const PolicyTestSchema = z.strictObject({
  name: z.string().max(200).optional(),
  request: z.strictObject({
    /** As in Cedar: `Agent::"assistant"`. */
    principal: uidText,
    action: uidText,
    resource: uidText,
    context: z.record(z.string(), Value),
  }),
  entities: EntityListSchema,
  decision: z.enum(["allow", "deny"]),
  /** Ids of policies, each of which must be among those that determine the decision. */
  reason: z.array(z.string()),
  /** Policies that cannot be evaluated. */
  num_errors: z.int().min(0),
});
export type PolicyTest = z.output<typeof PolicyTestSchema>;

export const PolicyTestListSchema = z.array(PolicyTestSchema);
