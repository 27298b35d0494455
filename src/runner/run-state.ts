import type { Access } from "../policy/types.ts";
import type { Alarm, LogAttributes, Metric } from "./result.ts";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** The least level that is logged, by its name in the environment; `INFO` for any other. */
export const logLevel = (name: string | undefined): LogLevel =>
  LEVELS.find((level) => level === name?.toUpperCase()) ?? "INFO";

const MAX_ENTRIES = 1000;
/** Bytes of one message; a longer one is cut at a character. */
const MAX_MESSAGE_BYTES = 2048;
const CUT = "...[truncate]";
const OVERFLOW =
  "Warning: Log buffer capacity exceeded. Some earlier log entries were removed to fit new logs.";

/** Alarms and metrics that one run can publish: a loop of `publish` must not fill the memory. */
const MAX_PUBLISHED = 10_000;
const MAX_PUBLISHED_BYTES = 4 * 1024 * 1024;

/** Who is told of what a run says, as it says it. */
export interface RunListener {
  readonly onLog?: (entry: LogAttributes) => void;
  readonly onAlarm?: (alarm: Alarm) => void;
  readonly onMetric?: (metric: Metric) => void;
}

/** State of one run: its log, what it published, what it keeps from call to call. Never reused. */
export class RunState {
  readonly alarms: Alarm[] = [];
  private readonly metricsByName = new Map<string, Metric>();
  private readonly entries: LogAttributes[] = [];
  private readonly kept = new Map<string, object>();
  private overflowed = false;
  private publishedBytes = 0;

  constructor(
    readonly access: Access,
    private readonly minimum: LogLevel,
    private readonly listener: RunListener = {},
  ) {}

  log(level: LogLevel, message: string, line: number, api?: string): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.minimum)) return;
    const entry = {
      timestamp: logTime(),
      level,
      message: cutBytes(message.toWellFormed()),
      line_number: String(line),
      ...(api === undefined ? {} : { rhai_api_name: api }),
    };
    this.entries.push(entry);
    this.listener.onLog?.(entry);
    if (this.entries.length > MAX_ENTRIES) {
      this.entries.shift();
      this.overflowed = true;
    }
  }

  publishAlarm({ type, details }: { readonly type: string; readonly details?: string }): void {
    this.count(type.length + (details?.length ?? 0));
    const alarm = { alarm_type: type, ...(details === undefined ? {} : { alarm_details: details }) };
    this.alarms.push(alarm);
    this.listener.onAlarm?.(alarm);
  }

  /** The last metric of a name wins. */
  publishMetric(metric: {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly dimensions: ReadonlyMap<string, string>;
  }): void {
    const { name, value, unit, dimensions } = metric;
    let bytes = name.length;
    for (const [key, text] of dimensions) bytes += key.length + text.length;
    this.count(bytes);
    const published = {
      metric_name: name,
      metric_value: value,
      metric_unit: unit,
      metric_dimension: Object.fromEntries(dimensions),
      metric_timestamp: new Date().toISOString(),
    };
    this.metricsByName.set(name, published);
    this.listener.onMetric?.(published);
  }

  once<T extends object>(key: string, create: () => T): T {
    const found = this.kept.get(key);
    // Each key is used with one type, by the one operation family that owns it.
    if (found) return found as T;
    const made = create();
    this.kept.set(key, made);
    return made;
  }

  get metrics(): readonly Metric[] {
    return [...this.metricsByName.values()];
  }

  get logs(): readonly LogAttributes[] {
    if (!this.overflowed) return this.entries;
    const warning = { timestamp: logTime(), level: "WARN", message: OVERFLOW, line_number: "0" };
    return [warning, ...this.entries];
  }

  private count(bytes: number): void {
    this.publishedBytes += bytes + 64;
    const published = this.alarms.length + this.metricsByName.size;
    if (published >= MAX_PUBLISHED || this.publishedBytes > MAX_PUBLISHED_BYTES) throw new PublishLimit();
  }
}

/** The run published more than it may. */
export class PublishLimit extends Error {
  override readonly name = "PublishLimit";
  constructor() {
    super("the script published more alarms and metrics than it may");
  }
}

/** `message` with so many bytes at most. */
export function cutBytes(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= MAX_MESSAGE_BYTES) return message;
  let end = MAX_MESSAGE_BYTES - CUT.length;
  // Back to the first byte of a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString() + CUT;
}

const logTime = (): string => `${new Date().toISOString().slice(0, -1).replace("T", " ")} UTC`;
