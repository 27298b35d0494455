import { LIMITS, LimitError } from "./limits.ts";

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

/** The URL if it is one that {@link httpGet} takes; `fetch` would also read files. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}

/**
 * Gets `url` without following redirects. Of the body `maxBytes` are kept where given.
 * @throws {HttpError}
 * @throws {LimitError} when the body is larger than `responseBytes` and not to be cut
 */
export async function httpGet(url: URL, maxBytes: number | undefined): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(LIMITS.requestTimeMs);
  try {
    const response = await fetch(url, { redirect: "manual", signal });
    const location = response.headers.get("location");
    const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
    return {
      status: response.status,
      location: isRedirect && URL.canParse(location, url.href) ? new URL(location, url).href : undefined,
      body: await readBody(response, maxBytes),
    };
  } catch (error) {
    if (error instanceof LimitError) throw error;
    throw new HttpError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function readBody({ body }: Response, maxBytes: number | undefined): Promise<Uint8Array> {
  if (!body) return new Uint8Array();
  const most = Math.min(maxBytes ?? LIMITS.responseBytes, LIMITS.responseBytes);
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest.
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  if (length > most && most !== maxBytes) throw new LimitError("responseBytes", LIMITS.responseBytes);
  return Buffer.concat(pieces, Math.min(length, most));
}
