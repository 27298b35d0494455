import { readlinkSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import { LIMITS, LimitError } from "../limits.ts";
import { OsError } from "../os-error.ts";
import { becomeSubreaper, ownChildren } from "./children.ts";
import { STAT, statFields } from "./stat.ts";

const WNOHANG = 1;
/** How long killed processes, and what they start meanwhile, have to disappear, in milliseconds. */
const GRACE_MS = 2000;
const PAUSE_MS = 1;
const pause = new Int32Array(new SharedArrayBuffer(4));

let libc: Libc | undefined;
/** What has ended as its program did, and is not forgotten before the run is over. */
const kept = new Set<number>();

/** From now on what executed programs leave behind, also as a daemon, becomes a child of this process. */
export function adoptOrphans(library: Libc): void {
  if (libc) return;
  becomeSubreaper(library);
  libc = library;
}

/**
 * Numbers of the processes that executed programs left behind. They are children in another session than this process's:
 * each program begins one, and nothing comes back from there.
 * @throws {LimitError} when they are more than `children`
 */
export function leftBehind(): ReadonlySet<number> {
  reapOrphans();
  const found = orphans();
  // One that was seen in its program's session may have left that since, and go on.
  const going = found.filter((pid) => !kept.has(pid) || !hasEnded(pid));
  if (going.length > LIMITS.children) throw new LimitError("children", LIMITS.children);
  return new Set(found);
}

/** Forgets of them what has ended: until then the kernel counts it as a process. */
export function reapOrphans(): void {
  if (libc) for (const pid of orphans()) if (!kept.has(pid)) reap(libc, pid);
}

/**
 * Numbers of the processes that a program left behind in its session and that still run. The program is over when they
 * are; what has ended of them stays known until the run is over, as it does where nobody waits for it.
 */
export function runningIn(session: number): readonly number[] {
  const found = orphans().filter((pid) => field(pid, "session") === session);
  for (const pid of found) kept.add(pid);
  return found.filter((pid) => !hasEnded(pid));
}

/** Kills all that was left behind but for `spared`, and what that has started, which comes to us as its parent ends. */
export function endLeftBehind(spared: ReadonlySet<number> = new Set()): void {
  const deadline = performance.now() + GRACE_MS;
  kept.clear();
  while (libc) {
    const alive = orphans().filter((pid) => !spared.has(pid));
    if (alive.length === 0 || performance.now() > deadline) return;
    for (const pid of alive) kill(pid);
    for (const pid of alive) reap(libc, pid);
    Atomics.wait(pause, 0, 0, PAUSE_MS);
  }
}

function orphans(): readonly number[] {
  if (!libc || !isOwnProc()) return [];
  const own = field("self", "session");
  return ownChildren().filter((pid) => field(pid, "session") !== own);
}

/** Whether /proc counts as we do: that of another mount namespace, in which a script may be, has other numbers. */
function isOwnProc(): boolean {
  try {
    return readlinkSync("/proc/self") === String(process.pid);
  } catch {
    return false;
  }
}

/** Of a process that is not there any more `undefined`. */
function field(pid: number | "self", name: "session"): number | undefined {
  const text = statFields(pid)[STAT[name]];
  return text === undefined ? undefined : Number(text);
}

const hasEnded = (pid: number): boolean => ["Z", "X", undefined].includes(statFields(pid)[STAT.state]);

function kill(pid: number): void {
  try {
    // A child of ours: its number cannot become another's before it is reaped.
    process.kill(pid, "SIGKILL");
  } catch {
    // It has become another user's.
  }
}

function reap(library: Libc, pid: number): void {
  try {
    library.check(library.functions.waitpid(pid, 0, WNOHANG));
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
  }
}
