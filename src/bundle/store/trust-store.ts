import { createHash } from "node:crypto";
import { z } from "zod";
import type { Fd } from "../../platform/file.ts";
import { BundleError } from "../errors.ts";
import { type HighWater, isBehind, lowWater } from "../tuf/high-water.ts";
import { type Saved, Trust, type TrustOptions } from "../tuf/trust.ts";
import { RecordFile } from "./record-file.ts";

const count = z.int().min(0);
const HighWaterRecord = z.strictObject({
  root: count,
  timestamp: count,
  snapshot: count,
  targets: count,
  time: z.iso.datetime(),
});

/** All that is trusted in one file, so that there is no set of files of which one is older than the others. */
export const StateRecord = z.strictObject({
  format: z.literal(1),
  /** The documents as they came: UTF-8 without a BOM. */
  roots: z.array(z.string()),
  timestamp: z.string().optional(),
  snapshot: z.string().optional(),
  targets: z.array(z.tuple([z.string(), z.string()])),
  high_water: HighWaterRecord,
});

/** What nothing may fall below, once more: it stays when the state is lost. */
const MarkRecord = z.strictObject({
  format: z.literal(1),
  /** SHA-256 of the provisioned root. Of another repository the versions say nothing. */
  provisioned: z.string(),
  high_water: HighWaterRecord,
});

/** From where trust was loaded. */
export type TrustOrigin =
  /** Only the provisioned root: nothing was there, or the state of another repository. */
  | "provisioned"
  | "saved"
  /** A file was damaged, or older than it must be; nothing was lost by it but the last update. */
  | "recovered"
  /** All that was saved is gone, but for what versions must not fall below, if that is left: `trust_state_lost`. */
  | "lost";

export interface LoadedTrust {
  readonly trust: Trust;
  readonly origin: TrustOrigin;
}

/** Trust on the disk: the records `state` and `hwm`. */
export class TrustStore {
  private readonly states: RecordFile<z.infer<typeof StateRecord>>;
  private readonly marks: RecordFile<z.infer<typeof MarkRecord>>;
  private readonly provisioned: string;
  /** What the record `hwm` says. */
  private mark: string | undefined;

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
    this.states = new RecordFile(directory, "state", StateRecord);
    this.marks = new RecordFile(directory, "hwm", MarkRecord);
    this.provisioned = createHash("sha256").update(root).digest("hex");
  }

  /**
   * The newest trust that can be used: verified as if it came from the repository, and not older than what was trusted
   * once. Without any, trust starts anew from the provisioned root.
   * @throws {BundleError} when the provisioned root is none
   */
  load(): LoadedTrust {
    const [mark] = this.marks.records;
    this.mark = mark && JSON.stringify(mark);
    const known = mark?.provisioned === this.provisioned ? highWaterOf(mark.high_water) : undefined;
    const isDamaged = this.states.isDamaged || this.marks.isDamaged;
    for (const [index, record] of this.states.records.entries()) {
      const trust = this.restored(savedOf(record));
      if (trust === undefined || (known !== undefined && isBehind(trust.highWater, known))) continue;
      return { trust, origin: isDamaged || index > 0 ? "recovered" : "saved" };
    }
    const isOther = mark !== undefined && known === undefined;
    const isNew = this.states.records.length === 0 && mark === undefined && !isDamaged;
    const trust = new Trust(this.root, known ?? lowWater(this.options.earliest), this.options);
    return { trust, origin: isOther || isNew ? "provisioned" : "lost" };
  }

  /** Keeps what is trusted. @throws {BundleError} state_unavailable */
  async save(saved: Saved): Promise<void> {
    await this.states.write(recordOf(saved));
    // After the state: one that is behind the mark is not used.
    await this.writeMark(saved.highWater);
  }

  private async writeMark(water: HighWater): Promise<void> {
    const mark = { format: 1, provisioned: this.provisioned, high_water: markOf(water) } as const;
    const text = JSON.stringify(mark);
    if (text === this.mark) return;
    await this.marks.write(mark);
    this.mark = text;
  }

  private restored(saved: Saved): Trust | undefined {
    try {
      return Trust.restore(this.root, saved, this.options);
    } catch (error) {
      if (error instanceof BundleError) return undefined;
      throw error;
    }
  }
}

const highWaterOf = ({ time, ...versions }: z.infer<typeof HighWaterRecord>): HighWater => ({
  ...versions,
  time: new Date(time),
});

const markOf = ({ time, ...versions }: HighWater): z.infer<typeof HighWaterRecord> => ({
  ...versions,
  time: time.toISOString(),
});

export const savedOf = ({ high_water, targets, ...record }: z.infer<typeof StateRecord>): Saved => ({
  roots: record.roots.map(bytesOf),
  timestamp: record.timestamp === undefined ? undefined : bytesOf(record.timestamp),
  snapshot: record.snapshot === undefined ? undefined : bytesOf(record.snapshot),
  targets: new Map(targets.map(([role, text]) => [role, bytesOf(text)])),
  highWater: highWaterOf(high_water),
});

export const recordOf = ({
  highWater,
  roots,
  timestamp,
  snapshot,
  targets,
}: Saved): z.infer<typeof StateRecord> => ({
  format: 1,
  roots: roots.map(textOf),
  ...(timestamp && { timestamp: textOf(timestamp) }),
  ...(snapshot && { snapshot: textOf(snapshot) }),
  targets: [...targets].map(([role, bytes]) => [role, textOf(bytes)]),
  high_water: markOf(highWater),
});

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
