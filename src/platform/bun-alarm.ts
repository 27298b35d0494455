import { functionsOfC } from "./bun-ffi.ts";

/**
 * Lets the kernel end this process (SIGALRM) after `milliseconds`, in whole seconds; the function returned calls that
 * off. For what nothing inside can interrupt: one call of a native function of the script's language, such as sorting
 * long texts, asks nobody whether it may go on. Does nothing where C cannot be called.
 */
export function endProcessAfter(milliseconds: number): () => void {
  const alarm = functionsOfC({ alarm: { args: ["u32"], returns: "u32" } })?.symbols["alarm"];
  alarm?.(Math.ceil(milliseconds / 1000));
  return () => {
    alarm?.(0);
  };
}
