import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import packageJson from "../../package.json" with { type: "json" };
import { Agent, AgentError, Tokens } from "../agent/index.ts";
import { type Listener, listenOnPort, listenOnSocket } from "../platform/bun-serve.ts";
import { close, type Fd, replaceContent } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import {
  defaultStateDirectory,
  openStateDirectory,
  StateDirectoryError,
} from "../platform/state-directory.ts";
import { writePolicy } from "../runner/active-policy.ts";
import { createApp } from "../server/app.ts";
import type { Served } from "../server/context.ts";
import { Followers } from "../server/followers.ts";
import { IdempotencyKeys } from "../server/idempotency.ts";
import { type Given, UsageError } from "./command.ts";
import { catalogue } from "./embedded-catalogue.ts";
import { POLICY, readText } from "./inputs.ts";
import { printError } from "./terminal.ts";

/** Name of the file with the administrator's token, and of the agent that it stands for. */
const TOKEN_FILE = "token";
const ADMINISTRATOR = "administrator";
const PRIVATE = 0o600;
/** How long runs may go on after somebody asked this process to end, in milliseconds. */
const GRACE_MS = 10_000;
/** How long a request waits for the end of its run, in milliseconds. */
const WAIT_MS = 30_000;
/** How long connections have to end after their runs, in milliseconds. */
const CLOSE_MS = 1000;
/** How long a run waits for an approval, in milliseconds. */
const APPROVAL_MS = 300_000;
/** Runs that wait for a runner. */
const QUEUE = 64;

/** `remit serve`: takes scripts over HTTP until it is asked to end. */
export async function serve({ options }: Given): Promise<number> {
  const address = loopback(options.get("listen"));
  try {
    const state = options.get("state") ?? defaultStateDirectory();
    const directory = openStateDirectory(state);
    const policy = options.get("policy");
    if (policy !== undefined) writePolicy(directory, readText(policy, POLICY));
    const agent = new Agent({
      state,
      directory,
      warm: 1,
      concurrency: navigator.hardwareConcurrency,
      queue: QUEUE,
      approvalMs: APPROVAL_MS,
    });
    await agent.start();
    const tokens = new Tokens(directory);
    if (tokens.list().length === 0) writeFirstToken(directory, tokens);
    const served = {
      agent,
      tokens,
      catalogue,
      keys: new IdempotencyKeys(),
      followers: new Followers(),
      version: packageJson.version,
      timeMs: LIMITS.timeMs,
      waitMs: WAIT_MS,
    };
    const socket = options.get("socket") ?? join(state, "remit.sock");
    const listeners = listen(served, socket, address);
    printError(
      `remit ${packageJson.version} takes scripts at ${listeners.map(({ at }) => at).join(" and ")}\n`,
    );
    await untilAsked();
    // What is open stays open until its run is over.
    const closed = listeners.map(({ listener }) => listener.stop());
    await agent.stop(GRACE_MS);
    await Promise.race([Promise.all(closed), setTimeout(CLOSE_MS)]);
    return 0;
  } catch (error) {
    if (!(error instanceof StateDirectoryError || error instanceof AgentError)) throw error;
    printError(`error: ${error.message}\n`);
    return 1;
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function listen(served: Served, socket: string, address: Address | undefined) {
  const onSocket = { at: socket, listener: listenOnSocket(socket, createApp(served, undefined).fetch) };
  return address ? [onSocket, listenOnAddress(served, address)] : [onSocket];
}

function listenOnAddress(served: Served, { host, port }: Address): { at: string; listener: Listener } {
  // The port may be the system's choice, and is part of what the application checks.
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const listener = listenOnPort(host, port, (request) => handle(request));
  handle = createApp(served, listener.port).fetch;
  const shown = host.includes(":") ? `[${host}]` : host;
  return { at: `http://${shown}:${listener.port}`, listener };
}

/** The first start makes a token for whoever can read the state directory. */
function writeFirstToken(directory: Fd, tokens: Tokens): void {
  const secret = tokens.create({ name: ADMINISTRATOR, scope: "admin", autonomy: 4, groups: [] });
  close(replaceContent(directory, TOKEN_FILE, Buffer.from(`${secret}\n`), { mode: PRIVATE }));
}

const ADDRESS = /^(127\.0\.0\.1|\[::1\]):(\d{1,5})$/;

/** The address of `--listen`: of this machine only. @throws {UsageError} */
function loopback(value: string | undefined): Address | undefined {
  if (value === undefined) return undefined;
  const [, host = "", port = ""] = ADDRESS.exec(value) ?? [];
  if (host === "" || Number(port) > 65_535) {
    throw new UsageError(`'${value}' is no value of --listen ADDRESS; it takes 127.0.0.1:PORT or [::1]:PORT`);
  }
  return { host: host.replace(/[[\]]/g, ""), port: Number(port) };
}

function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}
