import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { OsError } from "../os-error.ts";
import { formatAddress } from "./address.ts";
import type { Target } from "./lookup.ts";

/**
 * Connects to `target`, and returns what closes the connection: for systems and runtimes without FFI. Bun says of most
 * failures that the connection was refused.
 */
export function connectByNode(
  protocol: "tcp" | "udp",
  target: Target,
  port: number,
  timeoutMs: number,
): Promise<() => void> {
  const text = formatAddress(target.address);
  const host = target.scope === 0 ? text : `${text}%${target.scope}`;
  return protocol === "tcp" ? tcp(host, port, timeoutMs) : udp(host, port);
}

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" && !error.code.startsWith("ERR_") ? error.code : "EINVAL";

function tcp(host: string, port: number, timeoutMs: number): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const fail = (code: string) => {
      socket.destroy();
      reject(new OsError(code));
    };
    socket.on("error", (error) => fail(codeOf(error)));
    socket.once("timeout", () => fail("ETIMEDOUT"));
    socket.once("connect", () => {
      socket.setTimeout(0).unref();
      resolve(() => socket.destroy());
    });
  });
}

function udp(host: string, port: number): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const fail = (error: Error) => {
      socket.close();
      reject(new OsError(codeOf(error)));
    };
    socket.once("error", fail);
    socket.connect(port, host, (error?: Error) => {
      if (error) return fail(error);
      socket
        .off("error", fail)
        .on("error", () => {})
        .unref();
      resolve(() => socket.close());
    });
  });
}
