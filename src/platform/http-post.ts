import type { IncomingMessage } from "node:http";
import { type Content, HttpError, httpTargets, optionsFor, request, requestAny } from "./http.ts";
import { tunnel } from "./http-tunnel.ts";
import { LimitError } from "./limits.ts";

/** Something that is sent to a server. */
export interface Post extends Content {
  readonly url: URL;
  /** Who makes the connection for us; only where the server is asked by TLS. */
  readonly proxy?: URL;
  readonly timeMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** What came back, but for its body. */
export interface PostAnswer {
  readonly status: number;
  /** Of a header in lower case. */
  header(name: string): string | undefined;
}

/** Bytes of the body of an answer that are read, so that the server may send it. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * Sends a request with a body, without following redirects, and no proxy of the environment comes between. The answer is
 * what its first line and headers say; its body is read up to a bound, and forgotten.
 * @throws {HttpError}
 * @throws {LimitError} `requestTimeMs` when no answer comes in time
 */
export async function httpPost(post: Post): Promise<PostAnswer> {
  const late = AbortSignal.timeout(post.timeMs);
  const signal = AbortSignal.any([late, post.signal]);
  try {
    const message = await (post.proxy === undefined
      ? requestAny(post.url, await within(signal, httpTargets(post.url)), signal, post)
      : throughProxy(post, post.proxy, signal));
    await readAway(message);
    const { statusCode: status = 0, headers } = message;
    return { status, header: (name) => [headers[name]].flat().at(0) };
  } catch (error) {
    if (error instanceof LimitError || error instanceof HttpError) throw error;
    if (late.aborted) throw new LimitError("requestTimeMs", post.timeMs);
    throw new HttpError("request", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function throughProxy(post: Post, proxy: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const socket = await tunnel(proxy, post.url, signal);
  const { connect } = await import("node:tls");
  const options = optionsFor(post.url, NOWHERE, post);
  const { servername, ca, rejectUnauthorized } = options;
  const secure = {
    socket,
    host: post.url.hostname,
    rejectUnauthorized,
    ...(servername && { servername }),
    ...(ca && { ca }),
  };
  // Without an agent, or else that one would connect.
  const connected = { ...options, agent: undefined, createConnection: () => connect(secure) };
  return request(post.url, connected, signal, post.body);
}

/** Of a server that somebody else connects to. */
const NOWHERE = { address: Uint8Array.of(0, 0, 0, 0), scope: 0 };

/** The server has answered; what else it says, and how, changes nothing. */
async function readAway(message: IncomingMessage): Promise<void> {
  let length = 0;
  try {
    // Leaving the loop ends the connection.
    for await (const piece of message) {
      length += piece.length;
      if (length > MAX_BODY_BYTES) break;
    }
  } catch {
    message.destroy();
  }
}

/** The system cannot be told to look no further for a name. */
function within<T>(signal: AbortSignal, wait: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    wait.then(resolve, reject);
  });
}
