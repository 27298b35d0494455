import { createHash } from "node:crypto";
import { z } from "zod";
import { closing, type Fd, readAll } from "../../platform/file.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { openIfThere } from "../../platform/lines-forwards.ts";
import { BundleError } from "../errors.ts";
import { ENDING, namesIn, onDisk, removeIfThere, replaceOnDisk } from "./directory.ts";
import { RecordFile } from "./record-file.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const BundlesRecord = z.strictObject({
  format: z.literal(1),
  active: sha256.optional(),
  previous: sha256.optional(),
  /** The latest first. */
  rejected: z.array(z.strictObject({ sha256, code: z.string(), why: z.string(), by: z.string() })),
});
type BundlesRecord = z.infer<typeof BundlesRecord>;

/** Why a bundle cannot be used. */
export interface Rejection {
  readonly code: string;
  readonly why: string;
  /** Version of the program that says so: another one may know more. */
  readonly by: string;
}

/** Bundles on the disk, by the SHA-256 of their content in hex: the active one, the one before, and which were refused. */
export class BundleStore {
  private readonly records: RecordFile<BundlesRecord>;
  private bundles: BundlesRecord;

  /** @param directory from `openBundleDirectory` @throws {BundleError} state_unavailable */
  constructor(private readonly directory: Fd) {
    this.records = new RecordFile(directory, "bundles", BundlesRecord);
    this.bundles = this.records.records[0] ?? { format: 1, rejected: [] };
  }

  /** The bundle that is in force. */
  get active(): string | undefined {
    return this.bundles.active;
  }

  /** A file that said which bundle is in force cannot be used. */
  get isDamaged(): boolean {
    return this.records.isDamaged;
  }

  /** The bundle that was in force before. */
  get previous(): string | undefined {
    return this.bundles.previous;
  }

  /** Keeps a bundle, which is not in force by that; returns its hash. @throws {BundleError} state_unavailable */
  async put(content: Uint8Array): Promise<string> {
    const hash = hashOf(content);
    if (this.read(hash) === undefined) {
      await replaceOnDisk(`bundle ${hash}`, this.directory, hash + ENDING, content);
    }
    return hash;
  }

  /** The content of a bundle; `undefined` if it is not here, or no longer what its hash says. @throws {BundleError} */
  read(hash: string): Uint8Array | undefined {
    return onDisk(`bundle ${hash}`, () => {
      const fd = openIfThere(this.directory, hash + ENDING);
      if (fd === undefined) return undefined;
      const content = closing(fd, () => bounded(fd));
      return content !== undefined && hashOf(content) === hash ? content : undefined;
    });
  }

  /** Puts a bundle in force that is kept here; only now what is older than the one before goes. @throws {BundleError} */
  async activate(hash: string): Promise<void> {
    if (this.read(hash) === undefined)
      throw new BundleError("state_unavailable", `bundle ${hash} is not kept`);
    const { active, previous } = this.bundles;
    await this.write({
      ...this.bundles,
      active: hash,
      ...(active === hash ? { previous } : { previous: active }),
    });
    const kept = [this.active, this.previous].map((name) => `${name}${ENDING}`);
    onDisk("old bundles", () => {
      const names = namesIn(this.directory).filter((name) => name.endsWith(ENDING) && !kept.includes(name));
      removeIfThere(this.directory, ...names);
    });
  }

  /** Says which bundle is in force in both files: none goes back to another one by the loss of one. @throws {BundleError} */
  async settle(): Promise<void> {
    await this.records.settle();
  }

  /** Remembers that a bundle cannot be used, so that it is not tried again and again. @throws {BundleError} */
  async reject(hash: string, { code, why, by }: Rejection): Promise<void> {
    const others = this.bundles.rejected.filter((one) => one.sha256 !== hash);
    const rejected = [{ sha256: hash, code, why, by }, ...others].slice(0, LIMITS.rejectedBundles);
    await this.write({ ...this.bundles, rejected });
    const isKept = hash === this.active || hash === this.previous;
    if (!isKept) onDisk(`bundle ${hash}`, () => removeIfThere(this.directory, hash + ENDING));
  }

  /** Why a bundle was refused by this version of the program, if it was. */
  rejection(hash: string, version: string): Rejection | undefined {
    return this.bundles.rejected.find(({ sha256, by }) => sha256 === hash && by === version);
  }

  private async write(bundles: BundlesRecord): Promise<void> {
    await this.records.write(bundles);
    this.bundles = bundles;
  }
}

const hashOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** All of a file, unless it is larger than a bundle can be. */
function bounded(fd: Fd): Uint8Array | undefined {
  try {
    return readAll(fd, LIMITS.bundleBytes);
  } catch (error) {
    if (error instanceof LimitError) return undefined;
    throw error;
  }
}
