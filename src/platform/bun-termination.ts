import { functionsOfC } from "./bun-ffi.ts";

const SIGTERM = 15;

/** Where the fields of `struct sigaction` lie; the handler comes first. */
interface Layout {
  readonly bytes: number;
  readonly flagsAt: number;
  /** SA_RESETHAND: the handler serves one signal, the next one ends the process. With SA_RESTART. */
  readonly flags: number;
}

/** By system, for 64 bits. */
const LAYOUTS: { readonly [platform: string]: Layout } = {
  linux: { bytes: 152, flagsAt: 136, flags: 0x9000_0000 },
  darwin: { bytes: 16, flagsAt: 12, flags: 0x6 },
};

/**
 * From now on the first SIGTERM does not end the process; the function returned tells whether it came. JavaScript's own
 * signal handlers are of no use here: they run in the event loop, which stands still while a script runs. The handler is
 * C's `abs`, which does nothing; that it was called shows in its being no longer set. Where this cannot be done, SIGTERM
 * ends the process as ever, and the answer is always no.
 */
export function watchTermination(): () => boolean {
  const layout = LAYOUTS[process.platform];
  const opened = functionsOfC({
    sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" },
    abs: { args: ["i32"], returns: "i32" },
  });
  const { sigaction, abs } = opened?.symbols ?? {};
  // Bun's declarations lack the address that each function has.
  const handler = abs?.ptr;
  if (!layout || !opened || !sigaction || typeof handler !== "number" || handler === 0) return () => false;
  const addressOf = (bytes: NodeJS.TypedArray): number => Number(opened.ffi.ptr(bytes));
  const action = new Uint8Array(layout.bytes);
  const view = new DataView(action.buffer);
  view.setBigUint64(0, BigInt(handler), true);
  view.setUint32(layout.flagsAt, layout.flags, true);
  if (sigaction(SIGTERM, addressOf(action), 0) !== 0) return () => false;
  const current = new BigUint64Array(layout.bytes / BigUint64Array.BYTES_PER_ELEMENT);
  const address = addressOf(current);
  return () => sigaction(SIGTERM, 0, address) === 0 && current[0] === 0n;
}
