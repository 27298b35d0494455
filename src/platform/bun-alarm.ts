/** By system. musl answers to glibc's name. */
const LIBRARIES: { readonly [platform: string]: string } = {
  linux: "libc.so.6",
  darwin: "/usr/lib/libSystem.B.dylib",
};

/**
 * Lets the kernel end this process (SIGALRM) after `milliseconds`, in whole seconds; the function returned calls that
 * off. For what nothing inside can interrupt: one call of a native function of the script's language, such as sorting
 * long texts, asks nobody whether it may go on. Does nothing where C cannot be called.
 */
export function endProcessAfter(milliseconds: number): () => void {
  const library = LIBRARIES[process.platform];
  if (library === undefined || process.versions["bun"] === undefined) return () => undefined;
  try {
    const ffi: typeof import("bun:ffi") = require("bun:ffi");
    const { symbols } = ffi.dlopen(library, { alarm: { args: ["u32"], returns: "u32" } });
    symbols.alarm(Math.ceil(milliseconds / 1000));
    return () => {
      symbols.alarm(0);
    };
  } catch {
    return () => undefined; // no JIT, or another C library
  }
}
