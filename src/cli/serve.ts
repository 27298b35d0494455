import { resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { Agent, AgentError, type AgentOptions, MAX_AUTONOMY, Tokens } from "../agent/index.ts";
import { BundleError } from "../bundle/errors.ts";
import type { BundleStatus } from "../bundle/status.ts";
import {
  ADDRESS_FORMS,
  ConfigurationError,
  defaultConfigurationPath,
  parseAddress,
  readSettings,
  type Settings,
} from "../configuration/index.ts";
import { ListenError } from "../platform/bun-serve.ts";
import { isListening } from "../platform/bun-socket-http.ts";
import { close, type Fd, listNames, replaceContent } from "../platform/file.ts";
import { heedHangups } from "../platform/hangups.ts";
import { endOrphansOfRunners } from "../platform/orphans.ts";
import { inState, openStateDirectory, StateDirectoryError } from "../platform/state-directory.ts";
import { lockState, StateInUse } from "../platform/state-lock.ts";
import { policySource } from "../runner/active-policy.ts";
import { RunError } from "../runner/errors.ts";
import type { Served } from "../server/context.ts";
import { Followers } from "../server/followers.ts";
import { IdempotencyKeys } from "../server/idempotency.ts";
import { listen } from "../server/listen.ts";
import { Sessions } from "../server/sessions.ts";
import type { Bundles } from "./bundles.ts";
import { type Given, UsageError } from "./command.ts";
import { catalogue } from "./embedded-catalogue.ts";
import { POLICY, readText } from "./inputs.ts";
import { overridesOf } from "./overrides.ts";
import { tellFindingsLater } from "./policy-findings.ts";
import { Reports } from "./reports.ts";
import { forStandardError, printError } from "./terminal.ts";

/** Name of the file with the administrator's token, and of the agent that it stands for. */
const TOKEN_FILE = "token";
const FIRST_TOKEN = { name: "administrator", scope: "admin", autonomy: MAX_AUTONOMY } as const;
const PRIVATE = 0o600;
/** How long connections have to end after their runs, in milliseconds, and what is left to report, too. */
const CLOSE_MS = 1000;

/** `remit serve`: takes scripts over HTTP until it is asked to end. */
export async function serve({ options }: Given): Promise<number> {
  const begun: Begun[] = [];
  try {
    const settings = settingsOf(options);
    await inState(settings.state, () => serveWith(options, settings, begun));
    return 0;
  } catch (error) {
    // What has begun would keep the process from ending, and nobody could speak with it.
    for (const stop of begun.reverse()) await stop();
    if (!isRefusal(error)) throw error;
    say(`error: ${error.message}`);
    return 1;
  }
}

/** How something that goes on is ended at once. */
type Begun = () => Promise<unknown> | undefined;

async function serveWith(
  options: ReadonlyMap<string, string>,
  initial: Settings,
  begun: Begun[],
): Promise<void> {
  let settings = initial;
  const directory = openStateDirectory(settings.state);
  lockState(directory);
  if (await isListening(settings.socket)) throw new SocketInUse(settings.socket);
  endOrphansOfRunners();
  const { state } = settings;
  const reports = new Reports({ state, directory, version: packageJson.version, notice: say });
  begun.push(() => reports.stop(0));
  const bundles = await bundlesOf(settings, directory, reports);
  begun.push(() => bundles?.stop());
  const agent = new Agent({ ...agentOptions(options, settings), state, directory });
  begun.push(() => agent.stop(0));
  await named(settings.policy, () => agent.start(policyOf(settings)));
  await bundles?.follow(agent);
  const tokens = new Tokens(directory);
  const served: Served = {
    agent,
    tokens,
    catalogue,
    keys: new IdempotencyKeys(),
    followers: new Followers(),
    sessions: new Sessions(),
    version: packageJson.version,
    bundles,
    get upload() {
      return reports.current;
    },
    get timeMs() {
      return agent.inForce.timeWithin(settings.limits.timeout_ms);
    },
    get waitMs() {
      return settings.limits.wait_ms;
    },
  };
  const address = settings.listen === undefined ? undefined : parseAddress(settings.listen);
  tokens.locked(() => {
    if (needsToken(directory, tokens)) writeFirstToken(agent, directory, tokens);
  });
  const places = listen(served, settings.socket, address);
  begun.push(() => Promise.all(places.map(({ listener }) => listener.stop(0))));
  const ended = whenAskedToEnd(() => {
    agent.stopNow();
    reports.stopNow();
  });
  await reports.follow(uploadOf(settings));
  heedHangups(async () => {
    settings = await reloaded(agent, options, settings);
    await reports.follow(uploadOf(settings));
    void bundles?.poll().catch(() => undefined);
  });
  say(`remit ${packageJson.version} takes scripts at ${places.map(({ at }) => at).join(" and ")}`);
  tellFindingsOf(agent, settings);
  await ended;
  begun.length = 0;
  // What is open stays open until its run is over.
  const graceMs = settings.limits.grace_ms;
  const end = performance.now() + graceMs;
  const closed = places.map(({ listener }) => listener.stop(graceMs + CLOSE_MS));
  await bundles?.stop();
  await agent.stop(graceMs);
  await reports.stop(Math.max(end - performance.now(), CLOSE_MS));
  await Promise.all(closed);
}

/** Of a policy file: what is in a bundle was found when it was built, and refused. */
function tellFindingsOf(agent: Agent, { state, policy }: Settings): void {
  const { bundle, text } = agent.inForce.read();
  if (bundle === undefined && text !== "") tellFindingsLater(state, policy, say);
}

/** A policy that is refused is told of by its file. */
async function named<T>(file: string | undefined, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof AgentError && error.code === "policy_refused")) throw error;
    throw new AgentError(error.code, `${file ?? "the active policy"}: ${error.message}`, { cause: error });
  }
}

/** Takes in the configuration once more. Where it cannot be used, all stays as it was; returns what is in force. */
async function reloaded(
  agent: Agent,
  options: ReadonlyMap<string, string>,
  before: Settings,
): Promise<Settings> {
  try {
    return await inState(before.state, () => reload(agent, options, before));
  } catch (error) {
    // Whatever it is, the agent goes on, and heeds the next one.
    const what = isRefusal(error) ? error.message : `a fault of Remit: ${String(error)}`;
    say(`error: ${what}\nthe configuration and the policy stay as they were`);
    return before;
  }
}

async function reload(
  agent: Agent,
  options: ReadonlyMap<string, string>,
  before: Settings,
): Promise<Settings> {
  const next = settingsOf(options);
  const policy = policyOf(next);
  const isOther = policy !== undefined && policySource(policy).revision !== agent.status().revision;
  if (isOther) await named(next.policy, () => agent.activate(policy));
  const { state, socket, listen: address } = before;
  const { listen: _, ...others } = next;
  const settings = {
    ...others,
    ...{ state, socket, bundle: before.bundle },
    ...(address === undefined ? {} : { listen: address }),
  };
  agent.configure(agentOptions(options, settings));
  for (const key of ["state", "socket", "listen", "bundle"] as const) {
    if (JSON.stringify(next[key]) !== JSON.stringify(before[key]))
      say(`${key} changes when remit serve is started anew`);
  }
  say(`the configuration was read again; the policy is ${agent.status().revision}`);
  if (isOther) tellFindingsOf(agent, settings);
  return settings;
}

function settingsOf(options: ReadonlyMap<string, string>): Settings {
  const address = options.get("listen");
  if (address !== undefined && parseAddress(address) === undefined) {
    throw new UsageError(`'${address}' is no value of --listen ADDRESS; it takes ${ADDRESS_FORMS}`);
  }
  return readSettings(options.get("config"), overridesOf(options, ["state", "socket", "listen", "policy"]));
}

/** Reports say of which fleet and channel they are, too. */
const uploadOf = ({ upload, bundle }: Settings): Settings["upload"] =>
  upload && bundle
    ? { ...upload, labels: { fleet: bundle.fleet, channel: bundle.channel, ...upload.labels } }
    : upload;

/** Of the policy that is the owner's to choose: with bundles it is only what is fallen back to. */
const policyOf = ({ policy, bundle }: Settings): string | undefined =>
  policy === undefined || bundle !== undefined ? undefined : readText(policy, POLICY);

/** The bundles of a central team, where the configuration says so: the last good one is in force before anything else. */
async function bundlesOf(settings: Settings, directory: Fd, reports: Reports): Promise<Bundles | undefined> {
  const { bundle: asked } = settings;
  if (asked === undefined) return undefined;
  const [{ Bundles }, { statusPart }] = await Promise.all([
    import("./bundles.ts"),
    import("../bundle/status.ts"),
  ]);
  const report = (status: BundleStatus): void => reports.report(statusPart(status));
  const bundles = new Bundles({ settings, asked, directory, notice: say, report });
  await bundles.restore();
  return bundles;
}

function agentOptions(
  options: ReadonlyMap<string, string>,
  { limits, runs, log, decision_log, policy, socket, listen, upload, bundle }: Settings,
): Omit<AgentOptions, "state" | "directory"> {
  const { warm, concurrency, queue, approval_ms } = limits;
  // Also the configuration that is not there: a script that made it would say how the next start is.
  const own = [options.get("config"), defaultConfigurationPath(), policy, socket];
  const files = [...own, upload?.token_file, upload?.ca_file, bundle?.root, bundle?.ca_file];
  return {
    keep: files.flatMap((path) => (path === undefined ? [] : resolve(path))),
    ...(listen === undefined ? {} : { listen }),
    ...{ warm, concurrency, queue },
    approvalMs: approval_ms,
    approvedOnly: runs.approved_only,
    logLevel: log.level,
    decisionLogBytes: decision_log.max_bytes,
  };
}

/** Whoever revokes the administrator's token leaves its file, and gets no other one. */
function needsToken(directory: Fd, tokens: Tokens): boolean {
  const names = tokens.list().map(({ name }) => name);
  const hasFile = listNames(directory).some(({ name }) => name === TOKEN_FILE);
  return names.length === 0 || !(hasFile || names.includes(FIRST_TOKEN.name));
}

/** The first start makes a token for whoever can read the state directory. Its file is there before it is good for anything. */
function writeFirstToken(agent: Agent, directory: Fd, tokens: Tokens): void {
  agent.noteToken(FIRST_TOKEN);
  tokens.create({ ...FIRST_TOKEN, groups: [] }, (secret) =>
    close(replaceContent(directory, TOKEN_FILE, Buffer.from(`${secret}\n`), { mode: PRIVATE })),
  );
}

/** Resolves at the first request to end; whoever asks again does not want to wait. */
function whenAskedToEnd(again: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      if (asked) again();
      asked = true;
      resolve();
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, ask);
  });
}

class SocketInUse extends Error {
  override readonly name = "SocketInUse";
  constructor(path: string) {
    super(`another process takes requests at ${path}`);
  }
}

const REFUSALS = [
  BundleError,
  ConfigurationError,
  ListenError,
  StateDirectoryError,
  StateInUse,
  SocketInUse,
  AgentError,
  RunError,
];

const isRefusal = (error: unknown): error is Error => REFUSALS.some((kind) => error instanceof kind);

const say = (text: string): void => printError(forStandardError(`${text}\n`));
