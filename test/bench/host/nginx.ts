import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { selfSigned } from "../../../src/platform/certificate-testing.ts";
import { childrenOf, processorSeconds } from "./processor.ts";

const PROGRAM = "/usr/sbin/nginx";
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** A request that was answered, as its log has it. */
export interface Answered {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly status: number;
  /** Bytes of HTTP both ways. */
  readonly bytes: number;
  /** It is the first one of its connection. */
  readonly isFirst: boolean;
  /** Its connection goes on from what was agreed on over TLS before. */
  readonly isResumed: boolean;
}

/** Debian's nginx in front of a repository. */
export class Nginx {
  private constructor(
    private readonly directory: string,
    private readonly child: ChildProcess,
    private readonly ports: { readonly plain: number; readonly secure: number },
    /** Who vouches for it over TLS: a file of certificates. */
    readonly authority: string,
  ) {}

  /** Whether there is one on this machine. */
  static get isThere(): boolean {
    return existsSync(PROGRAM);
  }

  /** Serves `public` in `directory`, where its own files lie, too; connections are closed after `keptMs` without a request. */
  static async start(directory: string, keptMs = 15_000): Promise<Nginx> {
    const ports = { plain: await freePort(), secure: await freePort() };
    const { cert, key } = selfSigned("IP:127.0.0.1");
    const template = readFileSync(join(import.meta.dirname, "nginx.conf"), "utf8");
    const filled = { ...ports, kept: `${keptMs}ms` };
    const text = Object.entries(filled).reduce(
      (all, [name, value]) => all.replace(`@${name}`, `${value}`),
      template,
    );
    // As root its workers would be nobody, who may not read below here.
    const user = process.getuid?.() === 0 ? "user root;\n" : "";
    writeFileSync(join(directory, "nginx.conf"), user + text);
    writeFileSync(join(directory, "tls.key"), key, { mode: 0o600 });
    writeFileSync(join(directory, "tls.cert"), cert);
    const child = spawn(PROGRAM, ["-p", directory, "-c", "nginx.conf", "-e", "nginx-error.log"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const nginx = new Nginx(directory, child, ports, join(directory, "tls.cert"));
    await nginx.listening();
    return nginx;
  }

  url(isSecure = false): string {
    const { plain, secure } = this.ports;
    return isSecure ? `https://127.0.0.1:${secure}` : `http://127.0.0.1:${plain}`;
  }

  port(isSecure = false): number {
    return isSecure ? this.ports.secure : this.ports.plain;
  }

  /** The requests that it has answered since the epoch in milliseconds `since`; call it a second after the last one. */
  requests(since = 0): readonly Answered[] {
    const lines = readFileSync(join(this.directory, "nginx-access.log"), "utf8").trimEnd().split("\n");
    return lines.map(answeredOf).filter(({ at }) => at >= since);
  }

  /** Seconds of a processor that its workers have taken. */
  get processorSeconds(): number {
    return childrenOf(this.child.pid ?? 0).reduce((sum, pid) => sum + processorSeconds(pid), 0);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await ended;
  }

  private async listening(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      if (this.child.exitCode !== null) throw new Error("nginx ended; what it says stands above");
      const isUp = await fetch(this.url()).then(
        () => true,
        () => false,
      );
      if (isUp) return;
      if (performance.now() > end) throw new Error(`nginx does not answer at ${this.url()}`);
      await Bun.sleep(LOOK_MS);
    }
  }
}

function answeredOf(line: string): Answered {
  const [seconds, status, sent, received, place, resumed] = line.split(" ");
  return {
    at: Number(seconds) * 1000,
    status: Number(status),
    bytes: Number(sent) + Number(received),
    isFirst: place === "1",
    isResumed: resumed === "r",
  };
}

/** A port that nobody listens at. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
