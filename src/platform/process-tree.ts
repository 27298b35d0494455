import { readdirSync } from "node:fs";
import { STAT, statFields } from "./process/stat.ts";

/** Processes of a tree that are stopped before any of them is looked for once more. */
const ROUNDS = 8;

/**
 * Ends `pid` and all that it has started, also in sessions of their own. It is stopped first, so that it cannot start
 * others meanwhile, and it goes last: what has lost its parent cannot be found. Linux only; elsewhere it alone ends.
 */
export function killTree(pid: number): void {
  signal(pid, "SIGSTOP");
  for (let round = 0; round < ROUNDS; round++) {
    const found = descendantsOf(pid);
    if (found.length === 0) break;
    for (const child of found) signal(child, "SIGKILL");
  }
  signal(pid, "SIGKILL");
}

/** Numbers of all living processes below `pid`. */
function descendantsOf(pid: number): readonly number[] {
  const children = childrenByParent();
  const found: number[] = [];
  const left = [pid];
  for (let parent = left.pop(); parent !== undefined; parent = left.pop()) {
    for (const child of children.get(parent) ?? []) {
      if (child === pid || found.includes(child)) continue;
      found.push(child);
      left.push(child);
    }
  }
  return found;
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of processNames()) {
    const pid = Number(name);
    const fields = statFields(pid);
    const [state, parent] = [fields[STAT.state], fields[STAT.parent]];
    if (state === undefined || state === "Z" || parent === undefined) continue;
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), pid]);
  }
  return children;
}

function processNames(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}
