import { setTimeout } from "node:timers/promises";
import { type Libc, libc } from "./bun-ffi.ts";
import { OsError } from "./os-error.ts";
import { endsFirst } from "./out-of-memory.ts";
import { becomeSubreaper, ownChildren } from "./process/children.ts";

const WNOHANG = 1;
/** Between looks at what is left, and how many there are: whoever is killed has so long to disappear. */
const PAUSE_MS = 5;
const LOOKS = 400;

/** Children that have not ended, which this program started by itself. */
const own = new Set<number>();
let library: Libc | undefined;

/**
 * From now on, what a runner that is killed or crashes leaves behind of its run comes to this process, which ends it:
 * nobody else would know of it, and the kill switch not reach it. Linux only, and where C can be called.
 */
export function endOrphansOfRunners(): void {
  const c = process.platform === "linux" ? libc() : undefined;
  if (c === undefined) return;
  try {
    becomeSubreaper(c);
    library = c;
  } catch (error) {
    // A sandbox may not let it; `remit doctor` says so.
    if (!(error instanceof OsError)) throw error;
  }
}

/** A child of this program's own has begun. */
export function childBegan(pid: number): void {
  own.add(pid);
}

/** It has ended, and its children are this process's. */
export function childEnded(pid: number): void {
  own.delete(pid);
  if (library !== undefined) void endOrphans(library);
}

async function endOrphans(c: Libc): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const left = orphans();
    if (left.length === 0) return;
    for (const pid of left) end(c, pid);
    await setTimeout(PAUSE_MS);
  }
}

/** As the first process of a container, this one has children that are nobody's business: those of runners end first. */
const orphans = (): readonly number[] => ownChildren().filter((pid) => !own.has(pid) && endsFirst(pid));

function end(c: Libc, pid: number): void {
  try {
    // A child of ours: its number cannot become another's before it is waited for.
    process.kill(pid, "SIGKILL");
    c.check(c.functions.waitpid(pid, 0, WNOHANG));
  } catch {
    // It has become another user's.
  }
}
