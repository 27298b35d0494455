/** One member of an archive that a test makes. */
export interface TarEntry {
  readonly path: string;
  readonly type: "file" | "dir" | "symlink" | "hardlink";
  readonly mode: number;
  readonly mtime: number;
  readonly target: string;
  readonly content: Buffer;
}

const TYPE_FLAGS = { file: "0", hardlink: "1", symlink: "2", dir: "5" } as const;
const BLOCK = 512;

/** A POSIX ustar archive of `entries` (IEEE Std 1003.1, pax, "ustar Interchange Format"). */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = entry.type === "file" ? entry.content : Buffer.alloc(0);
    return [header(entry, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const name = entry.type === "dir" && !entry.path.endsWith("/") ? `${entry.path}/` : entry.path;
  if (Buffer.byteLength(name) > 100) throw new Error(`name too long for ustar: ${name}`);
  block.write(name, 0);
  block.write(octal(entry.mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(entry.mtime, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write(TYPE_FLAGS[entry.type], 156);
  block.write(entry.target, 157);
  block.write("ustar\0" + "00", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
