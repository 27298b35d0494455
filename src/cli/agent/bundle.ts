import { removeIfThere } from "../../bundle/store/directory.ts";
import { type AgentClient, BundleAnswer } from "../../client/index.ts";
import { close, type Fd, replaceContent } from "../../platform/file.ts";
import { readInput } from "../../platform/input.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { openStateDirectory, StateDirectoryError } from "../../platform/state-directory.ts";
import { PACK } from "../bundles.ts";
import type { Given } from "../command.ts";
import { forStandardError, forStandardOutput, print, printError } from "../terminal.ts";
import { bundleText } from "./bundle-text.ts";
import { agentSettings, connect, reporting } from "./connect.ts";

const PRIVATE = 0o600;
/** A repository that answers slowly, and the check of what it sent. */
const PATIENCE_MS = 600_000;

/** `remit bundle status` */
export const bundleStatus = (given: Given): Promise<number> =>
  reporting(async () => show(given, await ask(connect(given.options), "GET", "/v1/bundles")));

/** `remit bundle poll` */
export const bundlePoll = (given: Given): Promise<number> =>
  reporting(async () => show(given, await ask(connect(given.options), "POST", "/v1/admin/refresh")));

/** `remit bundle import`: the agent looks at the pack itself, in its state directory. */
export const bundleImport = (given: Given): Promise<number> =>
  reporting(async () => {
    const { operand = "", options } = given;
    const settings = agentSettings(options);
    const client = connect(options, settings);
    const pack = readPackFile(operand);
    if (pack === undefined) return 1;
    const state = openStateDirectory(settings.state);
    put(state, pack);
    try {
      return show(given, await ask(client, "POST", "/v1/admin/import"));
    } finally {
      // Where no agent has taken it.
      removeIfThere(state, PACK);
      close(state);
    }
  });

function put(state: Fd, pack: Uint8Array): void {
  try {
    close(replaceContent(state, PACK, pack, { mode: PRIVATE }));
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    throw new StateDirectoryError(`the pack cannot be put into the state directory: ${error.message}`);
  }
}

function readPackFile(path: string): Uint8Array | undefined {
  try {
    return readInput(path, LIMITS.packBytes);
  } catch (error) {
    if (!(error instanceof OsError || error instanceof LimitError)) throw error;
    printError(forStandardError(`error: the pack cannot be read: ${path}: ${error.message}\n`));
    return undefined;
  }
}

const ask = (client: AgentClient, method: "GET" | "POST", target: string): Promise<BundleAnswer> =>
  client.ask(BundleAnswer, { method, target, ...(method === "POST" ? { body: "{}" } : {}) }, PATIENCE_MS);

function show({ options }: Given, answer: BundleAnswer): number {
  const text = options.has("json") ? JSON.stringify(answer) : bundleText(answer).join("\n");
  print(forStandardOutput(`${text}\n`));
  return 0;
}
