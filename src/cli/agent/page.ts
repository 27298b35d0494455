import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { type AgentClient, LoginCode, Status } from "../../client/index.ts";
import { openOnDesktop } from "../../platform/desktop.ts";
import { close, replaceContent, unlinkAt } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { openStateDirectory } from "../../platform/state-directory.ts";
import type { Given } from "../command.ts";
import { forStandardError, forStandardOutput, print, printError } from "../terminal.ts";
import { agentSettings, connect, reporting } from "./connect.ts";

const PRIVATE = 0o600;
/** Between two looks at whether the code was used, in milliseconds. */
const LOOK_MS = 250;

/** `remit page`: the address of the operator page, with a code for one login. */
export const showPage = ({ options }: Given): Promise<number> =>
  reporting(async () => {
    const settings = agentSettings(options);
    const client = connect(options, settings);
    const { address, code } = await client.ask(LoginCode, { method: "POST", target: "/v1/admin/page" });
    const login = `${address}#${code}`;
    print(forStandardOutput(`${login}\n`));
    printError(forStandardError(hint(address)));
    if (!options.has("open") || (await openInBrowser(client, settings.state, login))) return 0;
    printError("error: no browser can be opened here; open the address in one\n");
    return 1;
  });

function hint(address: string): string {
  const { hostname, port } = new URL(address);
  const seconds = LIMITS.loginCodeMs / 1000;
  return `good for one login within ${seconds} seconds; from another machine: ssh -L ${port}:${hostname}:${port} HOST\n`;
}

/**
 * Opens `login` by a file that only this user can read: others see the arguments of processes, and so would see the code.
 * The file goes when somebody has logged in, or the code is good no more.
 */
async function openInBrowser(client: AgentClient, state: string, login: string): Promise<boolean> {
  const directory = openStateDirectory(state);
  const name = `login-${randomBytes(8).toString("hex")}.html`;
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  const before = await logins(client);
  close(replaceContent(directory, name, Buffer.from(redirection(login)), { mode: PRIVATE }));
  try {
    if (!(await openOnDesktop(`${state}/${name}`))) return false;
    const end = performance.now() + LIMITS.loginCodeMs;
    while (performance.now() < end && !stopped.signal.aborted && (await logins(client)) === before) {
      await setTimeout(LOOK_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
    return true;
  } finally {
    unlinkAt(directory, name);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  }
}

async function logins(client: AgentClient): Promise<number> {
  const { page_sessions = 0 } = await client.ask(Status, { method: "GET", target: "/v1/status" });
  return page_sessions;
}

/** Nothing in `login` has a meaning in HTML: an address of the agent, and a code in base64url. */
const redirection = (login: string): string =>
  `<!doctype html><title>Remit</title><meta http-equiv="refresh" content="0; url=${login}"><a href="${login}">Remit</a>\n`;
