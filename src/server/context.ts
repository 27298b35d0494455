import type { z } from "@hono/zod-openapi";
import type { Agent, Caller, Tokens } from "../agent/index.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Followers } from "./followers.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import type { BundleStatusSchema } from "./schemas.ts";
import type { SessionSecret, Sessions } from "./sessions.ts";

/** What the handlers of requests share. */
export interface Variables {
  readonly requestId: string;
  readonly caller: Caller;
  /** What a request of the operator page's own script came with; of others nobody looks at it. */
  readonly session?: SessionSecret;
}

export interface Env {
  readonly Variables: Variables;
}

/** How reports fare. */
export interface Reporting {
  current(): {
    readonly queued: number;
    readonly dropped_total: number;
    readonly last_success?: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
  metricsText(): string;
}

/** Bundles of a central team. */
export interface BundleService {
  /** Whether none is in force. */
  readonly isMissing: boolean;
  status(): z.infer<typeof BundleStatusSchema>;
  /** Asks the repository now. @throws {AgentError} `update_failed`, as {@link import} does */
  poll(): Promise<z.infer<typeof BundleStatusSchema>>;
  /** Takes the pack that lies in the state directory. */
  import(): Promise<z.infer<typeof BundleStatusSchema>>;
}

/** What the routes are made for. */
export interface Served {
  readonly agent: Agent;
  readonly tokens: Pick<Tokens, "callerOf" | "callerByHash">;
  readonly sessions: Sessions;
  readonly version: string;
  /** What all listeners have in common. */
  readonly keys: IdempotencyKeys;
  readonly followers: Followers;
  readonly catalogue: Catalogue;
  /** Reports to the central team, where there are any. */
  readonly upload: Reporting | undefined;
  /** Bundles, where the policies come from a central team. */
  readonly bundles: BundleService | undefined;
  /** Milliseconds that a script may have at most, and has unless the request says otherwise. */
  readonly timeMs: number;
  /** Milliseconds that `POST /v1/runs` waits for the end of the run. */
  readonly waitMs: number;
}
