import { TextError } from "../../../errors.ts";
import { type Field, field, options } from "../../../options.ts";
import { ioError } from "../../os-errors.ts";

const PATH = "rust_safe_io::options";
const MAX_U32 = 0xffff_ffffn;

const level: Field<bigint> = {
  type: "i64",
  initial: 6n,
  accept: (value, setter) => {
    if (typeof value === "bigint" && value >= 0n && value <= MAX_U32) return value;
    throw new TextError(
      `Parameter conversion failed for ${setter}: out of range integral type conversion attempted`,
    );
  },
};

export const compressGzipOptions = options({
  name: "CompressGzipOptions",
  path: PATH,
  summary: "Begins the options of a compression.",
  fields: { level },
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
});
