/** Where a request belongs in a distributed trace. */
export interface TraceContext {
  readonly traceId: string;
  /** The caller's own part of it. */
  readonly parentId: string;
}

/** Version, trace-id, parent-id and flags; further fields are of versions to come (W3C Trace Context, 3.2). */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const INVALID_VERSION = "ff";
const ZEROS = /^0+$/;

/** What the header `traceparent` says; one that is not valid counts as none, as the specification wants (4.3). */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const [, version, traceId = "", parentId = "", more] = TRACEPARENT.exec(header ?? "") ?? [];
  const isValid =
    version !== undefined && version !== INVALID_VERSION && !ZEROS.test(traceId) && !ZEROS.test(parentId);
  // Of the version that is known nothing follows.
  return isValid && !(version === "00" && more !== undefined) ? { traceId, parentId } : undefined;
}
