import { z } from "zod";

const text = z.string();

/** A line of the decision log, of any kind: also of one that a later version of this program wrote. */
const Line = z.looseObject({
  v: z.literal(1),
  seq: z.int().min(1),
  time: z.iso.datetime(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  kind: text,
  principal: text.optional(),
  run: text.optional(),
  revision: text.optional(),
  traceId: text.optional(),
  parentId: text.optional(),
  requestId: text.optional(),
});

const Resource = z.strictObject({ type: text, id: text });

const DecisionLine = Line.extend({
  kind: z.literal("decision"),
  action: text,
  resource: Resource,
  decision: z.enum(["allow", "deny"]),
  policies: z.array(text),
  errors: z.array(text).optional(),
  dryRun: z.boolean().optional(),
});

export type RecordLine = z.infer<typeof Line>;
export type DecisionLine = z.infer<typeof DecisionLine>;

/** The record that a line is; `undefined` if it is none. */
export function parseLine(bytes: Uint8Array): RecordLine | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
  return Line.safeParse(json).data;
}

/** What `record` is about, if it is about a resource. */
export const resourceIn = (record: RecordLine): z.infer<typeof Resource> | undefined =>
  Resource.safeParse(record["resource"]).data;

/** `record` if it is a decision, with all that belongs to one. */
export const decisionIn = (record: RecordLine): DecisionLine | undefined =>
  DecisionLine.safeParse(record).data;
