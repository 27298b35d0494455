/** A device that polls a repository, for tests. Its disk is a variable. */
import { BundleError } from "../errors.ts";
import { NOW, RecordingTransport, type TestRepository } from "../testing.ts";
import { type Refreshed, TufClient } from "./client.ts";
import { lowWater } from "./high-water.ts";
import { PROFILES, type Profile } from "./profile.ts";
import type { MetadataType } from "./schema.ts";
import { type Saved, Trust } from "./trust.ts";

/** When the program of the tests was made. */
export const BUILT = new Date("2026-01-01T00:00:00Z");

export class TestDevice {
  now = NOW;
  saved: Saved | undefined;
  /** How often something was written to the disk. */
  saves = 0;
  profile: Profile = PROFILES.remit;
  readonly transport: RecordingTransport;
  private client: TufClient | undefined;

  /** @param root the provisioned root */
  constructor(
    repository: TestRepository,
    private readonly root = repository.bytesOf("root", 1),
  ) {
    this.transport = new RecordingTransport(repository.files);
  }

  /** What was asked for since this was called before. */
  requests(): readonly string[] {
    return this.transport.requests.splice(0);
  }

  /** Ends the process; the next call is of a new one. */
  restart(): this {
    this.client = undefined;
    return this;
  }

  /** Polls; gives the code of what went wrong, or what came of it. */
  async poll(): Promise<string | Refreshed> {
    return codeOr(() => this.process().refresh());
  }

  /** Polls, and gets the content of a target, or the code of what went wrong. */
  async get(path: string): Promise<string> {
    const content = await codeOr(async () => {
      const client = this.process();
      await client.refresh();
      return client.download(await client.find(path));
    });
    return typeof content === "string" ? content : Buffer.from(content).toString();
  }

  /** Gets a target in the update that took place already. */
  async find(path: string): Promise<string> {
    const found = await codeOr(() => this.process().find(path));
    return typeof found === "string" ? found : found.path;
  }

  /** The versions that are trusted on the disk. */
  versions(): { readonly [role in MetadataType]?: number } {
    const { roots = [], timestamp, snapshot, targets } = this.saved ?? {};
    return Object.fromEntries(
      Object.entries({
        root: roots.at(-1) ?? this.root,
        timestamp,
        snapshot,
        targets: targets?.get("targets"),
      })
        .filter(([, bytes]) => bytes !== undefined)
        .map(([role, bytes]) => [role, JSON.parse(Buffer.from(bytes ?? "").toString()).signed.version]),
    );
  }

  private process(): TufClient {
    this.client ??= new TufClient({
      transport: this.transport,
      trust: this.trust(),
      save: async (saved) => this.save(saved),
      clock: () => this.now,
    });
    return this.client;
  }

  private trust(): Trust {
    const options = { profile: this.profile, earliest: BUILT };
    return this.saved === undefined
      ? new Trust(this.root, lowWater(BUILT), options)
      : Trust.restore(this.root, this.saved, options);
  }

  private save(saved: Saved): void {
    this.saved = saved;
    this.saves++;
  }
}

async function codeOr<T>(action: () => Promise<T>): Promise<T | string> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BundleError) return error.code;
    throw error;
  }
}
