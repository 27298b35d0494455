import { HostObject } from "rhai-wasm";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { SdkError } from "../errors.ts";
import type { Call } from "../operation.ts";
import { get, HttpError } from "./effects/http.ts";

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

/** `GET` of `url`, as a policy sees it. */
const ask = (url: string): AuthorizationRequest<"network.GET"> => ({
  action: "network.GET",
  resource: { type: "network::url", id: url, attributes: { url }, ancestors: [] },
});

/** Sends `request` and follows redirects; each address on the way is asked for before it is requested. */
export async function send(call: Call, { url, maxTextBytes }: Request): Promise<Response> {
  const most = maxTextBytes === undefined ? undefined : Number(maxTextBytes);
  let address = url;
  for (let redirects = 0; redirects <= LIMITS.redirects; redirects++) {
    const token = call.access.require(ask(address));
    const requested = requestedUrl(address);
    if (requested !== address) call.access.require(ask(requested));
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
 * The URL as it is requested: `..`, a backslash or a line break within, or the host in another notation, make it
 * another one than its text seems to name. The root of a site without its slash is as good as with it.
 */
function requestedUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const { href } = new URL(text);
  return href === `${text}/` ? text : href;
}

const requestError = (url: string): Error =>
  new SdkError(
    "NetworkErrorKind",
    "RequestError",
    `Failed to send a request: reason: error sending request for url (${url})`,
  );
