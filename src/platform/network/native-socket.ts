import { closeSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Libc } from "../bun-ffi.ts";
import { OsError, osError } from "../os-error.ts";
import { SYSCALL } from "../syscall.ts";
import type { Target } from "./lookup.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const TYPES = { tcp: 1, udp: 2 } as const;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const POLLOUT = 4;
/** Milliseconds until the socket is looked at again: short at first, for what is near. */
const PAUSES = [1, 2, 4, 8, 16, 25];

/** A new socket that is connected to `target`. ETIMEDOUT after `timeoutMs`. */
export async function connectNatively(
  c: Libc,
  protocol: "tcp" | "udp",
  target: Target,
  port: number,
  timeoutMs: number,
): Promise<number> {
  const family = target.address.length === 4 ? AF_INET : AF_INET6;
  const type = TYPES[protocol] | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const fd = c.check(c.functions.syscall(SYSCALL.socket, family, type, 0, 0, 0, 0));
  try {
    await connect(c, fd, socketAddress(family, target, port), performance.now() + timeoutMs);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function connect(c: Libc, fd: number, address: Uint8Array, deadline: number): Promise<void> {
  try {
    c.check(c.functions.syscall(SYSCALL.connect, fd, c.addressOf(address), address.length, 0, 0, 0));
    return;
  } catch (error) {
    if (!(error instanceof OsError) || error.errno !== constants.errno.EINPROGRESS) throw error;
  }
  for (let round = 0; !isReady(c, fd); round++) {
    if (performance.now() >= deadline) throw new OsError("ETIMEDOUT");
    await delay(PAUSES[round] ?? PAUSES.at(-1));
  }
  const outcome = outcomeOf(c, fd);
  if (outcome !== 0) throw osError(outcome);
}

/** Whether the attempt has come to an end; does not wait. `struct pollfd`: descriptor (4 bytes), awaited events (2), events that came (2). */
function isReady(c: Libc, fd: number): boolean {
  const polled = new DataView(new ArrayBuffer(8));
  polled.setInt32(0, fd, true);
  polled.setInt16(4, POLLOUT, true);
  const ready = c.functions.poll(c.addressOf(new Uint8Array(polled.buffer)), 1, 0);
  return ready > 0 && polled.getInt16(6, true) !== 0;
}

/** How the attempt ended: 0, or the number of an error. Beside it the length of it, which the kernel wants to know. */
function outcomeOf(c: Libc, fd: number): number {
  const value = Int32Array.of(0, 4);
  const address = c.addressOf(new Uint8Array(value.buffer));
  c.check(c.functions.syscall(SYSCALL.getsockopt, fd, SOL_SOCKET, SO_ERROR, address, address + 4, 0));
  return value[0] ?? 0;
}

/**
 * `struct sockaddr_in`: family (2 bytes), port (2, big-endian), address (4), padding (8); `struct sockaddr_in6`: family,
 * port, flow (4), address (16), scope (4).
 */
function socketAddress(family: number, { address, scope }: Target, port: number): Uint8Array {
  const bytes = new Uint8Array(family === AF_INET ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  bytes.set(address, family === AF_INET ? 4 : 8);
  if (family === AF_INET6) view.setUint32(24, scope, true);
  return bytes;
}
