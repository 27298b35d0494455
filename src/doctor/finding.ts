import type { Settings } from "../configuration/index.ts";

/** What was found of one matter of this host. */
export interface Finding {
  /** `warn`: the agent works, but not all of it, or not as it should; `fail`: it does not. */
  readonly state: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** A matter that is looked at. */
export interface Check {
  readonly name: string;
  readonly look: (settings: Settings) => Finding | Promise<Finding>;
}

export const ok = (found: string): Finding => ({ state: "ok", found });
export const warn = (found: string, advice: string): Finding => ({ state: "warn", found, advice });
export const fail = (found: string, advice: string): Finding => ({ state: "fail", found, advice });
