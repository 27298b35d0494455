import { counter, words } from "./counter.ts";
import { systemError } from "./errors.ts";

/** Columns of `/proc/slabinfo` that are used, in the order in which the reference misses them. */
const COLUMNS = [
  "active_objs",
  "num_objs",
  "objsize",
  "objperslab",
  "pagesperslab",
  "active_slabs",
  "num_slabs",
] as const;

/** A line of `/proc/slabinfo`. */
export type Cache = { readonly [K in (typeof COLUMNS)[number]]: bigint } & { readonly name: string };

const SUPPORTED = "2.1";

/** The caches of `/proc/slabinfo`, of the format's version 2.1, at least one. See slabinfo(5). */
export function parseSlabinfo(text: string): readonly Cache[] {
  const [first, header = "", ...lines] = text.split("\n");
  expectVersion(text === "" ? undefined : first);
  const columns = [...header.matchAll(/<(\w+)>/g)].map(([, name]) => name);
  const caches = lines.flatMap((line) => cacheOf(line, columns));
  if (caches.length === 0) throw unreadable("No slab entries found");
  return caches;
}

function expectVersion(line: string | undefined): void {
  if (line === undefined) throw unreadable("Missing version line in /proc/slabinfo");
  const version = words(line.replaceAll(":", " ")).at(-1);
  if (version === undefined) throw unreadable("Unable to parse version from /proc/slabinfo");
  if (version !== SUPPORTED) {
    throw systemError(`Failed to parse slabinfo. This version ${version} of slabinfo is not supported`);
  }
}

function cacheOf(line: string, columns: readonly (string | undefined)[]): Cache[] {
  const [given, ...rest] = words(line);
  if (given === undefined) return [];
  const name = given.replace(/^:/, "");
  const numbers = rest.flatMap((word) => counter(word) ?? []);
  const entries = COLUMNS.map((column) => {
    const index = columns.indexOf(column);
    const number = index < 0 ? undefined : numbers[index];
    if (number === undefined) throw unreadable(`Missing ${column} field for slab: ${name}`);
    return [column, number] as const;
  });
  // One for each of the columns.
  return [{ ...(Object.fromEntries(entries) as Omit<Cache, "name">), name }];
}

const unreadable = (reason: string) => systemError(`Failed to parse slabinfo data: ${reason}`);
