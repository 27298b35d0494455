import { type Listener, listenOnPort, listenOnSocket } from "../platform/bun-serve.ts";
import { createApp } from "./app.ts";
import type { Served } from "./context.ts";

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
  const onPort = address === undefined ? undefined : listenAt(served, address);
  const app = createApp(served, undefined, onPort?.at);
  const onSocket = { at: socket, listener: listenOnSocket(socket, app.fetch) };
  return onPort === undefined ? [onSocket] : [onSocket, onPort];
}

function listenAt(served: Served, { host, port }: Address): Place {
  // The port may be the system's choice, and is part of what the application checks.
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const listener = listenOnPort(host, port, (request) => handle(request));
  const at = `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  handle = createApp(served, listener.port, at).fetch;
  return { at, listener };
}
