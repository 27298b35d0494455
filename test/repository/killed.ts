/**
 * Releases what is staged, or refreshes, and is killed before one of the calls that change what is on the disk; called by
 * `kill.test.ts` as a program of its own.
 */
import { createPrivateKey } from "node:crypto";
import { Folder, keySigner, refresh, release } from "../../src/bundle/repository/index.ts";
import { NativeKernel } from "../../src/platform/file/native-kernel.ts";

/** What to do. */
export interface Input {
  readonly path: string;
  readonly action: "release" | "refresh";
  readonly now: string;
  /** Private keys in PEM. */
  readonly keys: readonly string[];
  /** Calls that are done; the next one is not. */
  readonly calls: number;
}

/** Ends this process before a call that changes something, once `calls` of them were done. */
function killAfter(calls: number): void {
  let left = calls;
  const count = (): void => {
    if (left-- === 0) process.kill(process.pid, "SIGKILL");
  };
  const kernel = NativeKernel.prototype;
  const { openAt, renameAt, unlinkAt } = kernel;
  kernel.openAt = function (dirFd, name, flags, mode) {
    // Only what is created has a mode.
    if (mode !== 0) count();
    return openAt.call(this, dirFd, name, flags, mode);
  };
  kernel.renameAt = function (...args) {
    count();
    renameAt.apply(this, args);
  };
  kernel.unlinkAt = function (...args) {
    count();
    unlinkAt.apply(this, args);
  };
}

if (import.meta.main) {
  const { path, action, now, keys, calls } = JSON.parse(process.argv[2] ?? "") as Input;
  const signers = keys.map((key) => keySigner(createPrivateKey(key), "online"));
  const act = action === "release" ? release : refresh;
  killAfter(calls);
  await Folder.use(path, { alone: true }, (folder) => act(folder, { signers, now: new Date(now) }));
}
