import { createHash } from "node:crypto";
import { isMasked } from "../mask.ts";
import { type DecisionLine, decisionIn, type RecordLine, resourceIn } from "./record-line.ts";

/** Who speaks: the same in all that one agent sends. */
export interface Origin {
  /** `id` tells this agent from all others. */
  readonly labels: { readonly id: string; readonly [name: string]: string };
  /** Name under which the revision of the policy is told. */
  readonly bundle: string;
}

/**
 * A record as an event of OPA's decision logs (`EventV1`), in JSON; what only Remit knows stands in `remit`.
 * @param hash of the line, in hex
 */
export function eventOf(record: RecordLine, hash: string, { labels, bundle }: Origin): string {
  const { seq, kind, time, run, revision, traceId, parentId, requestId } = record;
  const decision = decisionIn(record);
  const resource = resourceIn(record);
  const masked = decision === undefined ? "/result/resource/id" : "/input/resource/id";
  return JSON.stringify({
    labels,
    decision_id: decisionId(labels.id, seq, hash),
    trace_id: traceId,
    span_id: parentId,
    ...(revision === undefined ? {} : { bundles: { [bundle]: { revision } } }),
    ...(decision === undefined ? otherEvent(record) : decisionEvent(decision)),
    ...(resource && isMasked(resource.type, resource.id) ? { masked: [masked] } : {}),
    timestamp: time,
    // OPA's own `req_id` is a number.
    remit: { seq, kind, run, request_id: requestId, dry_run: decision?.dryRun },
  });
}

function decisionEvent({ action, principal, resource, decision, policies, errors }: DecisionLine) {
  return {
    path: action,
    input: { principal, action, resource },
    result: { decision, policies, errors: errors ?? [] },
  };
}

/** Runs, approvals, acts of administrators, and what later versions of this program may remember. */
function otherEvent({ kind, principal, ...record }: RecordLine) {
  const result = Object.entries(record).filter(([name]) => !ELSEWHERE.includes(name));
  return { path: `remit/${kind}`, input: { principal }, result: Object.fromEntries(result) };
}

/** What of a record stands in another place of its event, or only chains it to the one before. */
const ELSEWHERE = ["v", "seq", "time", "prev", "run", "revision", "traceId", "parentId", "requestId"];

/**
 * The same for the same record whenever it is sent, and for no other: a UUID of version 8 (RFC 9562, section 5.8) from the
 * beginning of the SHA-256 of `id:seq:hash`, so that it can be found again in the log of the device.
 */
function decisionId(id: string, seq: number, hash: string): string {
  const bytes = createHash("sha256").update(`${id}:${seq}:${hash}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
