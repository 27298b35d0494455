/** What of the agent's answers its clients look at. A newer agent may say more. */
import { z } from "zod";

const text = z.string();
const Resource = z.object({ type: text, id: text });

/** Bundles of a central team. */
export const BundleAnswer = z.object({
  bundles: z.record(
    text,
    z.looseObject({
      state: text,
      active_revision: text.optional(),
      active_sha256: text.optional(),
      last_successful_request: text.optional(),
      rejected_sha256: text.optional(),
      code: text.optional(),
      message: text.optional(),
    }),
  ),
  trust: z
    .looseObject({
      root_version: z.number(),
      stale_s: z.number(),
      expires: z.object({ root: text, targets: text, timestamp: text }),
    })
    .optional(),
  clock: z.looseObject({ suspect: z.boolean() }).optional(),
});
export type BundleAnswer = z.infer<typeof BundleAnswer>;

export const Status = z.object({
  ...BundleAnswer.partial().shape,
  version: text,
  killed: z.boolean(),
  kill_reason: text.optional(),
  policy_revision: text,
  running: z.number(),
  queued: z.number(),
  page_sessions: z.number().optional(),
  upload: z
    .object({
      queued: z.number(),
      dropped_total: z.number(),
      last_success: text.optional(),
      error: z.object({ code: text, message: text }).optional(),
    })
    .optional(),
});

/** For a login at the operator page: `<address>#<code>`. */
export const LoginCode = z.object({
  address: z.string().regex(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d{1,5}\/$/),
  code: z.string().regex(/^[\w-]{1,256}$/),
});

const Approval = z.object({
  id: text,
  run: text,
  principal: text,
  action: text,
  resource: Resource,
  reasons: z.array(text),
  asked_at: text,
  expires_at: text,
});
export type Approval = z.infer<typeof Approval>;
export const ApprovalList = z.object({ approvals: z.array(Approval) });

const Denial = z.object({ action: text, resource: Resource, reason: text, policies: z.array(text) });
export type Denial = z.infer<typeof Denial>;

/** Of the decision log. */
const DenialRecord = z.looseObject({
  time: text,
  run: text,
  principal: text,
  action: text,
  resource: Resource,
  reason: text,
  policies: z.array(text),
});
export type DenialRecord = z.infer<typeof DenialRecord>;
export const DenialList = z.object({ denials: z.array(DenialRecord), next: text.optional() });

/** A run, with the result of `remit run` when it is over. */
export const RunAnswer = z.looseObject({
  id: text,
  state: text,
  denials: z.array(Denial),
  more_denials: z.number(),
  ended_at: text.optional(),
  waits_for: z.object({ approval: text, action: text, resource: Resource }).optional(),
});
export type RunAnswer = z.infer<typeof RunAnswer>;

/** RFC 9457. */
export const ProblemAnswer = z.object({ code: text, title: text, detail: text });
