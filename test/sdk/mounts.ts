import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Mounts an empty file system at the directory `path`. */
export const mount = (path: string): void => command("mount", "-t", "tmpfs", "-o", "size=64k", "none", path);

/** Unmounts what is at `path`, where something is. */
export function unmountAny(path: string): void {
  try {
    command("umount", path);
  } catch {
    // Nothing is mounted there.
  }
}

const command = (name: string, ...args: string[]): void => {
  execFileSync(name, args, { stdio: "ignore" });
};

/** Why nothing can be mounted here, for the names of tests; empty where it can. */
export const NO_MOUNTS = whyNoMounts();

function whyNoMounts(): string {
  const directory = mkdtempSync(join(tmpdir(), "remit-mounts-"));
  try {
    mount(directory);
    command("umount", directory);
    return "";
  } catch {
    return " (skipped: no permission to mount)";
  } finally {
    rmdirSync(directory);
  }
}
