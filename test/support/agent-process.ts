import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Token, Tokens } from "../../src/agent/index.ts";
import { close } from "../../src/platform/file.ts";
import { openStateDirectory } from "../../src/platform/state-directory.ts";
import { executable } from "./executable.ts";

/** The agent as its users have it: the executable, on a socket and a port of its own, with a new state directory. */
export class AgentProcess {
  private constructor(
    /** A directory for files of the test; the state is below it. */
    readonly path: string,
    private readonly child: ChildProcess,
    /** Of its HTTP listener. */
    readonly url: string,
  ) {}

  /**
   * @param policy text of the policy, if it has one of its own; `{dir}` in it stands for the test's directory
   * @param configuration text of the configuration file
   */
  static async start(policy: string | undefined, configuration = ""): Promise<AgentProcess> {
    const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-agent-")));
    writeFileSync(join(path, "remit.toml"), configuration);
    const args = ["--config", join(path, "remit.toml"), "--state", join(path, "state")];
    if (policy !== undefined) {
      writeFileSync(join(path, "policy.cedar"), policy.replaceAll("{dir}", path));
      args.push("--policy", join(path, "policy.cedar"));
    }
    const child = spawn(executable(), ["serve", ...args, "--listen", "127.0.0.1:0"], {
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new AgentProcess(path, child, await urlOf(child));
  }

  get state(): string {
    return join(this.path, "state");
  }

  get socket(): string {
    return join(this.state, "remit.sock");
  }

  /** Of the administrator. */
  get token(): string {
    return readFileSync(join(this.state, "token"), "utf8").trim();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  createToken(token: Partial<Token> & Pick<Token, "name" | "scope">): string {
    const directory = openStateDirectory(this.state);
    const secret = new Tokens(directory).create({ autonomy: 4, groups: [], ...token });
    close(directory);
    return secret;
  }

  revokeToken(name: string): void {
    const directory = openStateDirectory(this.state);
    new Tokens(directory).revoke(name);
    close(directory);
  }

  /** A request with a token, by default the administrator's. */
  request(path: string, { token = this.token, body, ...init }: AgentRequest = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await ended;
    rmSync(this.path, { recursive: true, force: true });
  }
}

interface AgentRequest {
  readonly token?: string;
  readonly body?: unknown;
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

/** The address that the agent says it listens at. */
function urlOf(child: ChildProcess): Promise<string> {
  let said = "";
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\/\/\S+/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once("exit", () => reject(new Error(`the agent ended: ${said}`)));
  });
}
