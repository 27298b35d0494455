import { HostObject } from "rhai-wasm";
import { OsError } from "../../../../platform/os-error.ts";
import type { Authorized } from "../../../../policy/types.ts";
import type { Namespace } from "../../../namespace.ts";
import { type Call, operation } from "../../../operation.ts";
import { object, text } from "../../../parameters.ts";
import { recordType } from "../../../record.ts";
import { requireRead, requireWriteFlag } from "../../access.ts";
import { isSame, readerOf, sizeOf, writePieces } from "../../effects/content.ts";
import { type FileHandle, HANDLES } from "../../handles.ts";
import { READ_ERRORS } from "../../kinds.ts";
import { ioError } from "../../os-errors.ts";
import { ask, file } from "../../resource.ts";
import { bounded } from "../bounds.ts";
import { asIoError } from "../errors.ts";
import { compress } from "./compress.ts";
import { gunzip } from "./gunzip.ts";
import { compressGzipOptions, searchGzipOptions } from "./options.ts";
import { type Found, lineSearch, type SearchOptions } from "./search.ts";

class GzipInfo extends HostObject {
  constructor(
    readonly compressed: number,
    readonly uncompressed: number,
  ) {
    super();
  }
}

const info = recordType({
  name: "GzipInfo",
  typeOf: "rust_safe_io::file::gzip::GzipInfo",
  class: GzipInfo,
  example: { variable: "packed", expression: 'dir.open_file("app.log.gz", reading).gzip_info()' },
  fields: {
    compressed_size_bytes: { type: "i64", get: ({ compressed }) => BigInt(compressed) },
    uncompressed_size_bytes: { type: "i64", get: ({ uncompressed }) => BigInt(uncompressed) },
    compression_ratio: { type: "f64", get: ({ compressed, uncompressed }) => uncompressed / compressed },
  },
});

/** Decompressed content from where the handle stands. */
export function decompressed(
  token: Authorized<"file_system.read">,
  handle: FileHandle,
): Iterable<Uint8Array> {
  return bounded(gunzip(readerOf(token, handle), handle.position));
}

/** Lines of compressed content that match; the handle is rewound. */
export function searchGzip(call: Call, handle: FileHandle, pattern: string, options: SearchOptions): Found[] {
  const token = requireRead(call, handle);
  const search = lineSearch(pattern, options);
  const found = asIoError(() => search(decompressed(token, handle)));
  handle.position = 0;
  return found;
}

const self = object(HANDLES.file);
const reading = { source: "IoErrorKind", checks: ["fs:read File(<file>)"] } as const;

const compressGzip = operation({
  name: "compress_gzip",
  source: "IoErrorKind",
  parameters: [self, object(HANDLES.file, "dest"), compressGzipOptions.parameter],
  returns: "()",
  summary: "Writes the file's content to another, compressed.",
  checks: ["fs:read File(<source>)", "fs:write File(<dest>)"],
  errors: ["InvalidFileMode", "InvalidArguments", "IoError"],
  example:
    'file.compress_gzip(dir.open_file("a.gz", OpenFileOptions().create(true).build()), CompressGzipOptions().build())',
  perform: (call, source, dest, { values }) => {
    const read = readerOf(requireRead(call, source), source);
    requireWriteFlag(dest);
    const token = call.access.require(ask("write", file(dest.path)));
    asIoError(() => {
      if (isSame(token, dest, source)) {
        throw ioError(
          "InvalidArguments",
          `Invalid arguments: source and destination are one file: ${dest.path}`,
        );
      }
      const pieces = compress(read, source.position, Number(values.level));
      writePieces(token, dest, pieces, dest.position);
    });
    source.position = 0;
    dest.position = 0;
    return null;
  },
});

/** The size that the last four bytes of gzip content say, modulo 2^32. */
const gzipInfo = operation({
  ...reading,
  name: "gzip_info",
  parameters: [self],
  returns: "GzipInfo",
  summary: "Reads the sizes of compressed content from its end.",
  errors: ["InvalidFileMode", "IoError"],
  example: 'dir.open_file("app.log.gz", reading).gzip_info()',
  perform: (call, handle) => {
    const token = requireRead(call, handle);
    return asIoError(() => {
      const size = sizeOf(token, handle);
      // What seeking to four bytes before the end says of less than four bytes.
      if (size < 4) throw new OsError("EINVAL");
      const trailer = Buffer.alloc(4);
      readerOf(token, handle)(trailer, size - 4);
      handle.position = 0;
      return new GzipInfo(size, trailer.readUInt32LE(0));
    });
  },
});

const searchGzipExists = operation({
  ...reading,
  name: "search_gzip_exists",
  parameters: [self, text("pattern"), searchGzipOptions.parameter],
  returns: "bool",
  summary: "Whether a line of compressed content matches.",
  errors: ["ValidationError", ...READ_ERRORS],
  example: 'dir.open_file("app.log.gz", reading).search_gzip_exists("ERROR", SearchGzipOptions().build())',
  perform: (call, handle, pattern, { values }) =>
    searchGzip(call, handle, pattern, { ...values, max_results: 1n }).length > 0,
});

export const gzipNamespaces: readonly Namespace[] = [
  compressGzipOptions.namespace,
  searchGzipOptions.namespace,
  info,
  { types: [], constants: [], operations: [compressGzip, gzipInfo, searchGzipExists] },
];
