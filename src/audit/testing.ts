/** Reads decision logs, for tests: all records in order, after their chain was checked. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hash } from "./decision-log.ts";
import { BEGINNING, type LogRecord } from "./record.ts";

export type { LogRecord };

/** @throws when the chain is broken */
export function recordsOf(directory: string): readonly LogRecord[] {
  const files = readdirSync(directory).filter((name) => /^decisions\.\d+\.jsonl$/.test(name));
  const lines = files.sort().flatMap((name) =>
    readFileSync(join(directory, name), "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  );
  // Lines that this program wrote.
  const records = lines.map((line) => JSON.parse(line) as LogRecord);
  records.forEach(({ seq, prev }, index) => {
    const before = lines[index - 1];
    const first = records[0]?.seq ?? 1;
    if (seq !== first + index) throw new Error(`record ${index} has sequence ${seq}`);
    if (before === undefined ? seq === 1 && prev !== BEGINNING : prev !== hash(Buffer.from(before))) {
      throw new Error(`the chain breaks at record ${seq}`);
    }
  });
  return records;
}
