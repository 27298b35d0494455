/** A small program, and a core dump of it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = realpathSync("/bin/sleep");

export const WORKER: Uint8Array = readFileSync(PROGRAM);

/** `undefined` where gdb is not there, or may not trace. */
export const CORE: Uint8Array | undefined = makeCore();

function makeCore(): Uint8Array | undefined {
  const directory = mkdtempSync(join(tmpdir(), "remit-core-"));
  const path = join(directory, "worker.core");
  const commands = ["starti", `generate-core-file ${path}`, "kill"].map((command) => `-ex=${command}`);
  try {
    spawnSync("gdb", [
      "-nx",
      "-batch",
      "-iex=set startup-with-shell off",
      ...commands,
      "--args",
      PROGRAM,
      "9",
    ]);
    return readFileSync(path);
  } catch {
    return undefined;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
