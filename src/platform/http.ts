import type { Agent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { LIMITS, LimitError } from "./limits.ts";
import { type Address, formatAddress, parseAddress, unmapped } from "./network/address.ts";
import { lookupHost, type Target } from "./network/lookup.ts";

/** What came back. */
export interface HttpResponse {
  readonly status: number;
  /** Where a redirect leads, as an absolute URL; redirects are not followed. */
  readonly location: string | undefined;
  readonly body: Uint8Array;
}

/** The request could not be sent, or its answer not be read to its end. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly failed: "scheme" | "request" | "body",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const REDIRECTS: readonly (number | undefined)[] = [301, 302, 303, 307, 308];

/** Failures to connect, after which another address of the same host may do. */
const UNREACHABLE: readonly unknown[] = [
  "EADDRNOTAVAIL",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
];

const SCHEMES: readonly string[] = ["http:", "https:"];

/** Its name or address, which stands in brackets if it is one of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** The addresses of the host of `url`. @throws {HttpError} when it has none, or the URL is none of HTTP */
export async function httpTargets(url: URL): Promise<readonly Target[]> {
  if (!SCHEMES.includes(url.protocol)) throw new HttpError("scheme", url.protocol);
  const targets = await lookupHost(hostOf(url));
  if (targets.length === 0) throw new HttpError("request", `no address of ${url.hostname}`);
  return targets;
}

/** `url` with an address of its host in place of the name, without a user. */
export function urlAt(url: URL, address: Address): string {
  const at = new URL(withoutUser(url));
  const host = formatAddress(unmapped(address));
  at.hostname = host.includes(":") ? `[${host}]` : host;
  return at.href;
}

/**
 * Gets `url` from the first of `targets` that can be connected to, without following redirects. The name in it is not
 * resolved again, and no proxy of the environment comes between. Of the body `maxBytes` are kept where given.
 * @throws {HttpError}
 * @throws {LimitError} when it takes longer than `requestTimeMs`, the headers are larger than `headerBytes`, or the body is larger than `responseBytes` and not to
 *   be cut
 */
export async function httpGet(
  url: URL,
  targets: readonly Target[],
  maxBytes: number | undefined,
  timeMs: number = LIMITS.requestTimeMs,
): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(timeMs);
  let failed: HttpError["failed"] = "request";
  try {
    const message = await requestAny(url, targets, signal);
    failed = "body";
    const { statusCode: status = 0, headers } = message;
    return { status, location: targetOf(url, status, headers), body: await readBody(message, maxBytes) };
  } catch (error) {
    if (error instanceof LimitError) throw error;
    if (signal.aborted) throw new LimitError("requestTimeMs", timeMs);
    if (codeOf(error) === "HPE_HEADER_OVERFLOW") throw new LimitError("headerBytes", LIMITS.headerBytes);
    throw new HttpError(failed, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Where a redirect leads, whoever it says to be; nowhere if that is no URL, or names no host. */
function targetOf(url: URL, status: number, { location }: IncomingHttpHeaders): string | undefined {
  if (!REDIRECTS.includes(status) || location === undefined) return undefined;
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  return target === undefined || target.host === "" ? undefined : withoutUser(target);
}

/** The text of `url` without a name and a password. */
export function withoutUser(url: URL): string {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain.href;
}

export const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** What a request brings, beside its URL. */
export interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  /** With one it is a POST. */
  readonly body?: Uint8Array;
  /** Certificates (PEM) of the only authorities that are trusted; else those that this program comes with. */
  readonly ca?: string | undefined;
  /** Keeps connections for the next request. */
  readonly agent?: Agent;
}

/** The server had closed the connection that an earlier request left open; another one may do. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** What a connection fails with whose other end is gone. */
const LOST: readonly unknown[] = ["ECONNRESET", "EPIPE"];

/** The answer of the first of `targets` that can be connected to, its body not read. */
export async function requestAny(
  url: URL,
  targets: readonly Target[],
  signal: AbortSignal,
  sending?: Sending,
): Promise<IncomingMessage> {
  let failure: unknown;
  for (const target of targets) {
    try {
      return await request(url, optionsFor(url, target, sending), signal, sending?.body);
    } catch (error) {
      if (!UNREACHABLE.includes(codeOf(error))) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** The connection is made to the address; server and certificate are asked for by the name. */
export function optionsFor(url: URL, { address, scope }: Target, sending?: Sending): RequestOptions {
  const host = formatAddress(address) + (scope === 0 ? "" : `%${scope}`);
  const isName = parseAddress(hostOf(url)) === undefined;
  const password = url.username === "" && url.password === "" ? undefined : `${url.username}:${url.password}`;
  return {
    host,
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port,
    path: pathOf(url),
    ...(sending?.body && { method: "POST" }),
    headers: { host: url.host, ...(sending?.agent ? {} : { accept: "*/*" }), ...sending?.headers },
    agent: sending?.agent ?? false,
    maxHeaderSize: LIMITS.headerBytes,
    rejectUnauthorized: true, // whatever the environment says
    ...(sending?.ca === undefined ? {} : { ca: sending.ca }),
    ...(isName ? { servername: url.hostname } : {}),
    ...(password === undefined ? {} : { auth: decodeURIComponent(password) }),
  };
}

/** All from the path on, but for the fragment: unlike `search` with the question mark of an empty query. */
const pathOf = ({ href, protocol }: URL): string =>
  href.slice(href.indexOf("/", `${protocol}//`.length)).replace(/#.*/, "");

export async function request(
  url: URL,
  options: RequestOptions,
  signal: AbortSignal,
  body?: Uint8Array,
): Promise<IncomingMessage> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, signal }, resolve);
    // That a connection is kept goes without saying in HTTP/1.1 (RFC 9112, section 9.3).
    if (options.agent) sent.removeHeader("connection");
    const late = setTimeout(
      () => sent.destroy(Object.assign(new Error("connection timed out"), { code: "ETIMEDOUT" })),
      LIMITS.connectTimeMs,
    );
    const connected = () => clearTimeout(late);
    sent.on("socket", (socket) => {
      if (socket.connecting) socket.once("connect", connected);
      else connected();
    });
    sent.on("error", (error) => {
      const isLost = sent.reusedSocket && LOST.includes(codeOf(error));
      reject(isLost ? new ConnectionLost(error.message, { cause: error }) : error);
    });
    sent.on("close", connected);
    sent.end(body);
  });
}

/** Of a server that somebody else connects to. */
export const NOWHERE: Target = { address: Uint8Array.of(0, 0, 0, 0), scope: 0 };

/** The system cannot be told to look no further for a name. */
export function within<T>(signal: AbortSignal, wait: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    wait.then(resolve, reject);
  });
}

/** Bytes of a body that nobody wants which are read, so that the server may send it. */
const UNWANTED_BYTES = 16 * 1024;

/** The server has answered; what else it says, and how, changes nothing. */
export async function readAway(message: IncomingMessage): Promise<void> {
  let length = 0;
  try {
    // Leaving the loop ends the connection.
    for await (const piece of message) {
      length += piece.length;
      if (length > UNWANTED_BYTES) break;
    }
  } catch {
    message.destroy();
  }
}

async function readBody(message: IncomingMessage, maxBytes: number | undefined): Promise<Uint8Array> {
  const most = Math.min(maxBytes ?? LIMITS.responseBytes, LIMITS.responseBytes);
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the connection.
  for await (const piece of message) {
    pieces.push(piece);
    length += piece.length;
    if (length > most || length === maxBytes) break;
  }
  if (length > most && most !== maxBytes) throw new LimitError("responseBytes", LIMITS.responseBytes);
  return Buffer.concat(pieces, Math.min(length, most));
}
