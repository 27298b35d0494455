import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { object, text } from "../../parameters.ts";
import { HANDLES } from "../handles.ts";
import { readLines, readPage } from "./lines.ts";
import { readLinesOptions, readPageOptions } from "./options.ts";
import { readText } from "./read.ts";
import { matchNamespace, wordCountNamespace } from "./records.ts";
import { countFile, extractStrings, searchFile } from "./scan.ts";

const self = object(HANDLES.file);
const read = { source: "IoErrorKind", checks: ["fs:read File(<file>)"] } as const;
const redactedRead = {
  source: "IoErrorKind",
  checks: ["fs:read File(<file>), else fs:redacted_read File(<file>) and the redaction dictionary"],
} as const;

const operations = [
  operation({
    ...redactedRead,
    name: "read",
    parameters: [self],
    returns: "String",
    summary: "Reads all text of the file.",
    perform: readText,
  }),
  operation({
    ...read,
    name: "read_lines",
    parameters: [self, readLinesOptions.parameter],
    returns: "Array",
    summary: "Reads lines: `count(3)` the first three, `count(-3)` the last three, `start(5)` from line 5.",
    perform: (call, handle, { values }) => readLines(call, handle, values),
  }),
  operation({
    ...read,
    name: "read_page",
    parameters: [self, readPageOptions.parameter],
    returns: "Array",
    summary: "Reads the next lines; the following call continues behind them.",
    perform: (call, handle, { values }) => readPage(call, handle, values.num_lines),
  }),
  operation({
    ...redactedRead,
    name: "search",
    parameters: [self, text("pattern")],
    returns: "Array",
    summary: "Finds the lines that match the regex `pattern`.",
    perform: searchFile,
  }),
  operation({
    ...read,
    name: "counts",
    parameters: [self],
    returns: "WordCount",
    summary: "Counts lines, words and bytes.",
    only: "unix",
    perform: countFile,
  }),
  operation({
    ...read,
    name: "extract_strings",
    parameters: [self],
    returns: "Array",
    summary: "Finds runs of at least four printable ASCII characters.",
    perform: extractStrings,
  }),
];

export const readNamespaces: readonly Namespace[] = [
  readLinesOptions.namespace,
  readPageOptions.namespace,
  matchNamespace,
  wordCountNamespace,
  { types: [], constants: [], operations },
];
