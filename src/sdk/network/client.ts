import { HostObject } from "rhai-wasm";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { SdkError } from "../errors.ts";
import type { Call } from "../operation.ts";
import { expectEntity } from "../resource.ts";
import { canonicalAddress } from "./effects/connect.ts";
import { get, HttpError, withoutUser } from "./effects/http.ts";
import { askForUrl, heedForbids } from "./resource.ts";

/** Makes requests with common settings. */
export class Client extends HostObject {
  constructor(
    /** Bytes of a response's text that are kept; all where absent. */
    readonly maxTextBytes?: bigint,
  ) {
    super();
  }
}

/** A request that was not sent yet. */
export class Request extends HostObject {
  constructor(
    readonly url: string,
    readonly maxTextBytes: bigint | undefined,
  ) {
    super();
  }
}

export class Response extends HostObject {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {
    super();
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What {@link send} asks for. */
export const SEND_CHECKS = [
  "network:GET url(<url as given>)",
  "network:GET url(<url as requested>) where it differs",
  "network:GET url(<target of each redirect>)",
  "network:GET url(<each of these at each address of its host>), against which only a forbid counts",
] as const;

const SOURCE = "NetworkErrorKind";

/** Sends `request` and follows redirects; each address on the way is asked for before it is requested. */
export async function send(call: Call, { url, maxTextBytes }: Request): Promise<Response> {
  expectEntity(url, SOURCE);
  const most = maxTextBytes === undefined ? undefined : Number(maxTextBytes);
  try {
    return await follow(call, url, most);
  } catch (error) {
    // Whichever of the redirects failed, the reference names the first.
    throw error instanceof HttpError ? requestError(new URL(url), error, most) : error;
  }
}

async function follow(call: Call, url: string, most: number | undefined): Promise<Response> {
  const heed = heedForbids(call.access, "GET");
  let address = url;
  for (let redirects = 0; redirects <= LIMITS.redirects; redirects++) {
    const token = call.access.require(askForUrl("GET", address));
    const requested = requestedUrl(address);
    if (requested !== address) call.access.require(askForUrl("GET", requested));
    const { location, status, body } = await get(token, address, urlOf(address), heed, most);
    if (location === undefined) return new Response(status, decoder.decode(body));
    address = location;
  }
  throw new LimitError("redirects", LIMITS.redirects);
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === "") throw new SdkError(SOURCE, "Other", "failed to clone request");
  return url;
}

/**
 * The URL as it is requested: `..`, a backslash or a line break within, a user before the host, or the host in another
 * notation, make it another one than its text seems to name. The root of a site without its slash is as good as with it.
 */
function requestedUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(withoutUser(new URL(text)));
  // What is written as IPv6 may stand for an address of IPv4.
  const address = canonicalAddress(url.hostname);
  if (url.hostname.startsWith("[") && address?.includes(".")) url.hostname = address;
  const { href } = url;
  return href === `${text}/` ? text : href;
}

const REASONS = {
  scheme: "builder error",
  request: "error sending request",
  body: "error decoding response body",
} as const;

function requestError(url: URL, { failed }: HttpError, most: number | undefined): Error {
  if (failed === "body" && most !== undefined) {
    const message = "Failed to truncate response: reason: request or response body error";
    return new SdkError(SOURCE, "Other", message);
  }
  const of = failed === "body" ? "" : ` for url (${withoutUser(url)})`;
  return new SdkError(SOURCE, "RequestError", `Failed to send a request: reason: ${REASONS[failed]}${of}`);
}
