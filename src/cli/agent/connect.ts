import { join } from "node:path";
import { AgentError } from "../../agent/errors.ts";
import { AuditError } from "../../audit/errors.ts";
import { AgentClient, Refused } from "../../client/index.ts";
import { ConfigurationError, readSettings, type Settings } from "../../configuration/index.ts";
import { Unreachable } from "../../platform/bun-socket-http.ts";
import { UntrustedFile } from "../../platform/configuration-file.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { readSecret } from "../../platform/secret-file.ts";
import { StateDirectoryError } from "../../platform/state-directory.ts";
import type { Given } from "../command.ts";
import { overridesOf } from "../overrides.ts";
import { forStandardError, printError } from "../terminal.ts";

type Options = Given["options"];

const TOKEN = "token";

/** There is no token to speak with. */
export class NoToken extends Error {
  override readonly name = "NoToken";
}

/** Where the agent is that the options of a command mean. @throws {ConfigurationError} */
export function agentSettings(options: Options): Settings {
  return readSettings(options.get("config"), overridesOf(options, ["state", "socket"]));
}

/** @throws {NoToken} */
export function connect(options: Options, settings: Settings = agentSettings(options)): AgentClient {
  const path = options.get("token-file") ?? join(settings.state, TOKEN);
  try {
    return new AgentClient(settings.socket, readSecret(path));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new NoToken(`the token cannot be read: ${path}: ${error.message} (--token-file names another)`);
  }
}

const UNREADABLE = [OsError, LimitError, UntrustedFile];

/** Whether a secret is what cannot be read. */
export const isUnreadable = (error: unknown): error is Error =>
  UNREADABLE.some((kind) => error instanceof kind);

const FORESEEN = [
  AgentError,
  AuditError,
  ConfigurationError,
  Unreachable,
  Refused,
  NoToken,
  StateDirectoryError,
];

/** What `action` returns as the exit status; 1 and a line on standard error when the agent cannot be asked, or refuses. */
export async function reporting(action: () => number | Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    printError(forStandardError(`error: ${error.message}\n`));
    return 1;
  }
}

/** Whether `error` is of the world, not of this program. */
export const isForeseen = (error: unknown): error is Error => FORESEEN.some((kind) => error instanceof kind);
