const SIGTERM = 15;

/** Where the fields of `struct sigaction` lie; the handler comes first. */
interface Layout {
  readonly library: string;
  readonly bytes: number;
  readonly flagsAt: number;
  /** SA_RESETHAND: the handler serves one signal, the next one ends the process. With SA_RESTART. */
  readonly flags: number;
}

/** By system, for 64 bits. musl answers to glibc's name. */
const LAYOUTS: { readonly [platform: string]: Layout } = {
  linux: { library: "libc.so.6", bytes: 152, flagsAt: 136, flags: 0x9000_0000 },
  darwin: { library: "/usr/lib/libSystem.B.dylib", bytes: 16, flagsAt: 12, flags: 0x6 },
};

/**
 * From now on the first SIGTERM does not end the process; the function returned tells whether it came. JavaScript's own
 * signal handlers are of no use here: they run in the event loop, which stands still while a script runs. The handler is
 * C's `abs`, which does nothing; that it was called shows in its being no longer set. Where this cannot be done, SIGTERM
 * ends the process as ever, and the answer is always no.
 */
export function watchTermination(): () => boolean {
  const layout = LAYOUTS[process.platform];
  if (layout === undefined || process.versions["bun"] === undefined) return () => false;
  try {
    return watch(layout);
  } catch {
    return () => false; // no JIT, or another C library
  }
}

function watch({ library, bytes, flagsAt, flags }: Layout): () => boolean {
  const ffi: typeof import("bun:ffi") = require("bun:ffi");
  const { symbols } = ffi.dlopen(library, {
    sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" },
    abs: { args: ["i32"], returns: "i32" },
  });
  // Bun's declarations lack the address that each function has.
  const handler = (symbols.abs as { readonly ptr?: unknown }).ptr;
  if (typeof handler !== "number" || handler === 0) return () => false;
  const action = new Uint8Array(bytes);
  const view = new DataView(action.buffer);
  view.setBigUint64(0, BigInt(handler), true);
  view.setUint32(flagsAt, flags, true);
  if (symbols.sigaction(SIGTERM, ffi.ptr(action), null) !== 0) return () => false;
  const current = new BigUint64Array(bytes / BigUint64Array.BYTES_PER_ELEMENT);
  const address = ffi.ptr(current);
  return () => symbols.sigaction(SIGTERM, null, address) === 0 && current[0] === 0n;
}
