import { scriptRegex } from "../../patterns.ts";
import { decode, Kept, NotUtf8, search } from "../../text.ts";
import { GzipError } from "./gunzip.ts";

export interface SearchOptions {
  readonly exclude_pattern: string | undefined;
  readonly case_insensitive: boolean;
  /** 0: all; positive: so many of the first; negative: so many of the last. */
  readonly max_results: bigint;
}

export interface Found {
  readonly number: number;
  readonly line: string;
}

/**
 * A search for the lines that match `pattern`, and not the pattern that excludes. Damaged content is as content that ends
 * before the damage.
 */
export function lineSearch(
  pattern: string,
  options: SearchOptions,
): (pieces: Iterable<Uint8Array>) => Found[] {
  const wanted = scriptRegex(pattern, { caseInsensitive: options.case_insensitive });
  const { exclude_pattern: exclude } = options;
  const unwanted = exclude === undefined ? undefined : scriptRegex(exclude);
  const most = Number(options.max_results);
  return (pieces) => {
    const kept = new Kept<Found>(most < 0 ? -most : undefined);
    try {
      for (const { number, bytes } of search(pieces, wanted)) {
        const line = decode(bytes);
        if (unwanted?.isMatch(line)) continue;
        kept.add({ number, line }, line.length);
        if (kept.size === most) break;
      }
    } catch (error) {
      if (!(error instanceof GzipError || error instanceof NotUtf8)) throw error;
    }
    return kept.items();
  };
}
