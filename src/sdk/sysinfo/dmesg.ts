import { ask, file } from "../file_system/resource.ts";
import type { Namespace } from "../namespace.ts";
import type { Call } from "../operation.ts";
import { field, options } from "../options.ts";
import { named, recordType, Values } from "../record.ts";
import { recordsOf, startOf } from "./effects/kernel-log.ts";

export const LOG_PATH = "/dev/kmsg";

const NAMES = ["timestamp_from_system_start", "message"] as const;

/** A message of the kernel. */
export class DmesgEntry extends Values<{ readonly [K in (typeof NAMES)[number]]: string }> {}

const dmesgEntry = recordType({
  name: "DmesgEntry",
  typeOf: "rust_safe_system_info::dmesg::common::DmesgEntry",
  class: DmesgEntry,
  only: "linux",
  example: { variable: "logged", expression: "dmesg()[0]" },
  fields: named("String", NAMES),
  text: ({ values }) => `[${values.timestamp_from_system_start}] ${values.message}`,
});

export const dmesgOptions = options({
  name: "DmesgOptions",
  path: "rust_safe_system_info::options",
  summary: "Begins the options of how the kernel's messages are read.",
  only: "linux",
  fields: { human_readable_time: field.boolean() },
});

export const dmesgNamespaces: readonly Namespace[] = [dmesgEntry, dmesgOptions.namespace];

/** The kernel's messages, the oldest first; with `dates` their times as local dates. Asks to read `/dev/kmsg`. */
export function dmesgInfo({ access }: Call, dates: boolean): DmesgEntry[] {
  const token = access.require(ask("read", file(LOG_PATH)));
  const records = recordsOf(token, LOG_PATH);
  const start = dates ? startOf(token, LOG_PATH) : 0;
  return records.flatMap((record) => {
    const { microseconds, message } = parseRecord(record) ?? {};
    if (microseconds === undefined || !message) return [];
    const time = dates ? localDate(start + Number(microseconds / MICROSECONDS)) : sinceStart(microseconds);
    return [new DmesgEntry({ timestamp_from_system_start: time, message })];
  });
}

interface LogRecord {
  readonly microseconds: bigint;
  readonly message: string;
}

/** Priority, sequence number, time, flags and more; then the message, to the end of the line: tags follow it. */
const RECORD = /^\s*\d+\s*,\s*\d+\s*,\s*(\d{1,18})\s*,[^;\n]*;(.*)/;

/** Undefined where `record` is none of the kernel's. */
export function parseRecord(record: string): LogRecord | undefined {
  const [, microseconds, message] = RECORD.exec(record) ?? [];
  if (microseconds === undefined || message === undefined) return undefined;
  return { microseconds: BigInt(microseconds), message };
}

const MICROSECONDS = 1_000_000n;

/** Seconds with six digits after the point, in at least twelve columns. */
export function sinceStart(microseconds: bigint): string {
  const fraction = String(microseconds % MICROSECONDS).padStart(6, "0");
  return `${microseconds / MICROSECONDS}.${fraction}`.padStart(12);
}

/** `Thu Jan 01 00:00:00 1970`, in the zone of the machine. */
export function localDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  // `Thu Jan 01 1970 00:00:00 GMT+0000 (…)`, in any locale.
  const [weekday, month, day, year] = date.toDateString().split(" ");
  return `${weekday} ${month} ${day} ${date.toTimeString().slice(0, 8)} ${year}`;
}
