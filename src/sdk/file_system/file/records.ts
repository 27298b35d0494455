import { HostObject } from "rhai-wasm";
import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { object } from "../../parameters.ts";
import { recordType } from "../../record.ts";

/** A line that matched; `number` counts from 1. */
export class Match extends HostObject {
  constructor(
    readonly content: string,
    readonly number: number,
  ) {
    super();
  }
}

const MATCH = {
  name: "Match",
  typeOf: "rust_safe_io::file::search::Match",
  class: Match,
  example: { variable: "found", expression: 'file.search("ERROR")[0]' },
};

const getter = (name: string, returns: string, get: (match: Match) => string | bigint) =>
  operation({
    name,
    kind: "getter",
    source: "IoErrorKind",
    parameters: [object(MATCH)],
    returns,
    summary: `\`${name}\` of the \`Match\`.`,
    checks: [],
    example: `found.${name}`,
    perform: (_call, match) => get(match),
  });

export const matchNamespace: Namespace = {
  types: [MATCH],
  constants: [],
  operations: [
    getter("line_content", "String", ({ content }) => content),
    getter("line_number", "i64", ({ number }) => BigInt(number)),
  ],
};

/** Lines, words and bytes of a file. */
export class WordCount extends HostObject {
  constructor(
    readonly lines: bigint,
    readonly words: bigint,
    readonly bytes: bigint,
  ) {
    super();
  }
}

export const wordCountNamespace = recordType({
  name: "WordCount",
  typeOf: "rust_safe_io::file::counts::WordCount",
  class: WordCount,
  example: { variable: "totals", expression: "file.counts()" },
  fields: {
    line_count: { type: "i64", get: ({ lines }) => lines },
    word_count: { type: "i64", get: ({ words }) => words },
    byte_count: { type: "i64", get: ({ bytes }) => bytes },
  },
});
