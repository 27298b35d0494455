import { counter, words } from "../sysinfo/counter.ts";

/** Columns of `/proc/diskstats` behind the name, in the kernel's order. Times are milliseconds. */
const COLUMNS = [
  "reads",
  "readsMerged",
  "sectorsRead",
  "timeReading",
  "writes",
  "writesMerged",
  "sectorsWritten",
  "timeWriting",
  "inProgress",
  "timeBusy",
  "weightedTime",
] as const;

/** What a drive, or a part of one, did since the machine started. */
export type Drive = { readonly [K in (typeof COLUMNS)[number]]: number } & { readonly name: string };

/** The content of `/proc/diskstats`; see proc_diskstats(5). */
export function parseDrives(text: string): readonly Drive[] {
  return text.split("\n").flatMap((line) => {
    const [, , name, ...columns] = words(line);
    if (name === undefined || columns.length < COLUMNS.length) return [];
    const counts = COLUMNS.map((column, index) => [column, Number(counter(columns[index]) ?? 0n)] as const);
    // One for each of the columns.
    return [{ ...(Object.fromEntries(counts) as Omit<Drive, "name">), name }];
  });
}
