import { AgentProcess } from "../../support/agent-process.ts";
import type { CentralTeam } from "./central-team.ts";
import { FOR } from "./content.ts";

/** By then whatever is waited for has happened, or never will, in milliseconds. */
const PATIENCE_MS = 30_000;
/** Longer than anything is measured: the device asks when it is told to. */
const INTERVAL_S = 86_400;

/** An agent that takes its policies from a central team. */
export class Device {
  private constructor(readonly agent: AgentProcess) {}

  /** @param url of the repository; returns when its first bundle is in force */
  static async start(team: CentralTeam, url: string, more = ""): Promise<Device> {
    const { fleet, channel } = FOR;
    const bundle = `url = "${url}"\nroot = "${team.root}"\nfleet = "${fleet}"\nchannel = "${channel}"\n`;
    const text = `[limits]\nwarm = 1\nconcurrency = 2\n[bundle]\ninterval_s = ${INTERVAL_S}\n${bundle}${more}`;
    const device = new Device(await AgentProcess.start(undefined, text));
    const end = performance.now() + PATIENCE_MS;
    while ((await device.status()).active_revision === undefined) {
      if (performance.now() > end) throw new Error("the first bundle does not come");
      await Bun.sleep(20);
    }
    return device;
  }

  /** Has it ask now; what is in force then. */
  async poll(): Promise<Status> {
    return this.ask("/v1/admin/refresh", { method: "POST", body: {} });
  }

  /** As {@link poll}, and `revision` must be in force then. */
  async expect(revision: string): Promise<void> {
    const status = await this.poll();
    if (status.active_revision === revision) return;
    throw new Error(`bundle ${revision} should be in force; it is ${JSON.stringify(status)}`);
  }

  stop(): Promise<void> {
    return this.agent.stop();
  }

  private status(): Promise<Status> {
    return this.ask("/v1/bundles");
  }

  private async ask(path: string, init: Parameters<AgentProcess["request"]>[1] = {}): Promise<Status> {
    const response = await this.agent.request(path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    const answer = (await response.json()) as { readonly bundles?: { readonly [name: string]: Status } };
    const [status] = Object.values(answer.bundles ?? {});
    if (status === undefined) throw new Error(`the agent answers ${JSON.stringify(answer)}`);
    return status;
  }
}

interface Status {
  readonly active_revision?: string;
}
