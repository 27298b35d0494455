import { existsSync } from "node:fs";

/** Nobody takes requests at the socket. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** A request over a socket of the file system. */
export interface SocketRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface SocketAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request to the socket `path`. @throws {Unreachable} */
export const sendToSocket = (path: string, { target, ...request }: SocketRequest): Promise<Response> =>
  reaching(path, () => fetch(`http://localhost${target}`, { ...request, redirect: "error", unix: path }));

/** As {@link sendToSocket}, and waits for all of the answer. @throws {Unreachable} also when it ends early */
export const requestSocket = (path: string, request: SocketRequest): Promise<SocketAnswer> =>
  reaching(path, async () => {
    const response = await sendToSocket(path, request);
    return { status: response.status, text: await response.text() };
  });

async function reaching<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    // Bun says in many ways that there is no connection, or none any more.
    throw new Unreachable(`nothing answers at ${path}`, { cause: error });
  }
}

/** Whether somebody takes connections at the socket `path`. */
export async function isListening(path: string): Promise<boolean> {
  // Most often nothing is there, and what can ask takes memory.
  if (!path.startsWith("\0") && !existsSync(path)) return false;
  const { connect } = process.getBuiltinModule("node:net");
  return await new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}
