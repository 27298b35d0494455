import { functionsOfC } from "./bun-ffi.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * From now on the kernel ends this process when the one that started it ends, however that happens: nobody would be left
 * to stop what it does. Linux only, and where C can be called.
 */
export function endWithParent(): void {
  if (process.platform !== "linux") return;
  const prctl = functionsOfC({ prctl: { args: ["i32", "i64_fast"], returns: "i32" } })?.symbols["prctl"];
  prctl?.(PR_SET_PDEATHSIG, SIGKILL);
}
