import type { Agent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import {
  ConnectionLost,
  codeOf,
  HttpError,
  httpTargets,
  NOWHERE,
  optionsFor,
  readAway,
  request,
  requestAny,
  type Sending,
  within,
  withoutUser,
} from "./http.ts";
import { secureTunnel } from "./http-tunnel.ts";
import { LIMITS, LimitError } from "./limits.ts";

export interface DownloadOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body of a file that is there. */
  readonly maxBytes: number;
}

export interface Downloaded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of status 200; what else is said is not kept. */
  readonly body: Uint8Array;
}

export interface DownloaderOptions {
  /** An HTTP proxy between; none of the environment ever is. */
  readonly proxy?: URL | undefined;
  /** As {@link Sending.ca}. */
  readonly ca?: string | undefined;
  /** As {@link LIMITS} has them. */
  readonly idleMs?: number;
  readonly timeMs?: number;
}

/** Gets files from one server, over one connection that is kept between them. */
export class Downloader {
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly options: DownloaderOptions = {}) {}

  /**
   * Gets `url`. Redirects are not followed.
   * @throws {HttpError}
   * @throws {LimitError} `maxBytes`, `headerBytes`, `downloadIdleMs`, `downloadTimeMs`, or `lookupTimeMs`
   */
  async get(url: URL, { headers, maxBytes }: DownloadOptions): Promise<Downloaded> {
    const watch = new Watch(maxBytes, this.options);
    let failed: HttpError["failed"] = "request";
    try {
      const message = await this.send(url, headers, watch.signal);
      failed = "body";
      const { statusCode: status = 0, headers: answered } = message;
      if (status === 200) return { status, headers: answered, body: await bodyOf(message, maxBytes, watch) };
      await readAway(message);
      return { status, headers: answered, body: new Uint8Array() };
    } catch (error) {
      if (error instanceof LimitError || error instanceof HttpError) throw error;
      if (watch.met !== undefined) throw watch.met;
      if (codeOf(error) === "HPE_HEADER_OVERFLOW") throw new LimitError("headerBytes", LIMITS.headerBytes);
      throw new HttpError(failed, error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      watch.end();
    }
  }

  /** Closes the connection. */
  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
    this.agents.clear();
  }

  private async send(
    url: URL,
    headers: DownloadOptions["headers"],
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const sending = { headers, ca: this.options.ca, agent: await this.agentFor(url) };
    try {
      return await this.sendOnce(url, sending, signal);
    } catch (error) {
      // Servers close connections that nobody uses, and one may have just done so.
      if (!(error instanceof ConnectionLost)) throw error;
      return this.sendOnce(url, sending, signal);
    }
  }

  private async sendOnce(url: URL, sending: Sending, signal: AbortSignal): Promise<IncomingMessage> {
    const { proxy } = this.options;
    if (proxy === undefined) {
      return requestAny(url, await within(signal, httpTargets(url)), signal, sending);
    }
    // The agent connects, by the proxy.
    if (url.protocol === "https:") return request(url, optionsFor(url, NOWHERE, sending), signal);
    const [target = NOWHERE] = await within(signal, httpTargets(proxy));
    const headers = { host: url.host, ...sending.headers };
    // RFC 9112, section 3.2.2: a proxy is told all of the URL.
    const options = { ...optionsFor(proxy, target, { ...sending, headers }), path: withoutUser(url) };
    return request(proxy, options, signal);
  }

  private async agentFor(url: URL): Promise<Agent> {
    const known = this.agents.get(url.origin);
    if (known !== undefined) return known;
    const isSecure = url.protocol === "https:";
    const { Agent } = isSecure ? await import("node:https") : await import("node:http");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { proxy, ca } = this.options;
    if (isSecure && proxy !== undefined) agent.createConnection = connecting(proxy, url, ca);
    this.agents.set(url.origin, agent);
    return agent;
  }
}

/** Connects to the host of `url` by a tunnel of `proxy`. */
function connecting(proxy: URL, url: URL, ca: string | undefined): Agent["createConnection"] {
  return (_options, callback) => {
    secureTunnel(proxy, url, AbortSignal.timeout(LIMITS.connectTimeMs), ca).then(
      (socket) => callback?.(null, socket),
      (error) => callback?.(error, new Duplex()),
    );
    return undefined;
  };
}

/** Ends a download that takes too long, or of which nothing comes. */
class Watch {
  /** The limit that was met. */
  met: LimitError | undefined;
  private readonly ending = new AbortController();
  private readonly late: NodeJS.Timeout;
  private idle: NodeJS.Timeout | undefined;
  private readonly idleMs: number;

  constructor(
    maxBytes: number,
    { idleMs = LIMITS.downloadIdleMs, timeMs = LIMITS.downloadTimeMs }: DownloaderOptions,
  ) {
    const all = timeMs + (1000 * maxBytes) / LIMITS.downloadBytesPerSecond;
    this.idleMs = idleMs;
    this.late = setTimeout(() => this.meet(new LimitError("downloadTimeMs", all)), all);
    this.progress();
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Something came. */
  progress(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.meet(new LimitError("downloadIdleMs", this.idleMs)), this.idleMs);
  }

  end(): void {
    clearTimeout(this.late);
    clearTimeout(this.idle);
  }

  private meet(limit: LimitError): void {
    this.met ??= limit;
    this.ending.abort();
  }
}

async function bodyOf(message: IncomingMessage, maxBytes: number, watch: Watch): Promise<Uint8Array> {
  const tooLarge = new LimitError("maxBytes", maxBytes);
  if (Number(message.headers["content-length"] ?? 0) > maxBytes) {
    message.destroy();
    throw tooLarge;
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the connection.
  for await (const piece of message) {
    watch.progress();
    length += piece.length;
    if (length > maxBytes) throw tooLarge;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
