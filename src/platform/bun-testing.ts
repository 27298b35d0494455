/** Helpers of the tests of this room. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { libc } from "./bun-ffi.ts";
import { type Kernel, withKernel } from "./file/kernel.ts";
import { NativeKernel } from "./file/native-kernel.ts";
import { ProcKernel } from "./file/proc-kernel.ts";
import { OsError } from "./os-error.ts";
import { withCredentials } from "./process/credentials.ts";

/** As on a machine whose kernel lacks openat2. */
class WalkingKernel extends NativeKernel {
  override readonly openPath = undefined;
}

const functions = libc();
if (functions === undefined) throw new Error("these tests need FFI");

export const KERNELS: { readonly [name: string]: Kernel } = {
  native: new NativeKernel(functions),
  "native without openat2": new WalkingKernel(functions),
  "without FFI": new ProcKernel(),
};

/** Makes the tests of `body` once for every kernel. */
export function withEveryKernel(body: (test: (title: string, action: () => void) => void) => void): void {
  for (const [name, kernel] of Object.entries(KERNELS)) {
    describe(name, () => body((title, action) => test(title, () => withKernel(kernel, action))));
  }
}

/** A fresh directory, as the kernel calls it, that is removed after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "remit-platform-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Calls `action` as a user without privileges. */
export function unprivileged<T>(action: () => T): T {
  if (functions === undefined || process.geteuid?.() !== 0) return action();
  return withCredentials(functions, { ...NOBODY, env: {}, maxOutput: 0, timeoutMs: 0 }, action);
}

const NOBODY = { uid: 65534, gid: 65534 };

/** The code of the OsError with which `action` fails. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(OsError);
    if (error instanceof OsError) return error.code;
  }
  return "no error";
}
