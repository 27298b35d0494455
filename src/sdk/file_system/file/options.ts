import { TextError } from "../../errors.ts";
import { field, fieldNotInitialized, options, required } from "../../options.ts";
import { ioError } from "../os-errors.ts";
import { BYTES, SIZE_UNIT } from "../size.ts";

const PATH = "rust_safe_io::options";

export const INVALID_START =
  "Invalid line to start reading from: must be a positive integer greater than 1 (>= 1)";

export const readLinesOptions = options({
  name: "ReadLinesOptions",
  path: PATH,
  summary: "Begins the options of which lines are read.",
  fields: { count: field.integer<undefined>(undefined), start: field.unsigned<undefined>(undefined) },
  examples: { count: "-3", start: "5" },
  chain: ".start(5).count(10)",
  validate: ({ start }) => {
    if (start !== 0n) return;
    throw new TextError(`${INVALID_START}: 0`);
  },
});

export const readPageOptions = options({
  name: "ReadPageOptions",
  path: PATH,
  summary: "Begins the options of how many lines a page has.",
  fields: { num_lines: required(field.unsigned<undefined>(undefined), fieldNotInitialized) },
  examples: { num_lines: "100" },
  validate: ({ num_lines }) => {
    if (num_lines !== 0n) return;
    throw new TextError("Read page options require the num_lines option to be set and greater than zero: 0");
  },
});

export const copyFileOptions = options({
  name: "CopyFileOptions",
  path: PATH,
  summary: "Begins the options of a copy.",
  fields: { force: field.boolean(), preserve: field.boolean() },
});

export const deleteFileOptions = options({
  name: "DeleteFileOptions",
  path: PATH,
  summary: "Begins the options of the deletion of a file.",
  fields: { force: field.boolean() },
});

export const writeOptions = options({
  name: "WriteOptions",
  path: PATH,
  summary: "Begins the options of a write.",
  fields: { preserve_ownership: field.boolean(true) },
});

export const replacementOptions = options({
  name: "ReplacementOptions",
  path: PATH,
  summary: "Begins the options of a replacement in a text.",
  fields: { is_regex: field.boolean(), replace_all: field.boolean() },
});

export const truncateOptions = options({
  name: "TruncateOptions",
  path: "rust_safe_io::file::unix::linux::truncate",
  summary: "Begins the options of the length that a file is given.",
  only: "linux",
  fields: { size: field.integer(0n), format: field.enumeration(SIZE_UNIT.name, BYTES) },
  examples: { format: "SizeUnit::KIBIBYTES" },
  chain: ".size(64).format(SizeUnit::KIBIBYTES)",
});

export const fallocateOptions = options({
  name: "FallocateOptions",
  path: PATH,
  rustName: "DiskAllocationOptions",
  summary: "Begins the options of the space that is reserved for a file.",
  only: "linux",
  fields: {
    length: required(field.integer<undefined>(undefined), fieldNotInitialized),
    format: field.enumeration(SIZE_UNIT.name, BYTES),
  },
  examples: { length: "64", format: "SizeUnit::KIBIBYTES" },
  validate: ({ length }) => {
    if (length <= 0n) throw ioError("ValidationError", "Validation error: Length must be greater than 0");
  },
});
