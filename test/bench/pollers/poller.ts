import { HttpTransport, PROFILES, TufClient } from "../../../src/bundle/index.ts";
import { lowWater } from "../../../src/bundle/tuf/high-water.ts";
import { Trust } from "../../../src/bundle/tuf/trust.ts";

const EARLIEST = new Date("2026-01-01T00:00:00Z");

/** Asks a repository as a device does, with the same code: all but what follows on its disk and in its runners. */
export class Poller {
  private readonly transport: HttpTransport;
  private readonly client: TufClient;
  private sha256 = "";

  /** @param root the provisioned one @param target `fleet/channel.tar.gz` */
  constructor(
    base: string,
    root: Uint8Array,
    private readonly target: string,
    ca?: string,
  ) {
    this.transport = new HttpTransport({ base: new URL(base), ca });
    const trust = new Trust(root, lowWater(EARLIEST), { profile: PROFILES.remit, earliest: EARLIEST });
    this.client = new TufClient({ transport: this.transport, trust, save: async () => undefined });
  }

  /** Whether it brought another bundle. @throws {BundleError} */
  async poll(): Promise<boolean> {
    await this.client.refresh();
    const target = await this.client.find(this.target);
    const { sha256 = "" } = target.hashes;
    if (sha256 === this.sha256) return false;
    await this.client.download(target);
    this.sha256 = sha256;
    return true;
  }

  close(): void {
    this.transport.close();
  }
}
