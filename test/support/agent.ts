import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { executable } from "./executable.ts";

const ENVIRONMENT = { PATH: "/usr/bin:/bin" };
const PATIENCE_MS = 20_000;
const LOOK_MS = 10;

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What came of a command. */
export interface Called {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `remit serve`, and what it says. */
export class Agent {
  /** What it said on standard error. */
  said = "";
  readonly ended: Promise<End>;

  constructor(private readonly child: ChildProcess) {
    child.stderr?.on("data", (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    this.ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Returns when it has said `text` once more than before. */
  async says(text: string | RegExp, from = 0): Promise<void> {
    await until(() => this.said.slice(from).search(text) !== -1, `${text} in ${this.said}`);
  }
}

/** Directories of their own, for an agent and those that speak with it. */
export class AgentWorld {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "remit-serve-")));
  readonly state = join(this.path, "state");
  readonly socket = join(this.state, "remit.sock");
  private readonly agents: Agent[] = [];

  /** @param program the executable, or a copy of it that may come to harm */
  constructor(private readonly program = executable()) {}

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.path, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  /** A program below the directory. */
  executable(name: string, text: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o700 });
  }

  /** Starts an agent, and returns when it takes scripts. */
  async start(...options: readonly string[]): Promise<Agent> {
    const agent = this.spawn(...options);
    await until(() => agent.said.includes("takes scripts"), `the agent to start; it says ${agent.said}`);
    return agent;
  }

  spawn(...options: readonly string[]): Agent {
    const child = spawn(this.program, ["serve", "--state", this.state, ...options], {
      env: ENVIRONMENT,
      stdio: ["ignore", "ignore", "pipe"],
    });
    return this.adopt(new Agent(child));
  }

  /** Ends `agent`, too, when the world ends. */
  adopt(agent: Agent): Agent {
    this.agents.push(agent);
    return agent;
  }

  /** Calls a command for the agent of this state directory. */
  call(...args: readonly string[]) {
    return this.callPlain(...args, "--state", this.state);
  }

  /** Calls a command. */
  callPlain(...args: readonly string[]) {
    return spawnSync(executable(), args, {
      cwd: this.path,
      env: ENVIRONMENT,
      encoding: "utf8",
      timeout: PATIENCE_MS,
    });
  }

  /** As {@link call}, while the test goes on. */
  begin(...args: readonly string[]) {
    const child = spawn(executable(), [...args, "--state", this.state], { cwd: this.path, env: ENVIRONMENT });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise<Called>((resolve) =>
      child.on("close", (status) => resolve({ status, stdout, stderr })),
    );
    return { child, ended };
  }

  /** Asks the API over the socket. */
  async ask(method: string, target: string, body?: unknown, token = this.token()) {
    const response = await fetch(`http://localhost${target}`, {
      method,
      unix: this.socket,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  token(): string {
    return readFileSync(join(this.state, "token"), "utf8").trim();
  }

  /** The decision log, record by record. */
  records(): readonly { readonly [name: string]: unknown }[] {
    return readFileSync(join(this.state, "decisions.00000001.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  /** Ends all agents. */
  async end(): Promise<void> {
    for (const agent of this.agents) agent.signal("SIGKILL");
    await Promise.all(this.agents.map(({ ended }) => ended));
  }

  /** Ends all agents, and removes everything. */
  async remove(): Promise<void> {
    await this.end();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Returns when `holds` does. @throws when it does not for long */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await Bun.sleep(LOOK_MS);
  }
}

/** Whether a process of that number lives. */
export function isAlive(pid: number): boolean {
  try {
    const [, state] = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return state !== "Z";
  } catch {
    return false;
  }
}
