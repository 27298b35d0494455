import type { Centre } from "./centre.ts";
import type { Dropped } from "./cursor.ts";

/** What was sent since the start, and what never was, in the text format of Prometheus (version 0.0.4). */
export function metricsText({ logs, status }: Centre["outcomes"], dropped: Dropped): string {
  const families = [
    [
      "decision_upload_total",
      "Batches of the decision log that were sent to the central team.",
      "outcome",
      logs,
    ],
    [
      "decision_upload_dropped_total",
      "Records of the decision log that were never sent, since it is.",
      "reason",
      dropped,
    ],
    ["status_upload_total", "Statuses that were sent to the central team.", "outcome", status],
  ] as const;
  return families
    .flatMap(([name, help, label, counts]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} counter`,
      ...Object.entries(counts).map(([value, count]) => `${name}{${label}="${value}"} ${count}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}
