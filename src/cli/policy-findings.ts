import { join } from "node:path";
import { startSelf } from "../platform/child.ts";
import { LIMITS } from "../platform/limits.ts";
import { ACTIVE } from "../runner/active-policy.ts";

/** Lines that are told; of further ones only the number. */
const MAX_LINES = 20;
/** So much later, in milliseconds, it takes nothing from a start or a reload. */
const LATER_MS = 1000;
/** How long it may take, in milliseconds; it is help, and nothing waits for it. */
const WITHIN_MS = 30_000;

/** {@link tellFindings}, as soon as what is more urgent is done. */
export function tellFindingsLater(...given: Parameters<typeof tellFindings>): void {
  setTimeout(() => void tellFindings(...given), LATER_MS).unref();
}

/**
 * Tells what strict validation finds in the policy file that is in force: a policy with an action that is misspelt permits
 * nothing, and forbids nothing either. In a process of its own, since this one holds no Cedar.
 * @param state path of the state directory
 * @param file where the owner has the policy, if that is known
 */
async function tellFindings(
  state: string,
  file: string | undefined,
  say: (text: string) => void,
): Promise<void> {
  const kept = join(state, ACTIVE);
  const lines: string[] = [];
  const child = startSelf({
    args: ["validate", "--policy-file", kept],
    lineBytes: LIMITS.reportBytes,
    isBackground: true,
    onLine: (line) => lines.push(line.startsWith(kept) ? (file ?? kept) + line.slice(kept.length) : line),
  });
  child.close();
  const late = setTimeout(() => child.killTree(), WITHIN_MS);
  const { code } = await child.ended;
  clearTimeout(late);
  if (code !== 1) return;
  for (const line of lines.slice(0, MAX_LINES)) say(line);
  if (lines.length > MAX_LINES) say(`and ${lines.length - MAX_LINES} more; remit validate shows all`);
  say(
    "it is in force as it is: a policy that cannot work as written permits nothing, and forbids nothing either",
  );
}
