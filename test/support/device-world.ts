/** An agent that takes its policies from a repository on a web server, and what it says of them. */
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { bundleFiles, METADATA } from "../../src/bundle/content/testing.ts";
import type { BundleStatus } from "../../src/bundle/status.ts";
import { TestRepository } from "../../src/bundle/testing.ts";
import { type Agent, AgentWorld } from "./agent.ts";
import { RepositoryServer } from "./repository-server.ts";

const { fleet, channel } = METADATA;

/** What the devices of tests ask for. */
export const TARGET = `${fleet}/${channel}.tar.gz`;

/** A bundle that permits to open one directory, and nothing else; with more of its metadata, and more files. */
export function bundle(
  revision: string,
  path = "/usr",
  more: object = {},
  files: { readonly [name: string]: string } = {},
): Uint8Array {
  const policy = `@id("a") permit (principal, action, resource == file_system::Dir::"${path}");`;
  const metadata = JSON.stringify({ ...METADATA, revision, ...more });
  return writeArchive(bundleFiles({ "metadata.json": metadata, "policies/a.cedar": policy, ...files }));
}

/** A repository on a web server. */
export class Team {
  private constructor(
    readonly repository: TestRepository,
    readonly server: RepositoryServer,
  ) {}

  static async begin(): Promise<Team> {
    const repository = new TestRepository(new Date());
    return new Team(repository, await RepositoryServer.start(repository.files));
  }

  release(content: Uint8Array): void {
    this.repository.addTarget(TARGET, content);
    this.repository.publishAll();
  }

  end(): void {
    this.server.close();
  }
}

/** A device of its fleet. */
export class DeviceWorld extends AgentWorld {
  constructor(
    private readonly team: Team,
    /** Of the repository; "" is none. */
    public url = team.server.url,
  ) {
    super();
  }

  /** Starts the agent, with more lines of its configuration. */
  device(...lines: readonly string[]): Promise<Agent> {
    return this.start("--config", this.configuration(...lines));
  }

  configuration(...lines: readonly string[]): string {
    const root = this.file("root.json", Buffer.from(this.team.repository.bytesOf("root", 1)).toString());
    const url = this.url === "" ? [] : [`url = "${this.url}"`];
    const own = [`root = "${root}"`, `fleet = "${fleet}"`, `channel = "${channel}"`];
    return this.file("remit.toml", ["[bundle]", ...url, ...own, ...lines].join("\n"));
  }

  /** What comes of opening a directory: the revision of the policy that permits it, or that nothing does. */
  async open(path: string): Promise<string> {
    const script = `DirConfig().path("${path}").build().open(OpenDirOptions().build()); "opened"`;
    const { body } = await this.ask("POST", "/v1/runs", { script });
    if (body.output === "opened") return body.policy_revision;
    return body.denials?.length === 1 ? "denied" : JSON.stringify(body);
  }

  /** The revision by which `/usr` may be opened, and what becomes of `/var`. */
  async inForce(): Promise<readonly [string, string]> {
    return [await this.open("/usr"), await this.open("/var")];
  }

  /** How its bundles are, as its API has it. */
  async bundles(): Promise<BundleStatus["bundles"][string] | undefined> {
    const { body } = await this.ask("GET", "/v1/bundles");
    return body.bundles[`${fleet}/${channel}`];
  }

  /** What comes of `remit status`, without the first line. */
  async status(): Promise<string> {
    return (await this.begin("status").ended).stdout;
  }

  at(...names: readonly string[]): string {
    return join(this.state, ...names);
  }
}
