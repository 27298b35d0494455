import { giveBack, Quiet } from "../platform/bun-memory.ts";
import { type Handler, type Listener, listenOnPort, listenOnSocket } from "../platform/bun-serve.ts";
import { createApp } from "./app.ts";
import type { Served } from "./context.ts";

/** With no request for so long, memory that only requests need is given back, in milliseconds. */
const QUIET_MS = 5000;

/** Where the agent takes requests, as people write it. */
export interface Place {
  readonly at: string;
  readonly listener: Listener;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Serves the API on a socket in the file system, and on a loopback address if there is one, with the operator page. */
export function listen(served: Served, socket: string, address: Address | undefined): readonly Place[] {
  const quiet = new Quiet(QUIET_MS, giveBack);
  const onPort = address === undefined ? undefined : listenAt(served, address, quiet);
  const handle = breaking(quiet, createApp(served, undefined, onPort?.at).fetch);
  const onSocket = { at: socket, listener: listenOnSocket(socket, handle) };
  quiet.broken();
  return onPort === undefined ? [onSocket] : [onSocket, onPort];
}

/** `handle`, each call of which breaks the quiet. */
const breaking =
  (quiet: Quiet, handle: Handler): Handler =>
  (request) => {
    quiet.broken();
    return handle(request);
  };

function listenAt(served: Served, { host, port }: Address, quiet: Quiet): Place {
  // The port may be the system's choice, and is part of what the application checks.
  let handle: Handler = () => new Response(null, { status: 503 });
  const listener = listenOnPort(host, port, (request) => handle(request));
  const at = `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  handle = breaking(quiet, createApp(served, listener.port, at).fetch);
  return { at, listener };
}
