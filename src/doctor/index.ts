import type { Check } from "./finding.ts";
import { KERNEL } from "./kernel.ts";
import { SERVICES } from "./services.ts";
import { STATE } from "./state.ts";

export type { Check, Finding } from "./finding.ts";

/** All that is looked at, in this order. */
export const CHECKS: readonly Check[] = [...STATE, ...KERNEL, ...SERVICES];
