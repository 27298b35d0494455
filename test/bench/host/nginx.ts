import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { selfSigned } from "../../../src/platform/certificate-testing.ts";
import { childrenOf, processorSeconds } from "./processor.ts";

const PROGRAM = "/usr/sbin/nginx";
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** Debian's nginx in front of a repository. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ports: { readonly plain: number; readonly secure: number },
    /** Who vouches for it over TLS: a file of certificates. */
    readonly authority: string,
  ) {}

  /** Whether there is one on this machine. */
  static get isThere(): boolean {
    return existsSync(PROGRAM);
  }

  /** Serves `public` in `directory`, where its own files lie, too. */
  static async start(directory: string): Promise<Nginx> {
    const ports = { plain: await freePort(), secure: await freePort() };
    const { cert, key } = selfSigned("IP:127.0.0.1");
    const template = readFileSync(join(import.meta.dirname, "nginx.conf"), "utf8");
    const text = template.replace("@plain", `${ports.plain}`).replace("@secure", `${ports.secure}`);
    // As root its workers would be nobody, who may not read below here.
    const user = process.getuid?.() === 0 ? "user root;\n" : "";
    writeFileSync(join(directory, "nginx.conf"), user + text);
    writeFileSync(join(directory, "tls.key"), key, { mode: 0o600 });
    writeFileSync(join(directory, "tls.cert"), cert);
    const child = spawn(PROGRAM, ["-p", directory, "-c", "nginx.conf", "-e", "nginx-error.log"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const nginx = new Nginx(child, ports, join(directory, "tls.cert"));
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
