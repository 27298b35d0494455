import type { Namespace } from "../namespace.ts";
import { alarmNamespace } from "./alarm.ts";
import { logNamespace } from "./log.ts";
import { metricNamespace } from "./metric.ts";

const parts: readonly Namespace[] = [logNamespace, alarmNamespace, metricNamespace];

/** What a run reports of itself: its log, alarms and metrics. No check: none of it touches the host. */
export const runnerNamespace: Namespace = {
  types: parts.flatMap(({ types }) => types),
  constants: parts.flatMap(({ constants }) => constants),
  operations: parts.flatMap(({ operations }) => operations),
};
