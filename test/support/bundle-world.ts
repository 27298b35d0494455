import { mkdtempSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BundleError,
  HttpTransport,
  openBundleDirectory,
  PROFILES,
  TrustStore,
  TufClient,
} from "../../src/bundle/index.ts";
import { metadataPath, NOW, TestRepository } from "../../src/bundle/testing.ts";
import { close, closing, openDirectoryFollowing } from "../../src/platform/file.ts";
import { RepositoryServer } from "./repository-server.ts";

const CHANNEL = "fleet-a/prod.tar.gz";
const BUILT = new Date("2026-01-01T00:00:00Z");
const DAY_MS = 86_400_000;

/** A repository on a web server, and a device with a disk that has its first bundle. */
export class BundleWorld {
  /** What the device's clock says. */
  now = NOW;
  private readonly state = mkdtempSync(join(tmpdir(), "remit-device-"));
  private readonly root: Uint8Array;

  private constructor(
    readonly repository: TestRepository,
    readonly server: RepositoryServer,
  ) {
    this.root = repository.bytesOf("root");
  }

  static async begin(): Promise<BundleWorld> {
    const repository = new TestRepository();
    const world = new BundleWorld(repository, await RepositoryServer.start(repository.files));
    world.publish("first");
    if ((await world.poll()) !== "first") throw new Error("the first bundle did not come");
    return world;
  }

  end(): void {
    this.server.close();
    rmSync(this.state, { recursive: true });
  }

  /** Publishes a bundle, which `role` signs. */
  publish(bundle = "next", role = "targets"): void {
    this.repository.addTarget(CHANNEL, bundle, { role });
    this.repository.publishAll();
  }

  /** The device polls, in a process of its own; gives the bundle, or the code of what went wrong. */
  async poll(): Promise<string> {
    const directory = closing(openDirectoryFollowing(this.state), openBundleDirectory);
    const transport = new HttpTransport({ base: new URL(this.server.url), idleMs: 300, timeMs: 600 });
    try {
      const store = new TrustStore(directory, this.root, { profile: PROFILES.remit, earliest: BUILT });
      const { trust } = store.load();
      const save: TrustStore["save"] = (saved) => store.save(saved);
      const client = new TufClient({ transport, trust, save, clock: () => this.now });
      await client.refresh();
      return Buffer.from(await client.download(await client.find(CHANNEL))).toString();
    } catch (error) {
      if (error instanceof BundleError) return error.code;
      throw error;
    } finally {
      transport.close();
      close(directory);
    }
  }

  /** Lets days go by. */
  wait(days: number): void {
    this.now = new Date(this.now.getTime() + days * DAY_MS);
  }

  /** What the host serves for the present version of a role is `change` of what it should be. */
  tamper(role: "timestamp" | "targets", change: (text: string) => string | Uint8Array): void {
    const { timestamp } = this.repository;
    const { version } = role === "timestamp" ? timestamp : this.repository.targetsOf(role);
    const text = Buffer.from(this.repository.bytesOf(role)).toString();
    this.repository.files.set(metadataPath(role, version), Buffer.from(change(text)));
  }

  /** Publishes another bundle, the request for which `answer` answers. */
  download(answer: (response: ServerResponse) => void): void {
    this.publish();
    this.server.instead = (path, response) => {
      if (!path.startsWith("targets/")) return false;
      answer(response);
      return true;
    };
  }

  /** Takes the bundle from the top role and gives it to another one, for some paths. */
  delegate(role: string, paths: readonly string[]): void {
    delete this.repository.targetsOf("targets").targets[CHANNEL];
    this.repository.delegate("targets", role, { paths });
    this.publish("next", role);
  }
}

/** An attack and how it fails; then what is like it, and permitted. */
export interface Attack {
  readonly attack: string;
  readonly by: (world: BundleWorld) => void;
  readonly code: string;
  readonly twin: string;
  readonly as: (world: BundleWorld) => void;
}
