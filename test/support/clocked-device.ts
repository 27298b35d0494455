/** The bundles of a device whose clocks, disk and repository are a test's: what it puts in force is written down. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckAnswer } from "../../src/bundle/content/candidate.ts";
import { type Accepted, Device, type DeviceHost } from "../../src/bundle/device/index.ts";
import type { StalePolicy } from "../../src/bundle/device/staleness.ts";
import type { BundleStatus } from "../../src/bundle/status.ts";
import { NOW, TestRepository } from "../../src/bundle/testing.ts";
import { MemoryTransport } from "../../src/bundle/transport/memory.ts";
import type { Transport } from "../../src/bundle/transport/transport.ts";
import { close, openDirectoryFollowing } from "../../src/platform/file.ts";

const CHANNEL = "shops/prod";
const DAY_S = 86_400;

const accepted = (sha256: string): Accepted => ({
  ok: true,
  ...{ revision: sha256.slice(0, 4), sha256, policies: 1, entities: 0, scripts: [], limits: {}, tests: 0 },
});

export class ClockedDevice {
  readonly repository = new TestRepository();
  transport: Transport = new MemoryTransport(this.repository.files);
  /** Of its program. */
  version = "0.1.0";
  /** What its clocks say. */
  system = NOW;
  monotonicMs = 0;
  /** What was put in force: `bundle` with its revision, or what the owner wants of old ones. */
  readonly done: string[] = [];
  readonly notices: string[] = [];
  /** What the host says to a bundle, and what goes wrong when it is to hold. */
  check = async (sha256: string): Promise<CheckAnswer> => accepted(sha256);
  fault: Error | undefined;
  /** How often the host cannot do what the owner wants. */
  refusals = 0;
  private readonly path = mkdtempSync(join(tmpdir(), "remit-device-"));
  private readonly state = openDirectoryFollowing(this.path);
  private opened: Device | undefined;

  constructor() {
    this.issue(NOW);
  }

  get device(): Device {
    if (this.opened === undefined) throw new Error("it is not open");
    return this.opened;
  }

  /** A new process: nothing is known but what is on the disk. */
  async open(action: StalePolicy["action"] = "keep", earliest = new Date(0)): Promise<Device> {
    await this.opened?.stop();
    const host: DeviceHost = {
      check: (sha256) => this.check(sha256),
      prepare: async () => undefined,
      enforce: ({ revision }) => {
        if (this.fault !== undefined) throw this.fault;
        this.done.push(`bundle ${revision}`);
      },
      enforceStale: async (what) => {
        if (this.refusals-- > 0) throw new Error("not now");
        if (what !== "keep") this.done.push(what);
      },
      notice: (text) => void this.notices.push(text),
      report: () => undefined,
    };
    const stale = { warn_s: 2 * DAY_S, after_s: 3 * DAY_S, action };
    const [fleet, channel] = CHANNEL.split("/") as [string, string];
    const settings = { root: this.repository.bytesOf("root", 1), fleet, channel, stale };
    const { transport, version } = this;
    const more = { transport, intervalMs: 1e6, earliest, version };
    const clocks = { system: () => this.system, monotonicMs: () => this.monotonicMs };
    this.opened = new Device(this.state, { ...settings, ...more }, host, clocks);
    return this.opened;
  }

  release(content: string): void {
    this.repository.addTarget(`${CHANNEL}.tar.gz`, content);
    this.repository.publishAll();
  }

  /** When the next timestamp says that it was signed. */
  issue(at: Date): void {
    this.repository.timestamp["x-issued"] = at.toISOString().replace(/\.\d+/, "");
  }

  /** Lets time go by for both clocks. */
  wait(days: number): void {
    this.system = new Date(this.system.getTime() + days * DAY_S * 1000);
    this.monotonicMs += days * DAY_S * 1000;
  }

  get bundle(): BundleStatus["bundles"][string] | undefined {
    return this.device.status().bundles[CHANNEL];
  }

  async remove(): Promise<void> {
    await this.opened?.stop();
    close(this.state);
    rmSync(this.path, { recursive: true });
  }
}
