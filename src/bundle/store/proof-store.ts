import { z } from "zod";
import type { Fd } from "../../platform/file.ts";
import { BundleError } from "../errors.ts";
import { type Saved, Trust, type TrustOptions } from "../tuf/trust.ts";
import { RecordFile } from "./record-file.ts";
import { recordOf, StateRecord, savedOf } from "./trust-store.ts";

const ProofRecord = z.strictObject({ format: z.literal(1), sha256: z.string(), state: StateRecord });
type ProofRecord = z.infer<typeof ProofRecord>;

/**
 * The signatures by which the active bundle was accepted; those of the one before, too, until it is settled. They are
 * verified at each start, also when the repository has gone on to a bundle that cannot be used here, or has expired.
 */
export class ProofStore {
  private readonly file: RecordFile<ProofRecord>;

  /**
   * @param directory from `openBundleDirectory`
   * @param root the provisioned root
   * @throws {BundleError} state_unavailable
   */
  constructor(
    directory: Fd,
    private readonly root: Uint8Array,
    private readonly options: TrustOptions,
  ) {
    this.file = new RecordFile(directory, "proof", ProofRecord);
  }

  /** The bundle that was accepted last. */
  get newest(): string | undefined {
    return this.file.records[0]?.sha256;
  }

  /** A file of proofs cannot be used. */
  get isDamaged(): boolean {
    return this.file.isDamaged;
  }

  /** Keeps what was trusted when the bundle was accepted. @throws {BundleError} state_unavailable */
  async keep(sha256: string, saved: Saved): Promise<void> {
    await this.file.write({ format: 1, sha256, state: recordOf(saved) });
  }

  /** Keeps the newest proof twice. @throws {BundleError} state_unavailable */
  async settle(): Promise<void> {
    await this.file.settle();
  }

  /** Whether the bundle was signed as the target `path`, by keys that lead back to the provisioned root. */
  async prove(sha256: string, path: string): Promise<boolean> {
    const proof = this.file.records.find((one) => one.sha256 === sha256);
    if (proof === undefined) return false;
    try {
      const trust = Trust.restore(this.root, savedOf(proof.state), this.options);
      return (await trust.held(path))?.hashes["sha256"] === sha256;
    } catch (error) {
      if (error instanceof BundleError) return false;
      throw error;
    }
  }
}
