import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { object, text } from "../../parameters.ts";
import { HANDLES } from "../handles.ts";
import { READ_ERRORS, REDACTION_ERRORS } from "../kinds.ts";
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
    errors: [...READ_ERRORS, ...REDACTION_ERRORS],
    example: "file.read()",
    perform: readText,
  }),
  operation({
    ...read,
    name: "read_lines",
    parameters: [self, readLinesOptions.parameter],
    returns: "Array<String>",
    summary: "Reads lines: `count(3)` the first three, `count(-3)` the last three, `start(5)` from line 5.",
    errors: ["InvalidArguments", ...READ_ERRORS],
    example: "file.read_lines(ReadLinesOptions().count(-3).build())",
    perform: (call, handle, { values }) => readLines(call, handle, values),
  }),
  operation({
    ...read,
    name: "read_page",
    parameters: [self, readPageOptions.parameter],
    returns: "Array<String>",
    summary: "Reads the next lines; the following call continues behind them.",
    errors: READ_ERRORS,
    example: "file.read_page(ReadPageOptions().num_lines(100).build())",
    perform: (call, handle, { values }) => readPage(call, handle, values.num_lines),
  }),
  operation({
    ...redactedRead,
    name: "search",
    parameters: [self, text("pattern")],
    returns: "Array<Match>",
    summary: "Finds the lines that match the regex `pattern`.",
    errors: ["ValidationError", ...READ_ERRORS, ...REDACTION_ERRORS],
    example: 'file.search("ERROR|WARN")',
    perform: (call, handle, pattern) => searchFile(call, handle, pattern).matches,
  }),
  operation({
    ...read,
    name: "counts",
    parameters: [self],
    returns: "WordCount",
    summary: "Counts lines, words and bytes.",
    errors: ["InvalidFileMode", "IoError"],
    example: "file.counts()",
    only: "unix",
    perform: countFile,
  }),
  operation({
    ...read,
    name: "extract_strings",
    parameters: [self],
    returns: "Array<String>",
    summary: "Finds runs of at least four printable ASCII characters.",
    errors: READ_ERRORS,
    example: "file.extract_strings()",
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
