import { startSelf } from "../../platform/child.ts";
import { LIMITS } from "../../platform/limits.ts";
import { type Candidate, CHECK_COMMAND, CheckAnswer, type Refusal } from "./candidate.ts";

/** What bounds a check. */
export interface CheckBounds {
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Another executable of this program. */
  readonly program?: string;
}
const BOUNDS: CheckBounds = { timeMs: LIMITS.bundleCheckMs, memoryBytes: LIMITS.bundleCheckBytes };
const ANSWER_BYTES = 256 * 1024;
/**
 * Without the compiler that pays in processes that stay only: a check of 100 policies takes a third of the processor's
 * time (measured with Bun 1.4.5).
 */
const ENVIRONMENT = { BUN_JSC_useOMGJIT: "0" };

/**
 * Checks a candidate in a process of its own: whatever is in it, nothing happens to this one. A process that does not end
 * in time, takes too much memory or crashes refuses it.
 */
export async function checkInProcess(
  candidate: Candidate,
  bounds: Partial<CheckBounds> = {},
): Promise<CheckAnswer> {
  const { timeMs, memoryBytes, program } = { ...BOUNDS, ...bounds };
  let answer: CheckAnswer | undefined;
  let why: Refusal | undefined;
  const child = startSelf({
    args: [CHECK_COMMAND, ...Object.entries(candidate).flatMap(([name, value]) => [`--${name}`, value])],
    lineBytes: ANSWER_BYTES,
    environment: ENVIRONMENT,
    // Runs go on meanwhile, under the bundle that is in force.
    isBackground: true,
    onLine: (line) => {
      answer ??= parseAnswer(line);
    },
    ...(program === undefined ? {} : { program }),
  });
  child.boundMemory(memoryBytes, () => {
    const message = `checking it took more memory than ${memoryBytes} bytes (bundleCheckBytes)`;
    why ??= { code: "check_failed", message };
  });
  child.close();
  const late = setTimeout(() => {
    why ??= { code: "check_timeout", message: `checking it took longer than ${timeMs} ms (bundleCheckMs)` };
    child.killTree();
  }, timeMs);
  const { code, signal } = await child.ended;
  clearTimeout(late);
  if (why !== undefined) return { refused: why };
  if (answer !== undefined && code === 0) return answer;
  const how = signal === null ? `with status ${code}` : `by ${signal}`;
  return { refused: { code: "check_failed", message: `the process that checked it ended ${how}` } };
}

function parseAnswer(line: string): CheckAnswer | undefined {
  try {
    return CheckAnswer.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
