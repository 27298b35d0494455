import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { type Agent, AgentError } from "../agent/index.ts";
import { checkInProcess } from "../bundle/content/check-process.ts";
import { type Accepted, Device, type DeviceHost } from "../bundle/device/index.ts";
import { BundleError, HttpTransport } from "../bundle/index.ts";
import type { BundleStatus } from "../bundle/status.ts";
import { onDisk } from "../bundle/store/directory.ts";
import { keptName } from "../bundle/store/kept.ts";
import { ConfigurationError, type Settings } from "../configuration/index.ts";
import { closing, type Fd, openAt, readAll, unlinkAt } from "../platform/file.ts";
import { readInput } from "../platform/input.ts";
import { LIMITS, LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { pointToBundle, writePolicy } from "../runner/active-policy.ts";
import { RunError } from "../runner/errors.ts";
import { builtAt } from "./build-time.ts";
import { POLICY, readText } from "./inputs.ts";

type Asked = NonNullable<Settings["bundle"]>;

const SECOND_MS = 1000;
/** Name of a pack in the state directory that the agent is asked to take. */
export const PACK = "import.tufpack";

export interface BundlesOptions {
  readonly settings: Settings;
  readonly asked: Asked;
  /** The state directory, open. */
  readonly directory: Fd;
  readonly notice: (text: string) => void;
  readonly report: (status: BundleStatus) => void;
}

/** The bundles of a central team, for the agent of this host. */
export class Bundles {
  private readonly device: Device;
  private readonly transport: HttpTransport | undefined;
  private agent: Agent | undefined;
  private restored: Accepted | undefined;

  /** @throws {BundleError} or {@link ConfigurationError} */
  constructor(private readonly options: BundlesOptions) {
    const { asked, directory } = options;
    this.transport = transportOf(asked);
    const { fleet, channel, interval_s, stale } = asked;
    const root = readFile("bundle.root", asked.root, LIMITS.rootBytes);
    const intervalMs = interval_s * SECOND_MS;
    const settings = {
      root,
      fleet,
      channel,
      stale,
      intervalMs,
      transport: this.transport,
      earliest: builtAt(),
      version: packageJson.version,
    };
    this.device = new Device(directory, settings, this.host());
  }

  /**
   * Puts the last good bundle in force, before there is an agent; without one, everything is denied.
   * @throws {BundleError} state_unavailable
   */
  async restore(): Promise<void> {
    const { directory, notice } = this.options;
    this.restored = await this.device.restore();
    const { sha256 } = this.restored ?? {};
    onDisk("the policy in force", () =>
      sha256 === undefined ? writePolicy(directory, "") : pointToBundle(directory, sha256),
    );
    if (sha256 === undefined) notice("no bundle is in force: everything is denied");
  }

  /** From now on the agent is told of each bundle. */
  async follow(agent: Agent): Promise<void> {
    this.agent = agent;
    agent.heedCentre(this.restored?.kill);
    await this.device.start(this.restored !== undefined);
  }

  status(): BundleStatus {
    return this.device.status();
  }

  /** Whether no bundle is in force, so that nothing could be done. */
  get isMissing(): boolean {
    const { bundles } = this.status();
    return Object.values(bundles).every(({ active_revision }) => active_revision === undefined);
  }

  /** Asks the repository now. @throws {AgentError} `update_failed` */
  async poll(): Promise<BundleStatus> {
    const error = await this.device.poll();
    if (error !== undefined) throw updateFailed(error);
    return this.status();
  }

  /** Takes the pack that lies in the state directory, which is gone then. @throws {AgentError} `update_failed` */
  async import(): Promise<BundleStatus> {
    const { directory } = this.options;
    try {
      await this.device.import(takePack(directory));
    } catch (error) {
      if (error instanceof BundleError || error instanceof OsError || error instanceof LimitError) {
        throw updateFailed(error);
      }
      throw error;
    }
    return this.status();
  }

  async stop(): Promise<void> {
    await this.device.stop();
    this.transport?.close();
  }

  /** A policy to fall back to that cannot be used leaves none. */
  private async fallBack(): Promise<void> {
    const { notice, settings } = this.options;
    try {
      await this.agent?.activate(readText(settings.policy ?? "", POLICY));
    } catch (error) {
      if (!(error instanceof RunError || error instanceof AgentError)) throw error;
      notice(`the policy to fall back to cannot be used, and everything is denied: ${error.message}`);
      await this.agent?.activate("");
    }
  }

  private host(): DeviceHost {
    const { asked, notice, report, settings } = this.options;
    const { fleet, channel } = asked;
    return {
      notice,
      report,
      check: async (sha256) => {
        const candidate = { path: join(settings.state, keptName(sha256)), sha256, fleet, channel };
        const answer = await this.agent?.pool.check(candidate);
        // Nothing is refused on the word of a process that has run scripts, and it speaks of nothing else.
        const isAccepted = answer !== undefined && "ok" in answer && answer.sha256 === sha256;
        return isAccepted ? answer : checkInProcess(candidate);
      },
      prepare: async (sha256) => this.agent?.pool.prepare(sha256),
      enforce: (bundle) => {
        // What a bundle stops is stopped before its policies hold, and goes on after they do.
        if (bundle.kill !== undefined) this.agent?.heedCentre(bundle.kill);
        this.agent?.activateBundle(bundle);
        if (bundle.kill === undefined) this.agent?.heedCentre(undefined);
      },
      enforceStale: async (action) => {
        if (action === "deny") await this.agent?.activate("");
        if (action === "fallback") await this.fallBack();
      },
    };
  }
}

/** The pack in the state directory, which is gone then, whatever it is. @throws {OsError} or {@link LimitError} */
function takePack(directory: Fd): Uint8Array {
  const fd = openAt(directory, PACK, { access: "read" });
  unlinkAt(directory, PACK);
  return closing(fd, () => readAll(fd, LIMITS.packBytes));
}

function updateFailed(cause: Error): AgentError {
  const code = cause instanceof BundleError ? `${cause.code}: ` : "";
  return new AgentError("update_failed", `${code}${cause.message}`, { cause });
}

function transportOf({ url, ca_file, proxy }: Asked): HttpTransport | undefined {
  if (url === undefined) return undefined;
  const ca = ca_file && Buffer.from(readFile("bundle.ca_file", ca_file, LIMITS.fileBytes)).toString();
  return new HttpTransport({
    base: new URL(url),
    ...(ca === undefined ? {} : { ca }),
    ...(proxy === undefined ? {} : { proxy: new URL(proxy) }),
  });
}

function readFile(key: string, path: string, maxBytes: number): Uint8Array {
  try {
    return readInput(path, maxBytes);
  } catch (error) {
    if (!(error instanceof OsError || error instanceof LimitError)) throw error;
    throw new ConfigurationError(path, [{ message: `${key} cannot be read: ${error.message}` }], {
      cause: error,
    });
  }
}
