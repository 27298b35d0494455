import { HostObject } from "rhai-wasm";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { SdkError } from "../errors.ts";
import type { Call } from "../operation.ts";
import { canonicalAddress } from "./effects/connect.ts";
import { get, HttpError } from "./effects/http.ts";
import { askForUrl } from "./resource.ts";

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
] as const;

/** Sends `request` and follows redirects; each address on the way is asked for before it is requested. */
export async function send(call: Call, { url, maxTextBytes }: Request): Promise<Response> {
  const most = maxTextBytes === undefined ? undefined : Number(maxTextBytes);
  let address = url;
  for (let redirects = 0; redirects <= LIMITS.redirects; redirects++) {
    const token = call.access.require(askForUrl("GET", address));
    const requested = requestedUrl(address);
    if (requested !== address) call.access.require(askForUrl("GET", requested));
    const response = await get(token, address, most).catch((error: unknown) => {
      throw error instanceof HttpError ? requestError(address) : error;
    });
    if (!response) throw new SdkError("NetworkErrorKind", "Other", "failed to clone request");
    const { location, status, body } = response;
    if (location === undefined) return new Response(status, decoder.decode(body));
    address = location;
  }
  throw new LimitError("redirects", LIMITS.redirects);
}

/**
 * The URL as it is requested: `..`, a backslash or a line break within, a user before the host, or the host in another
 * notation, make it another one than its text seems to name. The root of a site without its slash is as good as with it.
 */
function requestedUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.username = "";
  url.password = "";
  // What is written as IPv6 may stand for an address of IPv4.
  const address = canonicalAddress(url.hostname);
  if (url.hostname.startsWith("[") && address?.includes(".")) url.hostname = address;
  const { href } = url;
  return href === `${text}/` ? text : href;
}

const requestError = (url: string): Error =>
  new SdkError(
    "NetworkErrorKind",
    "RequestError",
    `Failed to send a request: reason: error sending request for url (${url})`,
  );
