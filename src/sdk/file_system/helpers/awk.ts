import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Namespace } from "../../namespace.ts";
import { type Call, operation } from "../../operation.ts";
import { integer, text } from "../../parameters.ts";
import { usingLines } from "../file/index.ts";
import { ioError } from "../os-errors.ts";
import { collect } from "../text.ts";
import { parseNumber, splitAt } from "./lines.ts";
import { FILE_CHECKS, READ_CHECKS, REDACTABLE_ERRORS, withFile } from "./with.ts";

const common = {
  source: "IoErrorKind",
  checks: [...FILE_CHECKS, ...READ_CHECKS],
  errors: REDACTABLE_ERRORS,
} as const;

const overLines = <T>(call: Call, path: string, use: (lines: IteratorObject<string>) => T): T =>
  withFile(call, path, { read: true }, (file) => usingLines(call, file, use));

const invalid = (reason: string) => ioError("InvalidArguments", `Invalid arguments: awk: ${reason}`);

/** `number` as an iterator takes it. No text has as many parts as the numbers that are cut off. */
const count = (number: bigint): number =>
  number > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(number);

/** Gives field `number` of a line, counted from 1; `undefined` where the line has fewer. */
function fieldOf(number: bigint, delimiter: string): (line: string) => string | undefined {
  if (number < 1n) throw invalid("field number must be >= 1");
  const index = count(number - 1n);
  return (line) => splitAt(line, delimiter).drop(index).next().value;
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

function countUnique(values: Iterable<string>): Map<string, bigint> {
  const counts = new Map<string, bigint>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0n) + 1n);
    if (counts.size > LIMITS.mapItems) throw new LimitError("mapItems", LIMITS.mapItems);
  }
  return counts;
}

/** What `awk` is used for, as one function each. Patterns are plain text: a line matches that contains them. */
export const awkNamespace: Namespace = {
  types: [],
  constants: [],
  operations: [
    operation({
      ...common,
      checks: [],
      name: "awk_split",
      parameters: [text("text"), text("delimiter")],
      returns: "Array<String>",
      summary: "Cuts `text` at each `delimiter`.",
      errors: ["Other"],
      example: 'awk_split("alpha,beta", ",")',
      perform: (_call, value, delimiter) => collect(splitAt(value, delimiter)),
    }),
    operation({
      ...common,
      name: "awk_field",
      parameters: [integer("field"), text("delimiter"), text("path")],
      returns: "Array<String>",
      summary: "Takes field number `field` (from 1) of every line that has it.",
      example: 'awk_field(1, ",", "/srv/app/notes.csv")',
      perform: (call, number, delimiter, path) => {
        const field = fieldOf(number, delimiter);
        return overLines(call, path, (lines) => collect(lines.map(field).filter(isDefined)));
      },
    }),
    operation({
      ...common,
      name: "awk_filter",
      parameters: [text("pattern"), text("path")],
      returns: "Array<String>",
      summary: "Takes the lines that contain `pattern`.",
      example: 'awk_filter("alpha", "/srv/app/notes.csv")',
      perform: (call, pattern, path) =>
        overLines(call, path, (lines) => collect(lines.filter((line) => line.includes(pattern)))),
    }),
    operation({
      ...common,
      name: "awk_filter_field",
      parameters: [integer("field"), text("delimiter"), text("pattern"), text("path")],
      returns: "Array<String>",
      summary: "Takes the lines whose field number `field` contains `pattern`.",
      example: 'awk_filter_field(1, ",", "alpha", "/srv/app/notes.csv")',
      perform: (call, number, delimiter, pattern, path) => {
        const field = fieldOf(number, delimiter);
        return overLines(call, path, (lines) =>
          collect(lines.filter((line) => field(line)?.includes(pattern) ?? false)),
        );
      },
    }),
    operation({
      ...common,
      name: "awk_sum",
      parameters: [integer("field"), text("delimiter"), text("path")],
      returns: "f64",
      summary: "Adds up field number `field` of the lines where it is a number.",
      example: 'awk_sum(2, ",", "/srv/app/notes.csv")',
      perform: (call, number, delimiter, path) => {
        const field = fieldOf(number, delimiter);
        return overLines(call, path, (lines) => {
          const numbers = lines.map((line) => parseNumber(field(line) ?? ""));
          // The sum of nothing is -0, as in IEEE 754.
          return numbers.filter(isDefined).reduce((sum, value) => sum + value, -0);
        });
      },
    }),
    operation({
      ...common,
      name: "awk_count_unique",
      parameters: [integer("field"), text("delimiter"), text("path")],
      returns: "Map<String,i64>",
      summary: "Counts how often each value of field number `field` occurs.",
      example: 'awk_count_unique(1, ",", "/srv/app/notes.csv")',
      perform: (call, number, delimiter, path) => {
        const field = fieldOf(number, delimiter);
        return overLines(call, path, (lines) => countUnique(lines.map(field).filter(isDefined)));
      },
    }),
    operation({
      ...common,
      name: "awk_filter_range",
      parameters: [integer("start"), integer("end"), text("path")],
      returns: "Array<String>",
      summary: "Takes the lines from number `start` to number `end`, both included, counted from 1.",
      example: 'awk_filter_range(1, 2, "/srv/app/notes.csv")',
      perform: (call, start, end, path) => {
        if (start < 1n || end < start) throw invalid(`invalid range ${start}..${end}`);
        const [first, last] = [count(start), count(end)];
        // To the end, as all of the file must be text.
        return overLines(call, path, (lines) =>
          collect(lines.filter((_line, index) => index + 1 >= first && index + 1 <= last)),
        );
      },
    }),
  ],
};
