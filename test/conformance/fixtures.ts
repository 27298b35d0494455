import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { tar } from "../support/tar.ts";
import type { Fixture } from "./case.ts";

export const contentOf = (fixture: Fixture): Buffer =>
  fixture.base64 === undefined ? Buffer.from(fixture.content ?? "") : Buffer.from(fixture.base64, "base64");

/** Makes `fixture` under `root`; link targets may name the root as `{{ROOT}}`. */
export function makeFixture(root: string, fixture: Fixture): void {
  const path = join(root, fixture.path);
  mkdirSync(dirname(path), { recursive: true });
  switch (fixture.type ?? "file") {
    case "dir":
      mkdirSync(path, { recursive: true });
      break;
    case "symlink":
      symlinkSync((fixture.target ?? "").replaceAll("{{ROOT}}", root), path);
      return;
    case "fifo":
      if (spawnSync("mkfifo", [path]).status !== 0) throw new Error(`mkfifo ${path} failed`);
      break;
    case "gzip":
      writeFileSync(path, gzipSync(contentOf(fixture)));
      break;
    case "tar":
      writeFileSync(path, archive(fixture));
      break;
    case "targz":
      writeFileSync(path, gzipSync(archive(fixture)));
      break;
    default:
      writeFileSync(path, contentOf(fixture));
  }
  if (fixture.mode !== undefined) chmodSync(path, Number.parseInt(fixture.mode, 8));
  if (fixture.mtime !== undefined) utimesSync(path, fixture.mtime, fixture.mtime);
}

function archive({ entries = [] }: Fixture): Buffer {
  return tar(
    entries.map((entry) => ({
      path: entry.path,
      type:
        entry.type === "dir" || entry.type === "symlink" || entry.type === "hardlink" ? entry.type : "file",
      mode: Number.parseInt(entry.mode ?? (entry.type === "dir" ? "755" : "644"), 8),
      mtime: entry.mtime ?? 1_700_000_000,
      target: entry.target ?? "",
      content: contentOf(entry),
    })),
  );
}
