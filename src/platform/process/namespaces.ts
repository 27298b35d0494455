import { closeSync, openSync } from "node:fs";
import { type Libc, libc } from "../bun-ffi.ts";
import { STEP } from "../file/flags.ts";
import type { Fd } from "../file/types.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { SYSCALL } from "../syscall.ts";

const CLONE_FS = 0x200;
const O_CLOEXEC = 0x80000;
const OWN = "/proc/thread-self";

/** Namespaces that can be entered and left again: their files in `/proc/<pid>/ns`, and their flags of setns. */
const NAMESPACES = {
  mount: { file: "mnt", flag: 0x20000 },
  net: { file: "net", flag: 0x40000000 },
} as const;

export type NamespaceType = keyof typeof NAMESPACES;

/** A namespace that is open as a file. */
export interface Namespace {
  readonly type: NamespaceType;
  readonly fd: Fd;
}

/** Own namespaces could not be kept, so nothing was entered. */
export class NamespacesNotKept extends Error {
  override readonly name = "NamespacesNotKept";
}

/** There is no way back to the own namespaces. Nothing may be done any more. */
export class Stranded extends Error {
  override readonly name = "Stranded";
}

/** Opens a namespace of the process whose directory in /proc is open. Linux only. */
export function openNamespace(process: Fd, type: NamespaceType): Namespace {
  const { functions, addressOf, check } = calls();
  const path = cString(`ns/${NAMESPACES[type].file}`);
  try {
    return { type, fd: check(functions.openat(process, addressOf(path), O_CLOEXEC, 0)) };
  } catch (error) {
    // As setns says it of a process that may not be looked into.
    throw error instanceof OsError && error.code === "EACCES" ? new OsError("EPERM") : error;
  }
}

/**
 * Makes `namespaces`, each of another type, this thread's own. All system calls of this thread are in them until the
 * function returned is called; other threads stay where they are, so nothing may wait for work that another thread does.
 * Linux only.
 */
export function enterNamespaces(namespaces: readonly Namespace[]): () => void {
  const thread = new Thread(calls());
  const own = keep(namespaces.map(({ type }) => type));
  const leave = (): void => {
    try {
      thread.goBack(own);
    } catch (cause) {
      throw new Stranded(cause instanceof Error ? cause.message : String(cause), { cause });
    } finally {
      own.close();
    }
  };
  let entered = 0;
  try {
    for (const namespace of namespaces) {
      thread.join([namespace]);
      entered++;
    }
  } catch (error) {
    if (entered > 0) leave();
    else own.close();
    throw error;
  }
  return leave;
}

class Thread {
  constructor(private readonly libc: Libc) {}

  join(namespaces: readonly Namespace[]): void {
    // A mount namespace can be entered only by a thread that shares root and working directory with no other.
    if (hasMount(namespaces)) this.call(SYSCALL.unshare, CLONE_FS);
    for (const { type, fd } of namespaces) this.call(SYSCALL.setns, fd, NAMESPACES[type].flag);
  }

  goBack({ namespaces, root, cwd }: Own): void {
    this.join(namespaces);
    if (!hasMount(namespaces)) return;
    // They are now those of the namespace, which need not be what they were.
    const here = cString(".");
    this.call(SYSCALL.fchdir, root);
    this.call(SYSCALL.chroot, this.libc.addressOf(here));
    this.call(SYSCALL.fchdir, cwd);
  }

  private call(number: number, a: number, b = 0): void {
    this.libc.check(this.libc.functions.syscall(number, a, b, 0, 0, 0, 0));
  }
}

const hasMount = (namespaces: readonly Namespace[]): boolean =>
  namespaces.some(({ type }) => type === "mount");

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

function calls(): Libc {
  const functions = libc();
  if (process.platform !== "linux" || functions === undefined) throw new OsError("ENOSYS");
  return functions;
}

/** What leads back. */
interface Own {
  readonly namespaces: readonly Namespace[];
  readonly root: Fd;
  readonly cwd: Fd;
  readonly close: () => void;
}

/** @throws {NamespacesNotKept} */
function keep(types: readonly NamespaceType[]): Own {
  const held: Fd[] = [];
  const open = (path: string, flags: string | number): Fd => {
    const fd = withOsErrors(() => openSync(path, flags));
    held.push(fd);
    return fd;
  };
  const close = (): void => {
    for (const fd of held) closeSync(fd);
  };
  try {
    const namespaces = types.map((type) => ({
      type,
      fd: open(`${OWN}/ns/${NAMESPACES[type].file}`, "r"),
    }));
    return { namespaces, root: open(`${OWN}/root/.`, STEP), cwd: open(`${OWN}/cwd/.`, STEP), close };
  } catch (cause) {
    close();
    throw new NamespacesNotKept(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
