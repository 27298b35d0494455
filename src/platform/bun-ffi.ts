import { osError } from "./os-error.ts";

/** An address in memory. */
export type Pointer = number;

/** A function of C: integers and addresses in, an integer or an address out. */
type Call = (...args: number[]) => number;

/** Functions of the C library. Which of them there are depends on the system: see the tables below. */
export interface Libc {
  readonly functions: { readonly [name in FunctionName]: Call };
  /** `result`, unless it is the -1 of a call that failed: then what `errno` says is thrown, as an OsError. */
  check(result: number): number;
  /** The address of `bytes`, which the caller must keep alive while it is used. */
  addressOf(bytes: Uint8Array): Pointer;
  /** A copy of `length` bytes at `offset` from `address`. */
  copy(address: Pointer, offset: number, length: number): Uint8Array;
}

type Type = "i32" | "u32" | "i64_fast" | "ptr";
interface Signature {
  readonly args: readonly Type[];
  readonly returns: Type;
}

const i = "i32";
const p = "ptr";
const l = "i64_fast";
const fn = (returns: Type, ...args: Type[]): Signature => ({ args, returns });

/** What both systems have. */
const COMMON = {
  readlinkat: fn(l, i, p, p, l),
  mkdirat: fn(i, i, p, "u32"),
  unlinkat: fn(i, i, p, i),
  symlinkat: fn(i, p, i, p),
  fchownat: fn(i, i, p, "u32", "u32", i),
  futimens: fn(i, i, p),
  flock: fn(i, i, i),
} as const satisfies Record<string, Signature>;

const LINUX = {
  ...COMMON,
  openat: fn(i, i, p, i, "u32"),
  fcntl: fn(i, i, i, l),
  fsetxattr: fn(i, i, p, p, l, i),
  fgetxattr: fn(l, i, p, p, l),
  fallocate: fn(i, i, i, l, l),
  pipe2: fn(i, p, i),
  poll: fn(i, p, l, i),
  waitpid: fn(i, i, p, i),
  getifaddrs: fn(i, p),
  freeifaddrs: fn(i, p),
  posix_spawn: fn(i, p, p, p, p, p, p),
  posix_spawn_file_actions_init: fn(i, p),
  posix_spawn_file_actions_destroy: fn(i, p),
  posix_spawn_file_actions_adddup2: fn(i, p, i, i),
  posix_spawnattr_init: fn(i, p),
  posix_spawnattr_destroy: fn(i, p),
  posix_spawnattr_setflags: fn(i, p, i),
  posix_spawnattr_setsigdefault: fn(i, p, p),
  posix_spawnattr_setsigmask: fn(i, p, p),
  /** For calls that C libraries lack or got late. */
  syscall: fn(l, l, l, l, l, l, l, l),
} as const satisfies Record<string, Signature>;

/** On arm64 Darwin passes variadic arguments on the stack: six unused ones fill the registers before them. */
const DARWIN = {
  ...COMMON,
  openat: fn(i, i, p, i, l, l, l, l, l, l),
  fcntl: fn(i, i, i, l, l, l, l, l, l, l),
  fsetxattr: fn(i, i, p, p, l, "u32", i),
  fgetxattr: fn(l, i, p, p, l, "u32", i),
  renameatx_np: fn(i, i, p, i, p, "u32"),
  fstatat: fn(i, i, p, p, i),
  fdopendir: fn(p, i),
  readdir: fn(p, p),
  closedir: fn(i, p),
} as const satisfies Record<string, Signature>;

type FunctionName = keyof typeof LINUX | keyof typeof DARWIN;

/** The loader finds the C library that runs already by these names; musl answers to glibc's. */
const LIBRARIES: {
  readonly [platform: string]: {
    readonly name: string;
    readonly signatures: { readonly [name: string]: Signature };
    /** Its function that returns the address of errno. */
    readonly errno: string;
  };
} = {
  linux: { name: "libc.so.6", signatures: LINUX, errno: "__errno_location" },
  darwin: { name: "/usr/lib/libSystem.B.dylib", signatures: DARWIN, errno: "__error" },
};

let loaded: Libc | null | undefined;

/** The C library, or undefined where it cannot be called (another runtime than Bun, no JIT). */
export function libc(): Libc | undefined {
  if (loaded === undefined) loaded = load() ?? null;
  return loaded ?? undefined;
}

/** Bun's FFI and these functions of the C library alone; undefined where they cannot be called. */
export function functionsOfC(signatures: { readonly [name: string]: Signature }) {
  const library = LIBRARIES[process.platform];
  if (library === undefined || process.versions["bun"] === undefined) return undefined;
  try {
    const ffi: typeof import("bun:ffi") = require("bun:ffi");
    const { symbols } = ffi.dlopen(library.name, signatures as never);
    return { ffi, symbols: symbols as { readonly [name: string]: Call & { readonly ptr?: unknown } } };
  } catch {
    return undefined; // no JIT, or a C library without one of the functions
  }
}

function load(): Libc | undefined {
  const { signatures, errno } = LIBRARIES[process.platform] ?? {};
  if (errno === undefined) return undefined;
  const opened = functionsOfC({ ...signatures, [errno]: fn(p) });
  const errnoOf = opened?.symbols[errno];
  if (!opened || !errnoOf) return undefined;
  const { ffi, symbols } = opened;
  return {
    // All of this system's: else they would not have been opened.
    functions: symbols as unknown as Libc["functions"],
    check(result) {
      // Nothing may come between the call and this: errno is the thread's, and anything may set it.
      if (result === -1) throw osError(ffi.read.i32(errnoOf() as never, 0));
      return result;
    },
    addressOf: (bytes) => Number(ffi.ptr(bytes)),
    copy: (address, offset, length) =>
      new Uint8Array(ffi.toArrayBuffer(address as never, offset, length)).slice(),
  };
}
