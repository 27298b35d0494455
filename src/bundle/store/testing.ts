/** A process that dies while it writes, for tests. */
import { constants, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closing } from "../../platform/file/descriptor.ts";
import { type Kernel, kernel, withKernel, withKernelUntil } from "../../platform/file/kernel.ts";
import type { Fd } from "../../platform/file/types.ts";
import { openAt, truncate } from "../../platform/file.ts";
import { OsError } from "../../platform/os-error.ts";

const MEMORY = "/dev/shm";

/** A directory of its own, in memory where that can be: what is tested here forces thousands of files to the disk. */
export const temporaryDirectory = (): string =>
  mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "remit-bundle-"));

/** How a process dies at a call that changes the disk: without it or after it, and what is left of a file that got a name. */
export const DEATHS = ["before", "after", "empty", "half"] as const;
export type Death = (typeof DEATHS)[number];

/** What is done at the death: nothing more reaches the disk, or the process really ends. */
export type End = () => void;

/**
 * Calls `action` with a disk that is gone from the call `at` on (counted from 0) that makes, renames or removes a name.
 * Returns how many such calls there were.
 */
export async function dyingAt(
  at: number,
  death: Death,
  action: () => Promise<unknown>,
  end: End = () => undefined,
): Promise<number> {
  const base = kernel();
  let count = 0;
  let isDead = false;
  const die = () => {
    isDead = true;
    end();
    throw new OsError("EIO");
  };
  /** A call that changes the disk, unless it fails; `left` cuts what it left. */
  const change = <T>(call: () => T, left?: (death: Death) => void): T => {
    if (isDead) throw new OsError("EIO");
    if (count === at && death === "before") return die();
    const result = call();
    if (count++ !== at) return result;
    left?.(death);
    return die();
  };
  const dying: Partial<Kernel> = {
    openAt: (dir, name, flags, mode) => {
      const open = () => base.openAt(dir, name, flags, mode);
      return (flags & constants.O_CREAT) === 0 ? open() : change(open);
    },
    mkdirAt: (...names) => change(() => base.mkdirAt(...names)),
    unlinkAt: (...names) => change(() => base.unlinkAt(...names)),
    renameAt: (...names) => change(() => base.renameAt(...names), cut(names[2], names[3])),
  };
  const mixed = new Proxy(base, {
    get: (target, name) => {
      const own = dying[name as keyof Kernel] ?? target[name as keyof Kernel];
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
  await withKernelUntil(mixed, action);
  return count;

  /** As a disk leaves a file whose content had not reached it. */
  function cut(directory: Fd, name: string): (death: Death) => void {
    return (how) => {
      const share = { before: 1, after: 1, empty: 0, half: 0.5 }[how];
      const file = withKernel(base, () => openAt(directory, name, { access: "read-write" }));
      closing(file, (fd) => {
        const { size } = withKernel(base, () => base.statAt(directory, name));
        truncate(fd, Math.floor(size * share));
      });
    };
  }
}
