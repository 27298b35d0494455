import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { withOsErrors } from "./os-error.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** Something that takes HTTP requests. */
export interface Listener {
  /** Of TCP; chosen by the system where 0 was asked for. */
  readonly port: number | undefined;
  /** Takes no more connections, and returns when all answers are sent. */
  stop(): Promise<void>;
}

const PRIVATE = 0o600;
/** Bytes of a body beyond which a connection is cut whatever the handler thinks; handlers have lower bounds of their own. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Answers that stream have no end of their own; what is idle is bounded by who handles it. */
const IDLE_TIMEOUT = 0;

/** Takes requests on a socket at `path`, which only this user can open. What is left there of an earlier one goes. */
export function listenOnSocket(path: string, fetch: Handler): Listener {
  removeSocket(path);
  // Made for everyone by Bun; nobody else gets to it meanwhile, since its directory is closed to others.
  const server = Bun.serve({ unix: path, fetch, maxRequestBodySize: MAX_BODY_BYTES });
  withOsErrors(() => chmodSync(path, PRIVATE));
  return {
    port: undefined,
    stop: async () => {
      await server.stop();
      removeSocket(path);
    },
  };
}

/** Takes requests on a port of a loopback address. */
export function listenOnPort(hostname: string, port: number, fetch: Handler): Listener {
  const server = Bun.serve({
    hostname,
    port,
    fetch,
    maxRequestBodySize: MAX_BODY_BYTES,
    idleTimeout: IDLE_TIMEOUT,
  });
  return { port: server.port, stop: () => server.stop() };
}

function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) withOsErrors(() => unlinkSync(path));
}
