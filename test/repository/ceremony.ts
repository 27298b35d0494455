import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { type BundleFacts, generateKey, writeKeyPair } from "../../src/bundle/repository/index.ts";
import { facts } from "../../src/bundle/repository/testing.ts";
import { Workspace } from "../cli/remit.ts";

const PEOPLE = ["alice", "bob", "carol", "dana", "eve", "finn", "online", "mallory"];
export const CHANNEL = "fleet-a/prod";
export const REPOSITORY = "repository";

const READ = '@id("read") permit(principal, action == file_system::Action::"read", resource);';

/** Files of a bundle that devices take. */
export function bundleFiles(revision: string, of: Partial<BundleFacts> = {}, policy = READ) {
  const metadata = JSON.stringify({ format: 1, ...facts(revision), ...of });
  return new Map([
    ["metadata.json", Buffer.from(metadata)],
    ["policies/read.cedar", Buffer.from(policy)],
  ]);
}

export const bundleBytes = (...of: Parameters<typeof bundleFiles>): Uint8Array =>
  writeArchive(bundleFiles(...of));

/** A folder in which a central team works with the executable, with a key of everybody. */
export class Ceremony extends Workspace {
  constructor() {
    super();
    for (const name of PEOPLE) writeKeyPair(join(this.path, name), generateKey("ed25519"), undefined);
  }

  /** What a command says, and how it ends. */
  remit(...args: readonly string[]) {
    const { status, stdout, stderr } = this.call(args);
    return { status, stdout, stderr };
  }

  /** As {@link remit}, and it must end well; returns its output. */
  expectDone(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.remit(...args);
    if (status !== 0) throw new Error(`remit ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** The line of a command that is refused, with status 1 and nothing on standard output. */
  refused(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.remit(...args);
    if (status !== 1 || stdout !== "")
      throw new Error(`remit ${args.join(" ")}: ${status} ${stdout}${stderr}`);
    return stderr.replaceAll(this.path, "").trimEnd();
  }

  init(...options: readonly string[]): string {
    const keys = ["--root", "alice.pub,bob.pub,carol.pub", "--targets", "dana.pub,eve.pub,finn.pub"];
    return this.expectDone("repo", "init", REPOSITORY, ...keys, "--online", "online.pub", ...options);
  }

  add(revision: string, policy?: string): string {
    const file = this.file(`${revision}.tar.gz`, bundleBytes(revision, {}, policy));
    return this.expectDone("repo", "add", REPOSITORY, file, "--channel", CHANNEL);
  }

  sign(...names: readonly string[]): string {
    return names.map((name) => this.expectDone("repo", "sign", REPOSITORY, "--key", name, "--yes")).join("");
  }

  release(...options: readonly string[]): string {
    return this.expectDone("repo", "release", REPOSITORY, "--online-key", "online", ...options);
  }

  /** A repository with a bundle of revision 1 in force. */
  released(): void {
    this.init();
    this.add("1");
    this.sign("alice", "bob", "dana", "eve");
    this.release();
  }
}
