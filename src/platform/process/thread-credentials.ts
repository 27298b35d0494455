import { closeSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import type { Fd } from "../file/types.ts";
import { OsError } from "../os-error.ts";
import { SYSCALL } from "../syscall.ts";

const UNCHANGED = -1;
const CLONE_NEWPID = 0x20000000;
const PRCTL = {
  getDumpable: 3,
  setDumpable: 4,
  getKeepCapabilities: 7,
  setKeepCapabilities: 8,
  ambient: 47,
} as const;
const AMBIENT = { isSet: 1, raise: 2, clearAll: 4 } as const;
const CAPABILITY_VERSION_3 = 0x20080522;

export type Undo = () => void;

/** The PID namespace of another process could not be entered. */
export class NamespaceRefused extends Error {
  override readonly name = "NamespaceRefused";
  constructor(override readonly cause: OsError) {
    super(cause.message);
  }
}

/** What the current thread is allowed. The system calls are those of the thread: the others of this process keep theirs. */
export class ThreadCredentials {
  /** What system calls read and write, alive as long as this. */
  private readonly held: Uint8Array[] = [];

  constructor(private readonly libc: Libc) {}

  enterPidNamespace(process: Fd): Undo {
    const own = this.call(SYSCALL.pidfd_open, globalThis.process.pid, 0);
    const leave = (): void => {
      closeSync(own);
    };
    try {
      this.call(SYSCALL.setns, process, CLONE_NEWPID);
    } catch (error) {
      leave();
      throw error instanceof OsError ? new NamespaceRefused(error) : error;
    }
    return () => {
      this.call(SYSCALL.setns, own, CLONE_NEWPID);
      leave();
    };
  }

  /**
   * Makes `uid` the real and the effective user; the saved one stays ours, so that there is a way back. On that way
   * the kernel would take all capabilities from a thread that stops being root.
   */
  becomeUser(uid: number): Undo {
    const [real, effective, saved] = this.three(SYSCALL.getresuid);
    const capabilities = this.capabilities();
    const raised = this.ambient();
    const dumpable = this.prctl(PRCTL.getDumpable);
    const kept = this.prctl(PRCTL.getKeepCapabilities);
    this.prctl(PRCTL.setKeepCapabilities, 1);
    try {
      this.call(SYSCALL.setresuid, uid, uid, effective);
    } catch (error) {
      this.prctl(PRCTL.setKeepCapabilities, kept);
      throw error;
    }
    return () => {
      this.call(SYSCALL.setresuid, UNCHANGED, effective, UNCHANGED);
      this.call(SYSCALL.setresuid, real, effective, saved);
      this.setCapabilities(capabilities);
      this.setAmbient(raised);
      this.prctl(PRCTL.setKeepCapabilities, kept);
      // The kernel hides our own files in /proc from us once the user has changed.
      if (dumpable === 1) this.prctl(PRCTL.setDumpable, dumpable);
    };
  }

  becomeGroup(gid: number): Undo[] {
    const groups = this.groups();
    const [real, effective, saved] = this.three(SYSCALL.getresgid);
    this.setGroups(new Uint32Array());
    const undoGroups = (): void => this.setGroups(groups);
    try {
      this.call(SYSCALL.setresgid, gid, gid, gid);
    } catch (error) {
      undoGroups();
      throw error;
    }
    return [undoGroups, () => this.call(SYSCALL.setresgid, real, effective, saved)];
  }

  /** Makes `capabilities` all that a program inherits. */
  inherit(capabilities: readonly number[], ambient: boolean): Undo[] {
    const before = this.capabilities();
    const raised = this.ambient();
    const undo = (): void => {
      this.setCapabilities(before);
      this.setAmbient(raised);
    };
    try {
      // Three sets, in words of 32 capabilities: effective, permitted, inheritable; then the upper words alike.
      const wanted = before.slice();
      wanted[2] = 0;
      wanted[5] = 0;
      for (const capability of capabilities) {
        const word = capability < 32 ? 2 : 5;
        wanted[word] = ((wanted[word] ?? 0) | (1 << (capability % 32))) >>> 0;
      }
      this.setCapabilities(wanted);
      this.setAmbient(ambient ? capabilities : []);
    } catch (error) {
      undo();
      throw error;
    }
    return [undo];
  }

  private capabilities(): Uint32Array {
    const data = new Uint32Array(6);
    this.call(SYSCALL.capget, this.header(), this.address(data));
    return data;
  }

  private setCapabilities(data: Uint32Array): void {
    this.call(SYSCALL.capset, this.header(), this.address(data));
  }

  private ambient(): number[] {
    const raised: number[] = [];
    try {
      for (let capability = 0; ; capability++) {
        const set = this.prctl(PRCTL.ambient, AMBIENT.isSet, capability);
        if (set === 1) raised.push(capability);
      }
    } catch {
      return raised; // that was one more than this kernel knows
    }
  }

  private setAmbient(capabilities: readonly number[]): void {
    this.prctl(PRCTL.ambient, AMBIENT.clearAll);
    for (const capability of capabilities) {
      this.prctl(PRCTL.ambient, AMBIENT.raise, capability);
    }
  }

  private groups(): Uint32Array {
    const groups = new Uint32Array(this.call(SYSCALL.getgroups, 0, 0));
    if (groups.length > 0) this.call(SYSCALL.getgroups, groups.length, this.address(groups));
    return groups;
  }

  private setGroups(groups: Uint32Array): void {
    this.call(SYSCALL.setgroups, groups.length, groups.length > 0 ? this.address(groups) : 0);
  }

  /** The real, effective and saved ID. */
  private three(number: number): readonly [number, number, number] {
    const ids = new Uint32Array(3);
    const address = this.address(ids);
    this.call(number, address, address + 4, address + 8);
    return [ids[0] ?? 0, ids[1] ?? 0, ids[2] ?? 0];
  }

  /** For the current thread. */
  private header(): number {
    return this.address(new Uint32Array([CAPABILITY_VERSION_3, 0]));
  }

  private address(words: Uint32Array): number {
    const bytes = new Uint8Array(words.buffer);
    this.held.push(bytes);
    return this.libc.addressOf(bytes);
  }

  private prctl(option: number, ...args: number[]): number {
    return this.call(SYSCALL.prctl, option, ...args);
  }

  private call(number: number, ...args: number[]): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    return this.libc.check(this.libc.functions.syscall(number, a, b, c, d, e, f));
  }
}
