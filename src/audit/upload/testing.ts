/** A central team, for tests: a server that takes decision logs and statuses as OPA sends them. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { Certificate } from "../../platform/certificate-testing.ts";

/** What of an event these tests look at; JSON of our own. */
export interface ReceivedEvent {
  readonly labels: { readonly [name: string]: string };
  readonly decision_id: string;
  readonly bundles?: { readonly [name: string]: { readonly revision: string } };
  readonly path: string;
  readonly input: { readonly [name: string]: unknown };
  readonly result: { readonly [name: string]: unknown };
  readonly timestamp: string;
  readonly masked?: readonly string[];
  readonly remit: { readonly seq: number; readonly kind: string; readonly run?: string };
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Bytes of the body as it came. */
  readonly bytes: number;
  readonly events: readonly ReceivedEvent[];
}

/** A status, with headers; or what a server does that never comes to an end. */
export type Answer =
  | { readonly status: number; readonly headers?: { readonly [name: string]: string } }
  | "silent"
  | "endless"
  | "cut";

export const TAKEN: Answer = { status: 200 };

export class Receiver {
  /** What it has taken, in order. */
  readonly batches: Received[] = [];
  readonly statuses: { readonly [name: string]: unknown }[] = [];
  /** Also what it has not. */
  readonly requests: Received[] = [];
  /** How the next request is answered. */
  answer: (request: Received) => Answer | Promise<Answer> = () => TAKEN;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async start({ secure, port = 0 }: { secure?: Certificate; port?: number } = {}): Promise<Receiver> {
    const handle: RequestListener = (request, response) => void receiver.take(request, response);
    const server = secure ? createSecureServer(secure, handle) : createServer(handle);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const { port: actual } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `${secure ? "https" : "http"}://127.0.0.1:${actual}`);
    return receiver;
  }

  /** Sequences of all records that it has taken, as they came. */
  get sequences(): readonly number[] {
    return this.batches.flatMap(({ events }) => events.map(({ remit }) => remit.seq));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    const json = JSON.parse(plain.toString());
    const { url: path = "", headers } = request;
    const received = { path, headers, bytes: body.length, events: Array.isArray(json) ? json : [] };
    this.requests.push(received);
    const answer = await this.answer(received);
    if (answer === "silent") return;
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    const { status, headers: more } = answer === "endless" ? { status: 200, headers: {} } : answer;
    if (status < 300) {
      if (Array.isArray(json)) this.batches.push(received);
      else this.statuses.push(json);
    }
    response.writeHead(status, more);
    if (answer === "endless") response.write("x".repeat(64 * 1024));
    else response.end(JSON.stringify({ status }));
  }
}
