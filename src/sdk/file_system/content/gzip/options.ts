import { MAX_U32 } from "../../../conversion.ts";
import { field, options } from "../../../options.ts";
import { ioError } from "../../os-errors.ts";

const PATH = "rust_safe_io::options";
export const compressGzipOptions = options({
  name: "CompressGzipOptions",
  path: PATH,
  summary: "Begins the options of a compression.",
  fields: { level: field.unsigned(6n, MAX_U32) },
  examples: { level: "9" },
  validate: ({ level }) => {
    if (level >= 1n && level <= 9n) return;
    const reason = `Compression level must be between 1 and 9, got ${level}`;
    throw ioError("ValidationError", `Validation error: ${reason}`);
  },
});

export const searchGzipOptions = options({
  name: "SearchGzipOptions",
  path: PATH,
  summary: "Begins the options of a search in compressed content.",
  fields: {
    exclude_pattern: field.text(),
    case_insensitive: field.boolean(),
    max_results: field.integer(0n),
  },
  examples: { exclude_pattern: '"DEBUG"', max_results: "10" },
});
