import { type Listener, listenOnPort, listenOnSocket } from "../platform/bun-serve.ts";
import { createApp } from "./app.ts";
import type { Served } from "./context.ts";

/** Where the agent takes requests, as people write it. */
export interface Place {
  readonly at: string;
  readonly listener: Listener;
}

/** Serves the API on a socket in the file system, and on a loopback address if there is one. */
export function listen(
  served: Served,
  socket: string,
  address: { readonly host: string; readonly port: number } | undefined,
): readonly Place[] {
  const onSocket = { at: socket, listener: listenOnSocket(socket, createApp(served, undefined).fetch) };
  if (address === undefined) return [onSocket];
  const { host, port } = address;
  // The port may be the system's choice, and is part of what the application checks.
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const listener = listenOnPort(host, port, (request) => handle(request));
  handle = createApp(served, listener.port).fetch;
  const shown = host.includes(":") ? `[${host}]` : host;
  return [onSocket, { at: `http://${shown}:${listener.port}`, listener }];
}
