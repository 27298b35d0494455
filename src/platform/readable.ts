import type { Libc } from "./bun-ffi.ts";
import type { Fd } from "./file/types.ts";
import { unlessInterrupted } from "./waiting.ts";

const POLLIN = 1;

/** Waits until something can be read of `fds`, for at most `waitMs`, and returns those of which it can. */
export function readableWithin(libc: Libc, fds: readonly Fd[], waitMs: number): ReadonlySet<Fd> {
  // struct pollfd: descriptor (4 bytes), awaited events (2), events that came (2)
  const polled = new DataView(new ArrayBuffer(8 * fds.length + 8));
  fds.forEach((fd, index) => {
    polled.setInt32(8 * index, fd, true);
    polled.setInt16(8 * index + 4, POLLIN, true);
  });
  const bytes = new Uint8Array(polled.buffer);
  unlessInterrupted(() => libc.check(libc.functions.poll(libc.addressOf(bytes), fds.length, waitMs)));
  return new Set(fds.filter((_, index) => polled.getInt16(8 * index + 6, true) !== 0));
}
