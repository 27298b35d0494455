import { scriptRegex } from "../../patterns.ts";
import { Kept, NotUtf8 } from "../../text.ts";
import { GzipError } from "./gunzip.ts";

export interface SearchOptions {
  readonly exclude_pattern: string | undefined;
  readonly case_insensitive: boolean;
  /** 0: all; positive: so many of the first; negative: so many of the last. */
  readonly max_results: bigint;
}

/** A line that matches; `number` counts from 1. */
export interface Found {
  readonly number: number;
  readonly line: string;
}

/** A test of lines: they match `pattern`, and not the pattern that excludes. */
export function lineTest(pattern: string, options: SearchOptions): (line: string) => boolean {
  const wanted = scriptRegex(pattern, { caseInsensitive: options.case_insensitive });
  const { exclude_pattern: exclude } = options;
  const unwanted = exclude === undefined ? undefined : scriptRegex(exclude);
  return (line) => wanted.isMatch(line) && !unwanted?.isMatch(line);
}

/** The lines that match; damaged content is as content that ends before the damage. */
export function search(
  lines: Iterable<string>,
  matches: (line: string) => boolean,
  maxResults: bigint,
): Found[] {
  const most = Number(maxResults);
  const kept = new Kept<Found>(most < 0 ? -most : undefined);
  let number = 0;
  try {
    for (const line of lines) {
      number++;
      if (!matches(line)) continue;
      kept.add({ number, line }, line.length);
      if (kept.size === most) break;
    }
  } catch (error) {
    if (!(error instanceof GzipError || error instanceof NotUtf8)) throw error;
  }
  return kept.items();
}
