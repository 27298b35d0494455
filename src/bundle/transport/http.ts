import { type Downloaded, Downloader, type DownloaderOptions } from "../../platform/download.ts";
import { codeOf, HttpError, withoutUser } from "../../platform/http.ts";
import { LimitError } from "../../platform/limits.ts";
import { retryAfterMs } from "../../platform/retry.ts";
import { BundleError, type BundleErrorCode } from "../errors.ts";
import type { Answer, Transport } from "./transport.ts";

export interface HttpTransportOptions extends DownloaderOptions {
  /** Where the repository is. */
  readonly base: URL;
  /** Other origins to which the server may send on, such as `https://cdn.example`. */
  readonly origins?: readonly string[];
}

const REDIRECTS = 3;
const REDIRECT: readonly number[] = [301, 302, 303, 307, 308];

/** A repository on a web server. What it says is verified later; here it is kept from costing more than it may. */
export class HttpTransport implements Transport {
  private readonly downloader: Downloader;

  constructor(private readonly options: HttpTransportOptions) {
    this.downloader = new Downloader(options);
  }

  async get(path: string, { maxBytes, etag }: { maxBytes: number; etag?: string }): Promise<Answer> {
    // Nothing packed, whose size shows only when it is unpacked (RFC 9110, section 12.5.3: empty is no coding).
    const encoding = { "accept-encoding": "" };
    const headers = etag === undefined ? encoding : { ...encoding, "if-none-match": etag };
    let url = this.urlOf(path);
    for (let hops = 0; ; hops++) {
      const answer = await this.download(url, { headers, maxBytes });
      if (!REDIRECT.includes(answer.status)) return answerOf(url, answer, etag !== undefined);
      if (hops === REDIRECTS) throw redirect(url, `is the end of more than ${REDIRECTS} redirects`);
      url = this.follow(url, answer.headers.location);
    }
  }

  /** Closes the connection. */
  close(): void {
    this.downloader.close();
  }

  private urlOf(path: string): URL {
    const { base } = this.options;
    return new URL(path, base.href.endsWith("/") ? base : `${base.href}/`);
  }

  private async download(url: URL, options: Parameters<Downloader["get"]>[1]): Promise<Downloaded> {
    try {
      return await this.downloader.get(url, options);
    } catch (error) {
      throw transportError(url, error);
    }
  }

  /** Where a redirect leads, if it may. */
  private follow(from: URL, location: string | undefined): URL {
    if (location === undefined || !URL.canParse(location, from.href)) throw redirect(from, "leads nowhere");
    const to = new URL(withoutUser(new URL(location, from)));
    if (from.protocol === "https:" && to.protocol !== "https:") {
      throw redirect(from, `leads from https to ${to.origin}`);
    }
    if (to.origin === from.origin || this.options.origins?.includes(to.origin)) return to;
    throw redirect(from, `leads to ${to.origin}, which is not one of the repository's origins`);
  }
}

function answerOf(url: URL, { status, headers, body }: Downloaded, isConditional: boolean): Answer {
  if (status === 403 || status === 404) return { status };
  if (status === 304 && isConditional) return { status };
  // RFC 6585, section 6.
  if (status === 511)
    throw new BundleError("captive_portal", `${at(url)} asks to sign in to a network`, { status });
  if (status !== 200) {
    const wait = retryAfterMs(headers["retry-after"], headers.date);
    throw new BundleError("http_status", `${at(url)} answered ${status}`, { status, retryAfterMs: wait });
  }
  const { "content-encoding": encoding = "identity", "content-type": type = "", etag } = headers;
  if (isPage(type, body)) {
    const why = `${at(url)} is a web page: a network may want somebody to sign in`;
    throw new BundleError("captive_portal", why, { status });
  }
  if (encoding !== "identity")
    throw new BundleError("encoding", `${at(url)} came encoded as ${encoding}`, { status });
  return { status, body, ...(etag === undefined ? {} : { etag }) };
}

/** Neither JSON nor an archive begins as a page does. */
const isPage = (type: string, body: Uint8Array): boolean =>
  type.startsWith("text/html") || /^\s*</.test(Buffer.from(body.subarray(0, 64)).toString());

/** What is wrong with a certificate that another time of day would cure. */
const TIME: readonly unknown[] = ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"];
const CERTIFICATE = /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;

/** What it means that a limit was met, by the limit. */
const LIMIT_CODES: { readonly [limit: string]: BundleErrorCode } = {
  maxBytes: "too_large",
  headerBytes: "too_large",
};

function transportError(url: URL, error: unknown): unknown {
  if (error instanceof LimitError) {
    const code = LIMIT_CODES[error.limit] ?? "timeout";
    return new BundleError(code, `${at(url)}: ${error.message}`, { cause: error });
  }
  if (!(error instanceof HttpError)) return error;
  const code = codeOf(error.cause);
  const why = `${at(url)}: ${error.message}`;
  if (TIME.includes(code)) {
    const clock = new Date().toISOString();
    return new BundleError("certificate_time", `${why}; the clock of this machine says ${clock}`, {
      cause: error,
    });
  }
  if (typeof code === "string" && CERTIFICATE.test(code))
    return new BundleError("certificate", why, { cause: error });
  return new BundleError(error.failed === "body" ? "incomplete" : "unreachable", why, { cause: error });
}

const redirect = (url: URL, why: string): BundleError => new BundleError("redirect", `${at(url)} ${why}`);

/** Without a query, which may hold secrets. */
const at = ({ origin, pathname }: URL): string => origin + pathname;
