import { ByteStream } from "./byte-stream.ts";
import { BLOCK, checksumOf, FIELDS, padding, TYPE } from "./format.ts";

/** An archive that cannot be read on. */
export class TarError extends Error {
  override readonly name = "TarError";
}

export interface TarEntry {
  /** As the archive has it: it may be absolute, or lead out of where it is extracted. */
  readonly path: string;
  readonly type: "file" | "directory" | "other";
  /** Permission bits with set-user-id, set-group-id and sticky. */
  readonly mode: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Absent in archives older than POSIX. */
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** The content, once. What is not taken is skipped with the next entry. */
  content(): Generator<Uint8Array, void, void>;
}

/** Bytes of a name, or of the extended header that has it. */
const MAX_EXTENSION = 64 * 1024;

/** Entries of the tar archive (POSIX ustar and pax, GNU) whose bytes `pieces` are. */
export function* readTar(pieces: Iterator<Uint8Array, void, void>): Generator<TarEntry, void, void> {
  const stream = new ByteStream(pieces);
  /** What the extension entries before say of the next. */
  let path: string | undefined;
  let size: number | undefined;
  for (;;) {
    const header = stream.take(BLOCK);
    if (header.length === 0) return;
    if (header.length < BLOCK) throw new TarError("failed to read entire block");
    if (header.every((byte) => byte === 0)) return;
    if (checksumOf(header) !== number(header, "checksum"))
      throw new TarError("archive header checksum mismatch");
    const type = String.fromCharCode(header[TYPE] ?? 0);
    const declared = number(header, "size");
    if (type === "L" || type === "x") {
      const extension = takeExtension(stream, declared);
      if (type === "L") path = extension.replace(/\0.*$/s, "");
      else ({ path = path, size = size } = paxRecords(extension));
      continue;
    }
    const length = size ?? declared;
    const end = stream.position + length;
    yield {
      path: path ?? headerPath(header),
      type: type === "5" ? "directory" : type === "0" || type === "\0" ? "file" : "other",
      mode: number(header, "mode") & 0o7777,
      mtime: number(header, "mtime"),
      user: owner(header, "user"),
      group: owner(header, "group"),
      content: () => contentUntil(stream, end),
    };
    stream.skipTo(end + padding(length));
    if (stream.ended) throw new TarError("unexpected EOF during skip");
    path = undefined;
    size = undefined;
  }
}

function* contentUntil(stream: ByteStream, end: number): Generator<Uint8Array, void, void> {
  while (stream.position < end) {
    const piece = stream.some(end - stream.position);
    if (piece.length === 0) throw new TarError("unexpected EOF in an entry");
    yield piece;
  }
}

function takeExtension(stream: ByteStream, length: number): string {
  if (length > MAX_EXTENSION) throw new TarError(`an extended header exceeds ${MAX_EXTENSION} bytes`);
  const bytes = stream.take(length);
  stream.take(padding(length));
  if (bytes.length < length) throw new TarError("failed to read entire block");
  return Buffer.from(bytes).toString();
}

/** `path` and `size` of pax records, "<length> <key>=<value>\n" each. */
function paxRecords(text: string): { path?: string; size?: number } {
  const bytes = Buffer.from(text);
  const found: { path?: string; size?: number } = {};
  for (let start = 0; start < bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", start, start + 20), 10);
    if (!(length > 0) || start + length > bytes.length) throw new TarError("malformed pax extension");
    const record = bytes.toString("utf8", start, start + length - 1);
    const [, key, value] = /^\d+ ([^=]*)=(.*)$/s.exec(record) ?? [];
    if (key === "path" && value !== undefined) found.path = value;
    if (key === "size") found.size = wholeNumber(Number(value), "size");
    start += length;
  }
  return found;
}

function headerPath(header: Uint8Array): string {
  const name = text(header, "name");
  // Only POSIX has the prefix; GNU keeps other things there.
  const prefix = text(header, "magic") === "ustar" ? text(header, "prefix") : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function owner(header: Uint8Array, field: "user" | "group"): string | undefined {
  return text(header, "magic").startsWith("ustar") ? text(header, field) : undefined;
}

function text(header: Uint8Array, field: keyof typeof FIELDS): string {
  const [start, length] = FIELDS[field];
  const bytes = Buffer.from(header.subarray(start, start + length));
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? length : end);
}

/** An octal number, or with the high bit set a binary one (GNU), as whole and exact. */
function number(header: Uint8Array, field: keyof typeof FIELDS): number {
  const [start, length] = FIELDS[field];
  const bytes = header.subarray(start, start + length);
  if ((bytes[0] ?? 0) & 0x80) {
    return wholeNumber(
      bytes.reduce((value, byte, index) => value * 256 + (index === 0 ? byte & 0x7f : byte), 0),
      field,
    );
  }
  const digits = text(header, field).trim();
  if (!/^[0-7]*$/.test(digits)) throw new TarError(`numeric field was not a number: ${field}`);
  return wholeNumber(Number.parseInt(digits || "0", 8), field);
}

function wholeNumber(value: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TarError(`numeric field out of range: ${field}`);
  return value;
}
