import type { CheckParseAnswer, DetailedError } from "@cedar-policy/cedar-wasm/web";
import { cedarGeneration } from "./cedar.ts";

/** Cedar does not take what it was to keep. */
export class NotParsed extends Error {
  override readonly name = "NotParsed";
  constructor(readonly errors: readonly DetailedError[]) {
    super(errors.map(({ message }) => message).join("; "));
  }
}

/**
 * Names under which Cedar keeps what it has parsed. It never frees one (measured: 200 sets of 100 policies hold 50 MB), so
 * that a further text is parsed under the name of the oldest.
 */
export class ParsedNames {
  private readonly names = new Map<string, string>();
  private generation = -1;

  /**
   * @param prefix of the names
   * @param most of them
   */
  constructor(
    private readonly prefix: string,
    private readonly most: number,
  ) {}

  /** The name for what has the `key`; `parse` has Cedar parse it under a name. @throws {NotParsed} */
  get(key: string, parse: (name: string) => CheckParseAnswer): string {
    this.expectSameInstance();
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.names;
    const full = this.names.size >= this.most && oldest !== undefined;
    const name = full ? oldest[1] : `${this.prefix}${this.names.size}`;
    if (full) this.names.delete(oldest[0]);
    const answer = parse(name);
    if (answer.type === "failure") {
      this.names.clear(); // else the name would be given out once more while it is another's
      throw new NotParsed(answer.errors);
    }
    // Parsing may have begun a new instance.
    this.expectSameInstance();
    this.names.set(key, name);
    return name;
  }

  /** What was parsed in an earlier instance is gone. */
  private expectSameInstance(): void {
    if (this.generation === cedarGeneration()) return;
    this.names.clear();
    this.generation = cedarGeneration();
  }
}
