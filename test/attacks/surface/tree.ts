import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tar } from "../../support/tar.ts";

const ARCHIVED = {
  path: "unpacked",
  type: "file",
  mode: 0o644,
  mtime: 1_000_000_000,
  target: "",
  content: Buffer.from("unpacked"),
} as const;

/** Puts into the empty `directory` the tree that hostile calls work on; `data` is what they are allowed. */
export function plant(directory: string): void {
  const data = join(directory, "data");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(data, "sub"), { recursive: true });
  mkdirSync(join(directory, "outside"));
  writeFileSync(join(directory, "outside/secret"), "secret");
  writeFileSync(join(data, "text"), "one\ntwo a b\nthree\n");
  writeFileSync(join(data, "sub/inner"), "inner");
  writeFileSync(join(data, "empty"), "");
  writeFileSync(join(data, "gzip"), gzipSync("one\ntwo\n"));
  writeFileSync(join(data, "archive"), gzipSync(tar([ARCHIVED])));
  writeFileSync(Buffer.concat([Buffer.from(`${data}/not-\xff-utf8-`), Buffer.of(0xff)]), "x");
  symlinkSync("text", join(data, "link"));
  symlinkSync("loop", join(data, "loop"));
  symlinkSync("no-such", join(data, "dangling"));
  symlinkSync("../outside/secret", join(data, "out"));
  for (const path of [directory, data, join(data, "sub")]) chmodSync(path, 0o777);
}

/** Of a larger file, such as a script can make with a sparse one, only the size is compared. */
const MAX_COMPARED = 64 * 1024;

/** All of a tree but its times, as text: what is compared before and after. */
export function picture(directory: string): string {
  const lines: string[] = [];
  const visit = (path: Buffer): void => {
    const status = lstatSync(path);
    const name = path.toString("latin1");
    if (status.isDirectory()) {
      lines.push(`${name}/ ${status.mode} ${status.uid}`);
      for (const entry of readdirSync(path, { encoding: "buffer" }).sort(Buffer.compare)) {
        visit(Buffer.concat([path, Buffer.from("/"), entry]));
      }
      return;
    }
    const content = status.isSymbolicLink()
      ? readlinkSync(path)
      : status.isFile() && status.size < MAX_COMPARED
        ? readFileSync(path, "latin1")
        : "";
    lines.push(`${name} ${status.mode} ${status.uid} ${status.size} ${JSON.stringify(content)}`);
  };
  visit(Buffer.from(directory));
  return lines.join("\n");
}
