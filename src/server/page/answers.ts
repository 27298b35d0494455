/** What the agent answers, as the API describes it: the page is of the same version. */
import type { z } from "@hono/zod-openapi";
import type { NumberedEvent } from "../../agent/index.ts";
import type { CallerSchema } from "../routes/capabilities.ts";
import type { DenialsSchema } from "../routes/denials.ts";
import type { SessionSchema } from "../routes/page.ts";
import type { PolicySchema } from "../routes/policy.ts";
import type {
  ApprovalListSchema,
  ProblemSchema,
  RunListSchema,
  RunSchema,
  StatusSchema,
} from "../schemas.ts";

export type Caller = z.infer<typeof CallerSchema>;
export type Session = z.infer<typeof SessionSchema>;
export type Status = z.infer<typeof StatusSchema>;
export type Policy = z.infer<typeof PolicySchema>;
export type ProblemAnswer = z.infer<typeof ProblemSchema>;
export type Run = z.infer<typeof RunSchema>;
export type RunList = z.infer<typeof RunListSchema>;
export type RunSummary = RunList["runs"][number];
export type RunEvent = NumberedEvent;
export type DenialList = z.infer<typeof DenialsSchema>;
export type DenialRecord = DenialList["denials"][number];
export type ApprovalList = z.infer<typeof ApprovalListSchema>;
export type Approval = ApprovalList["approvals"][number];
