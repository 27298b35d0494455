import { BLOCK, checksumOf, FIELDS, padding, TYPE } from "./format.ts";

/** A regular file of an archive. */
export interface TarFile {
  /** Its path, with `/` between names. */
  readonly name: string;
  readonly content: Uint8Array;
}

const REGULAR = "0";
const MODE = 0o644;
const END_BLOCKS = 2;

/** Whether a header has room for the path `name`: 100 bytes for its end, 155 for the folders before it. */
export const fitsHeader = (name: string): boolean => splitName(name) !== undefined;

/**
 * The archive (POSIX ustar: IEEE Std 1003.1, pax, "ustar Interchange Format") of `files` in this order, as of nobody and
 * no time: the same files make the same bytes. Each name must fit ({@link fitsHeader}).
 */
export function writeTar(files: readonly TarFile[]): Uint8Array {
  const blocks = files.flatMap(({ name, content }) => [
    header(name, content.length),
    content,
    new Uint8Array(padding(content.length)),
  ]);
  return Buffer.concat([...blocks, new Uint8Array(END_BLOCKS * BLOCK)]);
}

function header(path: string, size: number): Uint8Array {
  const parts = splitName(path);
  if (parts === undefined) throw new RangeError(`the path does not fit a header: ${path}`);
  const block = Buffer.alloc(BLOCK);
  const text = (field: keyof typeof FIELDS, value: string): void => {
    block.write(value, FIELDS[field][0]);
  };
  /** Octal digits and a NUL. */
  const number = (field: keyof typeof FIELDS, value: number): void =>
    text(field, value.toString(8).padStart(FIELDS[field][1] - 1, "0"));
  text("name", parts.name);
  text("prefix", parts.prefix);
  for (const [field, value] of Object.entries({ mode: MODE, uid: 0, gid: 0, size, mtime: 0 })) {
    number(field as keyof typeof FIELDS, value);
  }
  block.write(REGULAR, TYPE);
  // The version "00" follows the magic and its NUL.
  text("magic", "ustar\x0000");
  text("checksum", `${checksumOf(block).toString(8).padStart(6, "0")}\0 `);
  return block;
}

interface SplitName {
  readonly prefix: string;
  readonly name: string;
}

/** `path` in two at a slash, as far to its beginning as fits; `undefined` where nothing fits. */
function splitName(path: string): SplitName | undefined {
  const fits = ({ prefix, name }: SplitName): boolean =>
    name !== "" && Buffer.byteLength(name) <= FIELDS.name[1] && Buffer.byteLength(prefix) <= FIELDS.prefix[1];
  const whole = { prefix: "", name: path };
  if (fits(whole)) return whole;
  const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
  return slashes.map((at) => ({ prefix: path.slice(0, at), name: path.slice(at + 1) })).find(fits);
}
