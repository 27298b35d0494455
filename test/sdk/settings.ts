import { spawnSync } from "node:child_process";

/**
 * Why the files of this system must not be loaded as parameters of the kernel here, for the names of tests; empty where
 * all parameters that they set are so already.
 */
export const NO_SETTINGS = isSet() ? "" : " (skipped: it would change parameters of this machine's kernel)";

function isSet(): boolean {
  const planned = lines("--system", "--dry-run")
    .map((line) => /^(\S+) = (.*)$/.exec(line))
    .flatMap((match) => (match ? [[match[1] ?? "", match[2] ?? ""] as const] : []));
  if (planned.length === 0) return false;
  const values = lines("-n", ...planned.map(([key]) => key));
  return planned.every(([, value], index) => isSame(value, values[index] ?? ""));
}

/** What sysctl prints; nothing where it fails. */
function lines(...args: readonly string[]): readonly string[] {
  const { status, stdout } = spawnSync("sysctl", args, { encoding: "utf8" });
  return status === 0 ? stdout.split("\n") : [];
}

/** But for the spaces: the kernel puts tabs between numbers. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.trim().replaceAll(/\s+/g, " "));
  return left === right;
}
