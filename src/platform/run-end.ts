import { beginTime } from "./deadline.ts";

let actions: (() => void)[] = [];

/** Has `action` called once this run is over. */
export function whenRunEnds(action: () => void): void {
  if (!actions.includes(action)) actions.push(action);
}

/** The engine begins to count a little later than this process does, in milliseconds. */
const ENGINE_DELAY_MS = 50;

/**
 * Calls `action` as a run that has `milliseconds` and ends when `reason` gives one. After it the run is over, and whatever
 * this process does then has no such bounds.
 */
export async function duringRun<T>(
  milliseconds: number,
  reason: () => string | undefined,
  action: () => Promise<T>,
): Promise<T> {
  beginTime(milliseconds, reason, ENGINE_DELAY_MS);
  try {
    return await action();
  } finally {
    endRun();
    beginTime(Number.POSITIVE_INFINITY);
  }
}

/** The run is over. */
export function endRun(): void {
  const due = actions;
  actions = [];
  for (const action of due) action();
}
