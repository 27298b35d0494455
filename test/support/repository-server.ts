import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A web server that serves the files of a repository, as web servers do, unless `instead` answers. */
export class RepositoryServer {
  /** Answers some requests in another way; tells whether it did. */
  instead: (path: string, response: ServerResponse) => boolean = () => false;
  /** What was asked for. */
  readonly requests: string[] = [];
  private readonly server: Server;

  private constructor(private readonly files: ReadonlyMap<string, Uint8Array>) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  static async start(files: ReadonlyMap<string, Uint8Array>): Promise<RepositoryServer> {
    const made = new RepositoryServer(files);
    await new Promise<void>((resolve) => made.server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    const path = url.slice(1);
    this.requests.push(path);
    if (this.instead(path, response)) return;
    const body = this.files.get(path);
    const etag = `"${createHash("sha256")
      .update(body ?? "")
      .digest("hex")}"`;
    if (body === undefined) response.writeHead(404).end("not here");
    else if (headers["if-none-match"] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, "content-length": body.length }).end(body);
  }
}
