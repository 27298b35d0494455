import { createHash } from "node:crypto";
import { z } from "zod";
import { closing, type Fd, readAll } from "../../platform/file.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { openIfThere } from "../../platform/lines-forwards.ts";
import { BundleError } from "../errors.ts";
import { onDisk, replaceOnDisk } from "./directory.ts";

/** Two files take turns, so that the newest that is whole is never touched. */
const TURNS = [0, 1] as const;

const envelope = z.strictObject({ generation: z.int().min(1), sha256: z.string(), content: z.unknown() });

interface Generation<T> {
  readonly turn: number;
  readonly generation: number;
  readonly record: T;
}

/**
 * A record on the disk, as JSON, and the one before it: `NAME.0.json` and `NAME.1.json`. A record is written whole or not at
 * all, also when the power goes; one that was damaged all the same shows it by its hash. (A file that was not forced to the
 * disk may come back empty.)
 */
export class RecordFile<T> {
  /** Those that can be used, the newest first. */
  private generations: readonly Generation<T>[];
  /** A file is there that cannot be used. */
  readonly isDamaged: boolean;

  /** @param directory open to be read @throws {BundleError} state_unavailable */
  constructor(
    private readonly directory: Fd,
    private readonly name: string,
    schema: z.ZodType<T>,
  ) {
    const found = TURNS.map((turn) => onDisk(name, () => read(directory, name, turn, schema)));
    this.generations = found
      .filter((one) => typeof one === "object")
      .sort((one, other) => other.generation - one.generation);
    this.isDamaged = found.includes("damaged");
  }

  /** The records that can be used, the newest first. */
  get records(): readonly T[] {
    return this.generations.map(({ record }) => record);
  }

  /**
   * Writes the newest record in the place of the one before it, too, unless it is there: from then on either file may come to
   * harm, and an older record never takes the place of the newest.
   * @throws {BundleError} state_unavailable
   */
  async settle(): Promise<void> {
    const [newest, other] = this.generations;
    if (newest === undefined || JSON.stringify(newest.record) === JSON.stringify(other?.record)) return;
    await this.write(newest.record);
  }

  /**
   * Writes a record, in the place of the one before the newest. The next call waits until it resolves.
   * @throws {BundleError} state_unavailable
   */
  async write(record: T): Promise<void> {
    const [newest] = this.generations;
    const turn = newest?.turn === 0 ? 1 : 0;
    const generation = (newest?.generation ?? 0) + 1;
    const content = JSON.stringify(record);
    const sha256 = hashOf(generation, content);
    const text = Buffer.from(`{"generation":${generation},"sha256":"${sha256}","content":${content}}`);
    if (text.length > LIMITS.bundleStateBytes) {
      throw new BundleError("state_unavailable", `${this.name} would have ${text.length} bytes`);
    }
    await replaceOnDisk(this.name, this.directory, fileOf(this.name, turn), text);
    this.generations = [{ turn, generation, record }, ...this.generations.filter((one) => one.turn !== turn)];
  }
}

const fileOf = (name: string, turn: number): string => `${name}.${turn}.json`;

const hashOf = (generation: number, content: string): string =>
  createHash("sha256").update(`${generation} ${content}`).digest("hex");

function read<T>(
  directory: Fd,
  name: string,
  turn: number,
  schema: z.ZodType<T>,
): Generation<T> | "nothing" | "damaged" {
  const fd = openIfThere(directory, fileOf(name, turn));
  if (fd === undefined) return "nothing";
  try {
    const text = Buffer.from(closing(fd, () => readAll(fd, LIMITS.bundleStateBytes))).toString();
    const { generation, sha256, content } = envelope.parse(JSON.parse(text));
    if (hashOf(generation, JSON.stringify(content)) !== sha256) return "damaged";
    return { turn, generation, record: schema.parse(content) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof LimitError)
      return "damaged";
    throw error;
  }
}
