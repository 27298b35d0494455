import { lstatSync, statSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { withOsErrors } from "./os-error.ts";
import { settledWithin } from "./settled-within.ts";

export type Handler = (request: Request) => Response | Promise<Response>;

/** Something that takes HTTP requests. */
export interface Listener {
  /** Of TCP; chosen by the system where 0 was asked for. */
  readonly port: number | undefined;
  /** Takes no more connections, and returns when all answers are sent, or after `withinMs` without those that are not. */
  stop(withinMs: number): Promise<void>;
}

/** What a socket, which is made for everyone, is not to have: it is its owner's from the beginning. */
const OTHERS = 0o177;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
/** Bytes of a body beyond which a connection is cut whatever the handler thinks; handlers have lower bounds of their own. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Seconds after which a connection is closed on which nobody says anything; not while an answer is awaited. */
const IDLE_TIMEOUT = 60;
/** Bun takes the idle time on sockets of the file system too; its declarations do not say so. */
const BOUNDS: object = { maxRequestBodySize: MAX_BODY_BYTES, idleTimeout: IDLE_TIMEOUT };

/** Requests cannot be taken where they should be. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Takes requests on a socket at `path`, which only this user can open. What is left there of an earlier one goes. */
export function listenOnSocket(path: string, fetch: Handler): Listener {
  expectOwnPlace(path);
  const server = attempt(path, () => {
    removeSocket(path);
    expectNothing(path);
    return withMask(OTHERS, () => Bun.serve({ unix: path, fetch, ...BOUNDS }));
  });
  return {
    port: undefined,
    stop: (withinMs) => {
      // At once: whoever comes now is better told that nobody is here.
      removeSocket(path);
      return stopServer(server, withinMs);
    },
  };
}

/** Takes requests on a port of a loopback address. */
export function listenOnPort(hostname: string, port: number, fetch: Handler): Listener {
  const server = attempt(`${hostname} port ${port}`, () => Bun.serve({ hostname, port, fetch, ...BOUNDS }));
  return { port: server.port, stop: (withinMs) => stopServer(server, withinMs) };
}

async function stopServer(server: Bun.Server<undefined>, withinMs: number): Promise<void> {
  await settledWithin(server.stop(), withinMs);
  await server.stop(true);
}

function attempt<T>(place: string, listen: () => T): T {
  try {
    return listen();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ListenError(`requests cannot be taken at ${place}: ${why}`);
  }
}

function withMask<T>(mask: number, make: () => T): T {
  const before = process.umask(mask);
  try {
    return make();
  } finally {
    process.umask(before);
  }
}

/** Who may write to the directory could put a socket of their own there, and get tokens to know. */
function expectOwnPlace(path: string): void {
  const directory = dirname(path);
  const { mode = STICKY } = statSync(directory, { throwIfNoEntry: false }) ?? {};
  if ((mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0) return;
  throw new ListenError(`requests cannot be taken at ${path}: others may write to ${directory}`);
}

/** Another file in the place of a socket stays; links are not followed. */
function expectNothing(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw new Error("another file is there");
}

function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) withOsErrors(() => unlinkSync(path));
}
