import type { Namespace } from "../../../namespace.ts";
import { operation } from "../../../operation.ts";
import { object, text } from "../../../parameters.ts";
import { requireRead } from "../../access.ts";
import { readLinesOptions } from "../../file/options.ts";
import { Match } from "../../file/records.ts";
import { HANDLES } from "../../handles.ts";
import { READ_ERRORS } from "../../kinds.ts";
import { ioError } from "../../os-errors.ts";
import { selectIn } from "../../text.ts";
import { asIoError } from "../errors.ts";
import { decompressed, searchGzip } from "./index.ts";
import { searchGzipOptions } from "./options.ts";

const common = { source: "IoErrorKind", checks: ["fs:read File(<file>)"] } as const;

const readGzipLines = operation({
  ...common,
  name: "read_gzip_lines",
  parameters: [object(HANDLES.file), readLinesOptions.parameter],
  returns: "Array<String>",
  summary: "Reads lines of compressed content.",
  errors: ["ValidationError", ...READ_ERRORS],
  example: 'dir.open_file("app.log.gz", reading).read_gzip_lines(ReadLinesOptions().count(10).build())',
  perform: (call, handle, { values: { count, start } }) => {
    const token = requireRead(call, handle);
    if (count === undefined && start === undefined) {
      throw ioError("ValidationError", "Validation error: Must specify count or start option");
    }
    const selection = { count: numberOf(count), start: numberOf(start) };
    const lines = asIoError(() => selectIn(decompressed(token, handle), selection));
    handle.position = 0;
    return lines;
  },
});

const search = operation({
  ...common,
  name: "search_gzip",
  parameters: [object(HANDLES.file), text("pattern"), searchGzipOptions.parameter],
  returns: "Array<Match>",
  summary: "Finds the lines of compressed content that match.",
  errors: ["ValidationError", ...READ_ERRORS],
  example:
    'dir.open_file("app.log.gz", reading).search_gzip("error", SearchGzipOptions().case_insensitive(true).build())',
  perform: (call, handle, pattern, { values }) =>
    searchGzip(call, handle, pattern, values).map(({ line, number }) => new Match(line, number)),
});

/** The operations that share types with plain files: which lines to read, and what a line found is. */
export const gzipLineNamespace: Namespace = {
  types: [],
  constants: [],
  operations: [readGzipLines, search],
};

const numberOf = (value: bigint | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);
