import type { Fd } from "../file/types.ts";
import { LIMITS } from "../limits.ts";
import { OsError } from "../os-error.ts";
import { readEntry } from "./directory.ts";

/** What the kernel knows of a process, or of a thread. Times are in hundredths of a second. */
export interface ProcessStatus {
  readonly pid: number;
  /** Of a thread the process that it is of; else the same as `pid`. */
  readonly process: number;
  /** At most 15 bytes, and whatever the process wants it to be. */
  readonly name: string;
  /** One letter, as in proc_pid_stat(5). */
  readonly state: string;
  /** 0 where there is none. */
  readonly parent: number;
  readonly userTime: number;
  readonly systemTime: number;
  /** Since the start of the machine. With the number it tells a process from any other. */
  readonly startTime: number;
  /** The real user; undefined where it cannot be read. */
  readonly uid: number | undefined;
  readonly residentBytes: number;
  /** Empty words left out; empty of a kernel thread. */
  readonly command: readonly string[];
}

/** More than the kernel writes of one process. */
const STATUS_BYTES = 64 * 1024;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Lines of `status`, and the first number in each. The name is in the first line, with its line ends written as `\n`. */
const LINES = { process: /^Tgid:\s*(\d+)/m, uid: /^Uid:\s*(\d+)/m, resident: /^VmRSS:\s*(\d+)/m } as const;

/** Where the fields are behind the name in `stat`, from the state on. */
const STAT = { state: 0, parent: 1, userTime: 11, systemTime: 12, startTime: 19 } as const;

/**
 * Reads the process whose directory is open.
 * @param maxCommandBytes LimitError `commandBytes` when its command line is longer
 */
export function readProcess(process: Fd, maxCommandBytes: number = LIMITS.commandBytes): ProcessStatus {
  const stat = readEntry(process, "stat", STATUS_BYTES);
  const [open, close] = [stat.indexOf(0x28), stat.lastIndexOf(0x29)];
  if (open < 0 || close < open) throw new OsError("EIO");
  const fields = decoder.decode(stat.subarray(close + 2)).split(" ");
  const number = (field: keyof typeof STAT): number => wholeNumber(fields[STAT[field]]);
  const status = unlessRefused(() => decoder.decode(readEntry(process, "status", STATUS_BYTES))) ?? "";
  const pid = wholeNumber(decoder.decode(stat.subarray(0, open)).trim());
  return {
    pid,
    process: lineOf(status, LINES.process) ?? pid,
    name: decoder.decode(stat.subarray(open + 1, close)),
    state: fields[STAT.state] ?? "?",
    parent: number("parent"),
    userTime: number("userTime"),
    systemTime: number("systemTime"),
    startTime: number("startTime"),
    uid: lineOf(status, LINES.uid),
    residentBytes: 1024 * (lineOf(status, LINES.resident) ?? 0),
    command: words(unlessRefused(() => readEntry(process, "cmdline", maxCommandBytes)) ?? new Uint8Array()),
  };
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || !/^-?\d+$/.test(text)) throw new OsError("EIO");
  return Number(text);
}

/** The number that a line of `status` says. */
function lineOf(status: string, line: RegExp): number | undefined {
  const found = line.exec(status)?.[1];
  return found === undefined ? undefined : Number(found);
}

function words(bytes: Uint8Array): string[] {
  return decoder
    .decode(bytes)
    .split("\0")
    .map((word) => word.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, ""))
    .filter((word) => word !== "");
}

/** What `read` returns; undefined where this user may not read it. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof OsError && (error.code === "EACCES" || error.code === "EPERM")) return undefined;
    throw error;
  }
}
