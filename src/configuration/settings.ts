import { homedir } from "node:os";
import { join } from "node:path";
import { readConfigurationFile, UntrustedFile } from "../platform/configuration-file.ts";
import { LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { defaultStateDirectory } from "../platform/state-directory.ts";
import { ConfigurationError, parseConfiguration } from "./parse.ts";
import { type Configuration, ConfigurationSchema, MAX_SOCKET_BYTES } from "./schema.ts";

/** How the agent is to be, with nothing left open. */
export interface Settings extends Configuration {
  readonly state: string;
  readonly socket: string;
}

/** What the command line says; it wins over the file. */
export interface Overrides {
  readonly state?: string;
  readonly socket?: string;
  readonly listen?: string;
  readonly policy?: string;
}

const SOCKET = "remit.sock";

/** Where a configuration file is looked for when nobody names one: `/etc` for root, else the user's own. */
export function defaultConfigurationPath(env: NodeJS.ProcessEnv = process.env): string {
  if (process.geteuid?.() === 0) return "/etc/remit/remit.toml";
  const base = env["XDG_CONFIG_HOME"];
  return join(base?.startsWith("/") ? base : join(homedir(), ".config"), "remit/remit.toml");
}

/**
 * The settings of the file `path`, or of the default one if it is there, with what the command line says instead.
 * @throws {ConfigurationError}
 */
export function readSettings(path: string | undefined, overrides: Overrides = {}): Settings {
  const configuration = path === undefined ? readDefault() : readConfiguration(path);
  const said = { ...configuration, ...overrides };
  const state = said.state ?? defaultStateDirectory();
  const socket = said.socket ?? join(state, SOCKET);
  if (Buffer.byteLength(socket) > MAX_SOCKET_BYTES) {
    const message = `the path of a socket has at most ${MAX_SOCKET_BYTES} bytes; name a shorter one (socket)`;
    throw new ConfigurationError(socket, [{ message }]);
  }
  expectOnePolicy(said, path ?? defaultConfigurationPath());
  return { ...said, state, socket };
}

/** With bundles the host's own policy has one use only. @throws {ConfigurationError} */
function expectOnePolicy({ bundle, policy }: Configuration, path: string): void {
  if (bundle === undefined) return;
  const isFallback = bundle.stale.action === "fallback";
  if (isFallback === (policy !== undefined)) return;
  const message = isFallback
    ? 'bundle.stale.action = "fallback" takes a policy to fall back to (policy)'
    : 'beside [bundle], policy is used only with bundle.stale.action = "fallback"; leave one of them out';
  throw new ConfigurationError(path, [{ message }]);
}

/** What the file at `path` says. @throws {ConfigurationError} */
export function readConfiguration(path: string): Configuration {
  return parseConfiguration(readFile(path), path);
}

/** There need not be one. */
function readDefault(): Configuration {
  try {
    return readConfiguration(defaultConfigurationPath());
  } catch (error) {
    const { cause } = error instanceof ConfigurationError ? error : {};
    if (!(cause instanceof OsError && MISSING.includes(cause.code))) throw error;
    return ConfigurationSchema.parse({});
  }
}

const MISSING: readonly string[] = ["ENOENT", "ENOTDIR"];

function readFile(path: string): string {
  try {
    return readConfigurationFile(path);
  } catch (cause) {
    if (cause instanceof OsError || cause instanceof UntrustedFile) {
      throw new ConfigurationError(path, [{ message: cause.message }], { cause });
    }
    if (!(cause instanceof LimitError)) throw cause;
    const limit = new LimitError("configurationBytes", cause.maximum);
    throw new ConfigurationError(path, [{ message: limit.message }], { cause });
  }
}
