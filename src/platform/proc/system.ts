import { LIMITS } from "../limits.ts";
import { OsError } from "../os-error.ts";
import { readSystemText } from "../system/text.ts";

/** More than the kernel writes about itself: a line for each of its processors and interrupts. */
const SYSTEM_BYTES = 4 * 1024 * 1024;

/** Whole seconds since the start of the machine. */
export function uptimeSeconds(): number {
  return Math.floor(Number.parseFloat(readSystemText("/proc/uptime", SYSTEM_BYTES)));
}

/** Bytes of memory that the machine has. */
export function totalMemory(): bigint {
  const kibibytes = /^MemTotal:\s+(\d+) kB$/m.exec(readSystemText("/proc/meminfo", SYSTEM_BYTES))?.[1];
  if (kibibytes === undefined) throw new OsError("EIO");
  return BigInt(kibibytes) * 1024n;
}

export interface CpuTimes {
  /** Of all processors, busy or not, since the start of the machine, in hundredths of a second. */
  readonly total: number;
  readonly processors: number;
}

export function cpuTimes(): CpuTimes {
  const text = readSystemText("/proc/stat", SYSTEM_BYTES);
  const times = /^cpu +([\d ]+)$/m.exec(text)?.[1]?.split(" ") ?? [];
  return {
    total: times.reduce((sum, time) => sum + Number(time), 0),
    processors: Math.max(1, text.match(/^cpu\d+ /gm)?.length ?? 0),
  };
}

// Address, use count, protocol, flags, type, state, inode, and of some a path.
const SOCKET = /^\S+ \S+ \S+ \S+ \S+ \S+ +(\d+) (.+)$/gm;

/** Paths of the Unix sockets that have one, by inode; empty where this user may not know. */
export function unixSockets(): ReadonlyMap<string, string> {
  try {
    const text = readSystemText("/proc/net/unix", LIMITS.fileBytes);
    return new Map([...text.matchAll(SOCKET)].map(([, inode = "", path = ""]) => [inode, path]));
  } catch (error) {
    if (error instanceof OsError) return new Map();
    throw error;
  }
}
