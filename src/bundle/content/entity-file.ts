import { z } from "zod";
import type { CedarValue, EntityUid } from "../../policy/types.ts";

const PlainUid = z.strictObject({ type: z.string().max(1024), id: z.string().max(8192) });
/** Both forms of Cedar's JSON. */
const Uid: z.ZodType<EntityUid> = z.union([
  PlainUid,
  z.strictObject({ __entity: PlainUid }).transform(({ __entity }) => __entity),
]);

const WHOLE = "numbers are whole and at most 2^53 - 1: Cedar has no others, and others are not exact in JSON";
export const Value: z.ZodType<CedarValue> = z.lazy(() =>
  z.union([z.string(), z.boolean(), z.int(WHOLE), z.array(Value), z.record(z.string(), Value)], {
    error: `must be a text, a number, true, false, a list or an object; ${WHOLE}`,
  }),
);

/** An entity as in Cedar's JSON. */
export const EntitySchema = z.strictObject({
  uid: Uid,
  attrs: z.record(z.string(), Value),
  parents: z.array(Uid),
  tags: z.record(z.string(), Value).optional(),
});

export const EntityListSchema = z.array(EntitySchema);
