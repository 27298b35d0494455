import { closeSync } from "node:fs";
import { libc } from "../bun-ffi.ts";
import { LIMITS } from "../limits.ts";
import type { Target } from "./lookup.ts";
import { connectNatively } from "./native-socket.ts";

/** An open connection, until it is closed. */
export interface OpenConnection {
  /** Its descriptor, -1 where the runtime keeps that to itself. */
  readonly fd: number;
  readonly close: () => void;
}

/** Connects to `target`, an address and not a name. ETIMEDOUT when that takes longer than `connectTimeMs`. */
export async function connectTo(
  protocol: "tcp" | "udp",
  target: Target,
  port: number,
): Promise<OpenConnection> {
  const c = process.platform === "linux" ? libc() : undefined;
  if (!c) {
    const { connectByNode } = await import("./node-socket.ts");
    return { fd: -1, close: await connectByNode(protocol, target, port, LIMITS.connectTimeMs) };
  }
  const fd = await connectNatively(c, protocol, target, port, LIMITS.connectTimeMs);
  return { fd, close: () => closeSync(fd) };
}
