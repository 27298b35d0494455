import { readFileSync } from "node:fs";

/** What the kernel tells each program at its start: types and values, in words of 64 bits. See getauxval(3). */
const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

let values: ReadonlyMap<bigint, bigint> | undefined;

/** Bytes of a page of memory. */
export const pageSize = (): bigint => auxiliary().get(AT_PAGESZ) ?? 4096n;

/** Ticks of a second, in which the kernel counts processor time. */
export const ticksPerSecond = (): bigint => auxiliary().get(AT_CLKTCK) ?? 100n;

function auxiliary(): ReadonlyMap<bigint, bigint> {
  values ??= read();
  return values;
}

function read(): ReadonlyMap<bigint, bigint> {
  try {
    const bytes = readFileSync("/proc/self/auxv");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const pairs: [bigint, bigint][] = [];
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      pairs.push([view.getBigUint64(at, true), view.getBigUint64(at + 8, true)]);
    }
    return new Map(pairs);
  } catch {
    return new Map(); // not Linux, or no /proc: the values that almost every machine has
  }
}
