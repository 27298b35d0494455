import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Files, writeArchive } from "../../../src/bundle/archive/index.ts";
import {
  add,
  DEFAULT_PERIODS,
  Folder,
  generateKey,
  initialize,
  keySigner,
  readState,
  release,
  sign,
  signableIn,
} from "../../../src/bundle/repository/index.ts";
import { namedKey } from "../../../src/bundle/repository/named-key.ts";
import { FOR, factsOf } from "./content.ts";

const TIMESTAMP = "public/metadata/timestamp.json";

/** The keys of a role, of which a threshold signs. */
function role(name: string, count: number, threshold: number) {
  const own = Array.from({ length: count }, () => generateKey("ed25519"));
  return {
    keys: own.map((key, index) => namedKey(key, `${name}-${index}`)),
    threshold,
    signers: own.slice(0, threshold).map((key) => keySigner(key, name)),
  };
}

/** What came of a release. */
interface Released {
  readonly revision: string;
  readonly timestamp: Uint8Array;
}

/**
 * A repository as a central team has it: two of three people sign, and a machine. All releases are made beforehand, so
 * that nobody signs while devices are measured: what is not named by the timestamp is seen by nobody.
 */
export class CentralTeam {
  private readonly releases: Released[] = [];
  private next = 0;
  private second = 0;

  private constructor(
    readonly path: string,
    /** Bytes of the archive of a bundle. */
    readonly bundleBytes: number,
  ) {}

  /** @param content of the bundle of a revision @param releases of which the first is published */
  static async begin(
    path: string,
    content: (revision: string) => Files,
    releases: number,
  ): Promise<CentralTeam> {
    mkdirSync(path);
    const all = { root: role("root", 3, 2), targets: role("targets", 3, 2), online: role("online", 1, 1) };
    const team = new CentralTeam(path, writeArchive(content("0")).length);
    await Folder.use(path, { alone: true }, async (folder) => {
      const now = new Date();
      initialize(folder, all, { format: 1, expires: DEFAULT_PERIODS }, now);
      for (let index = 0; index < releases; index++) {
        const revision = `${index}`;
        const bytes = writeArchive(content(revision));
        add(folder, bytes, factsOf(revision), `${FOR.fleet}/${FOR.channel}`, now);
        const signers = [...(index === 0 ? all.root.signers : []), ...all.targets.signers];
        for (const signer of signers) {
          for (const signable of signableIn(readState(folder), signer.key))
            await sign(folder, signable, signer);
        }
        await release(folder, { signers: all.online.signers, now });
        team.releases.push({ revision, timestamp: readFileSync(join(path, TIMESTAMP)) });
      }
    });
    team.publish();
    return team;
  }

  /** The root that devices are given. */
  get root(): string {
    return join(this.path, "public/metadata/1.root.json");
  }

  /** Publishes the next release, whose revision is returned. */
  publish(): string {
    const released = this.releases[this.next++];
    if (released === undefined) throw new Error(`there are no more than ${this.releases.length} releases`);
    const file = join(this.path, TIMESTAMP);
    writeFileSync(`${file}.new`, released.timestamp);
    // Of two files of one length and one second nginx makes one ETag, and releases are not as far apart here as elsewhere.
    this.second = Math.max(this.second + 1, Math.floor(Date.now() / 1000));
    utimesSync(`${file}.new`, this.second, this.second);
    renameSync(`${file}.new`, file);
    return released.revision;
  }
}
