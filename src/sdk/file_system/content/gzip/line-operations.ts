import type { HostObject } from "rhai-wasm";
import type { Namespace } from "../../../namespace.ts";
import { operation, type Parameter } from "../../../operation.ts";
import type { Options } from "../../../options.ts";
import { object, text } from "../../../parameters.ts";
import { requireRead } from "../../access.ts";
import { HANDLES } from "../../handles.ts";
import { ioError } from "../../os-errors.ts";
import { bytesOfLines, select } from "../../text.ts";
import { asIoError } from "../errors.ts";
import { decompressed, searchGzip } from "./index.ts";
import { searchGzipOptions } from "./options.ts";

/** ReadLinesOptions of plain files. */
export type ReadLines = Parameter<
  Options<{ readonly count: bigint | undefined; readonly start: bigint | undefined }>
>;

/** The operations that share types with plain files: which lines to read, and what a line found is. */
export function gzipLineOperations(
  readLinesOptions: ReadLines,
  match: (line: string, number: number) => HostObject,
): Namespace {
  const common = { source: "IoErrorKind", checks: ["fs:read File(<file>)"] } as const;
  const readGzipLines = operation({
    ...common,
    name: "read_gzip_lines",
    parameters: [object(HANDLES.file), readLinesOptions],
    returns: "Array",
    summary: "Reads lines of compressed content.",
    perform: (call, handle, { values: { count, start } }) => {
      const token = requireRead(call, handle);
      if (count === undefined && start === undefined) {
        throw ioError("ValidationError", "Validation error: Must specify count or start option");
      }
      const selection = { count: numberOf(count), start: numberOf(start) };
      const lines = asIoError(() => select(bytesOfLines(decompressed(token, handle)), selection));
      handle.position = 0;
      return lines;
    },
  });
  const search = operation({
    ...common,
    name: "search_gzip",
    parameters: [object(HANDLES.file), text("pattern"), searchGzipOptions.parameter],
    returns: "Array",
    summary: "Finds the lines of compressed content that match.",
    perform: (call, handle, pattern, { values }) =>
      searchGzip(call, handle, pattern, values).map(({ line, number }) => match(line, number)),
  });
  return { types: [], constants: [], operations: [readGzipLines, search] };
}

const numberOf = (value: bigint | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);
