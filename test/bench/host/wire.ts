import { connect, createServer, type Server, type Socket } from "node:net";

/** What went over a wire. */
export interface Traffic {
  readonly connections: number;
  /** Where they can be read, without TLS. */
  readonly requests: number;
  /** Bytes of TCP's streams: what HTTP and TLS say, without the headers of TCP and IP. */
  readonly sent: number;
  readonly received: number;
  /** Between the first and the last byte, in milliseconds. */
  readonly milliseconds: number;
}

/** A wire to a server at a port of this machine, on which is counted. */
export class Wire {
  private connections = 0;
  private requests = 0;
  private sent = 0;
  private received = 0;
  private first = 0;
  private last = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static start(to: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        const wire = new Wire(server, typeof address === "object" && address !== null ? address.port : 0);
        server.on("connection", (socket) => wire.join(socket, to));
        resolve(wire);
      });
    });
  }

  /** What went over it since this was called before. */
  take(): Traffic {
    const { connections, requests, sent, received, first, last } = this;
    this.connections = this.requests = this.sent = this.received = this.first = this.last = 0;
    return { connections, requests, sent, received, milliseconds: last - first };
  }

  /** Cuts all connections: the next request makes one. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  stop(): void {
    this.cut();
    this.server.close();
  }

  private join(device: Socket, to: number): void {
    this.connections++;
    const host = connect(to, "127.0.0.1");
    for (const [socket, other, way] of [
      [device, host, "sent"],
      [host, device, "received"],
    ] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("data", (bytes) => {
        this[way] += bytes.length;
        if (way === "sent" && bytes.toString("latin1").startsWith("GET ")) this.requests++;
        this.last = performance.now();
        this.first ||= this.last;
        other.write(bytes);
      });
      socket.on("end", () => other.end());
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
