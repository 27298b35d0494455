import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { visible } from "./visible.ts";

interface Kind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** Whether the same request can succeed later. */
  readonly retryable?: true;
}

/** Everything that a request can be refused for, by its stable code. */
export const PROBLEMS = {
  host_not_allowed: { status: 403, title: "The Host header names no address of this agent" },
  browser_not_allowed: { status: 403, title: "Requests of web pages are not taken" },
  token_missing: { status: 401, title: "A bearer token is needed" },
  token_unknown: { status: 401, title: "The bearer token is not known" },
  login_code_unknown: { status: 401, title: "The code is not good for a login" },
  session_unknown: { status: 401, title: "The login is over" },
  page_unavailable: { status: 409, title: "The agent takes no requests at a port" },
  scope_missing: { status: 403, title: "The token does not have the scope that this takes" },
  media_type: { status: 415, title: "The body must be application/json" },
  body_too_large: { status: 413, title: "The body is too large" },
  body_slow: { status: 408, title: "The body took too long", retryable: true },
  body_invalid: { status: 400, title: "The body is not what this takes" },
  parameter_invalid: { status: 400, title: "A parameter is not what this takes" },
  not_found: { status: 404, title: "There is nothing here" },
  method_not_allowed: { status: 405, title: "This method is not for this resource" },
  run_not_found: { status: 404, title: "There is no such run" },
  script_not_approved: { status: 403, title: "This agent runs approved scripts only" },
  script_not_found: { status: 404, title: "There is no approved script of this name" },
  approval_not_found: { status: 404, title: "Nothing waits under this name" },
  run_ended: { status: 409, title: "The run is over already" },
  idempotency_mismatch: { status: 422, title: "The Idempotency-Key was used with another request" },
  idempotency_running: {
    status: 409,
    title: "The first request with this Idempotency-Key is not over",
    retryable: true,
  },
  idempotency_key_invalid: { status: 400, title: "The Idempotency-Key cannot be used" },
  idempotency_forgotten: { status: 409, title: "The answer to the first request is no longer kept" },
  too_many_followers: { status: 429, title: "Too many requests follow runs", retryable: true },
  not_ready: { status: 503, title: "The agent cannot run scripts now", retryable: true },
  queue_full: { status: 429, title: "Too many runs wait", retryable: true },
  killed: { status: 503, title: "The kill switch is on" },
  stopping: { status: 503, title: "The agent is shutting down", retryable: true },
  audit_unavailable: { status: 503, title: "The decision log cannot be written", retryable: true },
  tokens_unreadable: { status: 503, title: "The tokens of this agent cannot be read", retryable: true },
  update_failed: { status: 502, title: "The bundle is not brought up to date", retryable: true },
  bundles_unused: { status: 409, title: "The policies do not come in bundles" },
  policy_refused: { status: 422, title: "The policy cannot be used" },
  internal: { status: 500, title: "A fault of Remit" },
} as const satisfies { readonly [code: string]: Kind };

export type ProblemCode = keyof typeof PROBLEMS;
// Its keys, and no others.
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** Members of a problem beside those of RFC 9457 that say more. */
export interface Extension {
  readonly next_steps?: readonly string[];
  readonly [member: string]: unknown;
}

/** A refusal, thrown by whatever handles a request. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly extension: Extension = {},
    readonly headers: { readonly [name: string]: string } = {},
  ) {
    super(detail);
  }
}

/** `problem` as RFC 9457 has it. */
export function problemResponse(c: Context, { code, detail, extension, headers }: Problem): Response {
  const kind: Kind = PROBLEMS[code];
  const body = {
    type: `urn:remit:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail: visible(detail),
    code,
    retryable: kind.retryable ?? false,
    request_id: c.get("requestId"),
    ...extension,
  };
  return c.body(JSON.stringify(body), kind.status, {
    "content-type": "application/problem+json",
    ...headers,
  });
}
