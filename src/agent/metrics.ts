import type { RunEvent } from "../runner/protocol.ts";
import type { Run } from "./runs.ts";

/** Bounds of the histogram of how long runs take, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600];
/** Labels of one name; what else a runner may say is counted together. */
const MAX_LABELS = 256;
const OTHERS = "other";

/** A number for each text of some kind. */
class Counts {
  private readonly numbers = new Map<string, number>();

  add(labels: string): void {
    const known = this.numbers.has(labels) || this.numbers.size < MAX_LABELS ? labels : OTHERS;
    this.numbers.set(known, (this.numbers.get(known) ?? 0) + 1);
  }

  lines(name: string): readonly string[] {
    return [...this.numbers].map(([labels, count]) => `${name}{${labels === OTHERS ? "" : labels}} ${count}`);
  }
}

/** What the agent has done since it started, in the text format of Prometheus (version 0.0.4). */
export class Metrics {
  private readonly decisions = new Counts();
  private readonly runs = new Counts();
  private readonly limits = new Counts();
  private readonly durations: number[] = BUCKETS.map(() => 0);
  private seconds = 0;
  private timed = 0;
  private decisionErrors = 0;
  private auditFailures = 0;
  private activations = 0;
  private activatedAt = Date.now();

  happened(event: RunEvent): void {
    if (event.type !== "decision") return;
    this.decisions.add(`${label("action", event.action)},${label("decision", event.decision)}`);
    this.decisionErrors += event.errors;
  }

  ended(run: Run): void {
    this.runs.add(label("status", run.status));
    const error = run.result?.["error"];
    const limit = typeof error === "object" && error !== null && "limit" in error ? error.limit : undefined;
    if (typeof limit === "string") this.limitHit(limit);
    const { seconds } = run;
    if (seconds === undefined) return;
    this.seconds += seconds;
    this.timed++;
    BUCKETS.forEach((bound, index) => {
      if (seconds <= bound) this.durations[index] = (this.durations[index] ?? 0) + 1;
    });
  }

  limitHit(limit: string): void {
    this.limits.add(label("limit", limit));
  }

  auditFailed(): void {
    this.auditFailures++;
  }

  policyActivated(): void {
    this.activations++;
    this.activatedAt = Date.now();
  }

  text({ running, queued, killed }: { running: number; queued: number; killed: boolean }): string {
    const { rss } = process.memoryUsage();
    const of = (name: string, value: number): readonly string[] => [`${name} ${value}`];
    const duration = "run_duration_seconds";
    const families = [
      ["decisions_total", "counter", "Decisions of the policy.", this.decisions.lines("decisions_total")],
      [
        "decision_errors_total",
        "counter",
        "Policies that could not be evaluated, and checks that could not be made.",
        of("decision_errors_total", this.decisionErrors),
      ],
      ["runs_total", "counter", "Runs that are over.", this.runs.lines("runs_total")],
      [
        duration,
        "histogram",
        "How long runs took.",
        [
          ...BUCKETS.map((bound, index) => `${duration}_bucket{le="${bound}"} ${this.durations[index] ?? 0}`),
          `${duration}_bucket{le="+Inf"} ${this.timed}`,
          `${duration}_sum ${this.seconds}`,
          `${duration}_count ${this.timed}`,
        ],
      ],
      ["limit_hits_total", "counter", "Limits that were met.", this.limits.lines("limit_hits_total")],
      [
        "audit_write_failures_total",
        "counter",
        "Records that the decision log did not take.",
        of("audit_write_failures_total", this.auditFailures),
      ],
      [
        "policy_activations_total",
        "counter",
        "Policies that became active since the start.",
        of("policy_activations_total", this.activations),
      ],
      [
        "policy_refresh_last_success_seconds",
        "gauge",
        "When the policy in force became active, in seconds since 1970.",
        of("policy_refresh_last_success_seconds", Math.floor(this.activatedAt / 1000)),
      ],
      ["runs_running", "gauge", "Runs that go on.", of("runs_running", running)],
      ["runs_queued", "gauge", "Runs that wait for a runner.", of("runs_queued", queued)],
      ["kill_switch", "gauge", "1 when everything is stopped.", of("kill_switch", killed ? 1 : 0)],
      [
        "process_resident_memory_bytes",
        "gauge",
        "Memory of the main process.",
        of("process_resident_memory_bytes", rss),
      ],
    ] as const;
    return families
      .flatMap(([name, type, help, lines]) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines])
      .map((line) => `${line}\n`)
      .join("");
  }
}

/** With what the format takes as part of its own escaped. */
const label = (name: string, value: string): string =>
  `${name}="${value.slice(0, 200).replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))}"`;
