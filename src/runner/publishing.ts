import type { RunEvent } from "./protocol.ts";
import { cutBytes, type RunListener } from "./run-state.ts";

/** Tells what a run logs and publishes as events. The result has long texts whole. */
export const publishing = (tell: (event: RunEvent) => void): Required<RunListener> => ({
  onLog: ({ level, message, timestamp }) => tell({ type: "log", level, message, time: timestamp }),
  onAlarm: ({ alarm_type, alarm_details }) =>
    tell({
      type: "alarm",
      alarm_type: cutBytes(alarm_type),
      ...(alarm_details === undefined ? {} : { alarm_details: cutBytes(alarm_details) }),
    }),
  onMetric: ({ metric_name, metric_dimension, ...metric }) =>
    tell({
      ...metric,
      type: "metric",
      metric_name: cutBytes(metric_name),
      metric_dimension: Object.fromEntries(
        Object.entries(metric_dimension).map(([key, value]) => [cutBytes(key), cutBytes(value)]),
      ),
    }),
});
