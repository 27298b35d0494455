import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { LIMITS, LimitError } from "./limits.ts";
import { formatAddress, parseAddress } from "./network/address.ts";
import { lookupHost, type Target } from "./network/lookup.ts";

/** What came back. */
export interface HttpResponse {
  readonly status: number;
  /** Where a redirect leads, as an absolute URL; redirects are not followed. */
  readonly location: string | undefined;
  readonly body: Uint8Array;
}

/** The request could not be sent, or its answer not be read. */
export class HttpError extends Error {
  override readonly name = "HttpError";
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

/** The URL if it is one that {@link httpGet} takes. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}

/** Its name or address, which stands in brackets if it is one of IPv6. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** The addresses of the host of `url`. @throws {HttpError} when it has none */
export async function httpTargets(url: URL): Promise<readonly Target[]> {
  const targets = await lookupHost(hostOf(url));
  if (targets.length === 0) throw new HttpError(`no address of ${url.hostname}`);
  return targets;
}

/**
 * Gets `url` from the first of `targets` that can be connected to, without following redirects. The name in it is not
 * resolved again, and no proxy of the environment comes between. Of the body `maxBytes` are kept where given.
 * @throws {HttpError}
 * @throws {LimitError} when the body is larger than `responseBytes` and not to be cut
 */
export async function httpGet(
  url: URL,
  targets: readonly Target[],
  maxBytes: number | undefined,
): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(LIMITS.requestTimeMs);
  try {
    const message = await requestAny(url, targets, signal);
    const { statusCode: status = 0, headers } = message;
    const { location } = headers;
    const isRedirect = REDIRECTS.includes(status) && location !== undefined;
    return {
      status,
      location: isRedirect && URL.canParse(location, url.href) ? new URL(location, url).href : undefined,
      body: await readBody(message, maxBytes),
    };
  } catch (error) {
    if (error instanceof LimitError) throw error;
    throw new HttpError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function requestAny(
  url: URL,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let failure: unknown;
  for (const target of targets) {
    try {
      return await request(url, optionsFor(url, target), signal);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && UNREACHABLE.includes(error.code))) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** The connection is made to the address; server and certificate are asked for by the name. */
function optionsFor(url: URL, { address, scope }: Target): RequestOptions {
  const host = formatAddress(address) + (scope === 0 ? "" : `%${scope}`);
  const isName = parseAddress(hostOf(url)) === undefined;
  const password = url.username === "" && url.password === "" ? undefined : `${url.username}:${url.password}`;
  return {
    host,
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port,
    path: url.pathname + url.search,
    headers: { host: url.host, accept: "*/*" },
    agent: false,
    rejectUnauthorized: true, // whatever the environment says
    ...(isName ? { servername: url.hostname } : {}),
    ...(password === undefined ? {} : { auth: decodeURIComponent(password) }),
  };
}

async function request(url: URL, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, signal }, resolve);
    const late = setTimeout(
      () => sent.destroy(Object.assign(new Error("connection timed out"), { code: "ETIMEDOUT" })),
      LIMITS.connectTimeMs,
    );
    const connected = () => clearTimeout(late);
    sent.on("socket", (socket) => {
      if (socket.connecting) socket.once("connect", connected);
      else connected();
    });
    sent.on("error", reject);
    sent.on("close", connected);
    sent.end();
  });
}

async function readBody(message: IncomingMessage, maxBytes: number | undefined): Promise<Uint8Array> {
  const most = Math.min(maxBytes ?? LIMITS.responseBytes, LIMITS.responseBytes);
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the connection.
  for await (const piece of message) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  if (length > most && most !== maxBytes) throw new LimitError("responseBytes", LIMITS.responseBytes);
  return Buffer.concat(pieces, Math.min(length, most));
}
