/** Makes tar archives for tests, also such as no tool makes. */

export interface TestEntry {
  readonly path: string;
  readonly type?: string;
  readonly content?: string;
  readonly mode?: number;
  readonly mtime?: number;
  readonly user?: string;
  readonly group?: string;
  /** What the header says, where it is not the content's. */
  readonly size?: number;
  readonly binarySize?: boolean;
  readonly magic?: string;
  readonly prefix?: string;
}

/** Two blocks of zeros. */
export const END = new Uint8Array(1024);

/** A header with its content, padded; GNU's magic where none is given. */
export function entry(input: TestEntry): Buffer {
  const { path, type = "0", content = "", mode = 0o644, mtime = 1_000_000_000 } = input;
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  const octal = (value: number, start: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, "0"), start, "latin1");
  header.write(path.slice(0, 100), 0);
  octal(mode, 100, 8);
  const size = input.size ?? bytes.length;
  if (input.binarySize) {
    header.writeBigUInt64BE(BigInt(size), 128);
    header[124] = 0x80;
  } else octal(size, 124, 12);
  octal(mtime, 136, 12);
  header.write(type, 156, "latin1");
  header.write(input.magic ?? "ustar  ", 257, "latin1");
  header.write(input.user ?? "root", 265);
  header.write(input.group ?? "root", 297);
  header.write(input.prefix ?? "", 345);
  header.write("        ", 148);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** As {@link entry}, with POSIX's magic. */
export const ustar = (input: TestEntry): Buffer => entry({ ...input, magic: "ustar\x0000" });

/** An extended header of pax with these records. */
export function pax(records: { readonly [key: string]: string }): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + 1;
    while (length !== rest + String(length).length) length++;
    return `${length} ${key}=${value}\n`;
  });
  return entry({ path: "pax", type: "x", content: lines.join("") });
}
