import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { HttpError, hostOf, httpTargets, NOWHERE, optionsFor } from "./http.ts";

/** As {@link tunnel}, and TLS with the host of `url` in it. `ca` is as a request has it. @throws {HttpError} */
export async function secureTunnel(
  proxy: URL,
  url: URL,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<TLSSocket> {
  const socket = await tunnel(proxy, url, signal);
  const { connect } = await import("node:tls");
  const { servername, rejectUnauthorized } = optionsFor(url, NOWHERE);
  const name = servername === undefined ? {} : { servername };
  const authorities = ca === undefined ? {} : { ca };
  return connect({ socket, host: hostOf(url), rejectUnauthorized, ...name, ...authorities });
}

/**
 * A connection to the host of `url` that the HTTP proxy at `proxy` makes for us (RFC 9110, section 9.3.6).
 * @throws {HttpError} also when the proxy refuses
 */
async function tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const [target] = await httpTargets(proxy);
  if (target === undefined) throw new HttpError("request", `no address of ${proxy.hostname}`);
  const { request } = await import("node:http");
  const authority = `${url.hostname}:${url.port || 443}`;
  const options = { ...optionsFor(proxy, target), path: authority, headers: { host: authority }, signal };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method: "CONNECT" });
    const refused = (status: number | undefined): HttpError =>
      new HttpError("request", `the proxy answered ${status}`);
    sent.on("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      reject(refused(statusCode));
    });
    sent.on("response", (message) => {
      message.destroy();
      reject(refused(message.statusCode));
    });
    sent.on("error", reject);
    sent.end();
  });
}
