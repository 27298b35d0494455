/** What an HTTP request over a socket of the file system consists of. */
export interface SocketRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

/** Sends `request` to whoever listens at the socket. @throws {Error} when nobody does, or the connection breaks */
export function requestOnSocket(
  socket: string,
  { method, path, headers, body }: SocketRequest,
): Promise<Response> {
  return fetch(`http://localhost${path}`, {
    unix: socket,
    method,
    headers: { ...headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
}
