import type { IncomingMessage } from "node:http";
import {
  HttpError,
  httpTargets,
  NOWHERE,
  optionsFor,
  readAway,
  request,
  requestAny,
  type Sending,
  within,
} from "./http.ts";
import { secureTunnel } from "./http-tunnel.ts";
import { LimitError } from "./limits.ts";

/** Something that is sent to a server. */
export interface Post extends Sending {
  readonly body: Uint8Array;
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
  const socket = await secureTunnel(proxy, post.url, signal, post.ca);
  const options = optionsFor(post.url, NOWHERE, post);
  // Without an agent, or else that one would connect.
  const connected = { ...options, agent: undefined, createConnection: () => socket };
  return request(post.url, connected, signal, post.body);
}
