import { readFileSync, readlinkSync } from "node:fs";
import { functionsOfC } from "./bun-ffi.ts";

const MADV_DONTNEED = 4;
/**
 * The parts of a file that nobody has written to, as the kernel lists them in `/proc/self/maps` (proc_pid_maps(5)): code,
 * and constants, which begin with the file. Elsewhere the loader has written to what may only be read by now (RELRO).
 */
const UNWRITTEN = /^([0-9a-f]+)-([0-9a-f]+) (?:r-xp \S+|r--p 0+) \S+ \S+ +(.*)$/gm;

/**
 * Gives back memory that this process does not use while it has nothing to do: garbage, which otherwise stays until there
 * is more of it, and the pages of the executable's code and constants, most of which only the start needs. They stay in the
 * kernel's cache as long as there is room, and are mapped again as they are used.
 */
export function giveBack(): void {
  if (process.platform !== "linux" || process.versions["bun"] === undefined) return;
  Bun.gc(true);
  const madvise = functionsOfC({ madvise: { args: ["i64_fast", "i64_fast", "i32"], returns: "i32" } })
    ?.symbols["madvise"];
  const executable = readlinkSync("/proc/self/exe");
  for (const [, from = "", to = "", file] of readFileSync("/proc/self/maps", "utf8").matchAll(UNWRITTEN)) {
    const start = Number.parseInt(from, 16);
    // What is let go is what the file has. It may not be said of any other part.
    if (file === executable) madvise?.(start, Number.parseInt(to, 16) - start, MADV_DONTNEED);
  }
}

/** Calls `act` once nothing has been done for `quietMs` milliseconds after something was. While nothing is, no timer runs. */
export class Quiet {
  private last = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly quietMs: number,
    private readonly act: () => void,
  ) {}

  /** Something is done now. */
  broken(): void {
    this.last = performance.now();
    // Moved when it is due, not now: there may be thousands a second of these.
    this.timer ??= this.after(this.quietMs);
  }

  private after(ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      const missing = this.last + this.quietMs - performance.now();
      this.timer = missing > 0 ? this.after(Math.ceil(missing)) : undefined;
      if (this.timer === undefined) this.act();
    }, ms);
    timer.unref();
    return timer;
  }
}
