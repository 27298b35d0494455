import { describe, expect, test as once } from "bun:test";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory, withEveryKernel } from "../bun-testing.ts";
import { readAll, truncate, writeAll } from "./content.ts";
import { close, closing } from "./descriptor.ts";
import { openDirectory } from "./open.ts";
import { createTemporary, replaceContent } from "./replace.ts";
import { fstat } from "./status.ts";
import type { Fd } from "./types.ts";

const base = temporaryDirectory();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let made = 0;

function inFresh(action: (dir: Fd, path: string) => void): void {
  const path = join(base, String(made++));
  mkdirSync(path);
  closing(openDirectory(path), (dir) => action(dir, path));
}

describe("replacing", () => {
  withEveryKernel((test) => {
    test("makes a new file with the mode given, and leaves nothing else", () =>
      inFresh((dir, path) => {
        writeFileSync(join(path, "file"), "old");
        linkSync(join(path, "file"), join(path, "other"));
        const umask = process.umask(0o077);
        const fd = replaceContent(dir, "file", bytes("new"), { mode: 0o644 });
        process.umask(umask);
        expect(readFileSync(join(path, "file"), "utf8")).toBe("new");
        expect(readFileSync(join(path, "other"), "utf8")).toBe("old");
        expect(statSync(join(path, "file")).mode & 0o7777).toBe(0o644);
        expect(fstat(fd).ino).toBe(statSync(join(path, "file"), { bigint: true }).ino);
        expect(readdirSync(path).sort()).toEqual(["file", "other"]);
        writeAll(fd, bytes("N"), 0);
        expect(new TextDecoder().decode(readAll(fd, 10))).toBe("New");
        close(fd);
      }));

    test("takes the place of a link, not of its target", () =>
      inFresh((dir, path) => {
        writeFileSync(join(path, "target"), "old");
        symlinkSync("target", join(path, "file"));
        close(replaceContent(dir, "file", bytes("new"), { mode: 0o600 }));
        expect(readFileSync(join(path, "target"), "utf8")).toBe("old");
        expect(readFileSync(join(path, "file"), "utf8")).toBe("new");
      }));

    test("content can be written piece by piece", () =>
      inFresh((dir, path) => {
        const write = (fd: Fd): void => {
          writeAll(fd, bytes("ab"), 0);
          truncate(fd, 1);
        };
        close(replaceContent(dir, "file", write, { mode: 0o4755, uid: -1, gid: -1 }));
        expect(readFileSync(join(path, "file"), "utf8")).toBe("a");
        expect(statSync(join(path, "file")).mode & 0o7777).toBe(0o4755);
      }));

    test("changes nothing when it fails", () =>
      inFresh((dir, path) => {
        writeFileSync(join(path, "file"), "old");
        const fail = (): void => {
          throw new RangeError("no more");
        };
        expect(() => replaceContent(dir, "file", fail, { mode: 0o600 })).toThrow("no more");
        mkdirSync(join(path, "dir"));
        expect(codeOf(() => replaceContent(dir, "dir", bytes("x"), { mode: 0o600 }))).toBe("EISDIR");
        expect(codeOf(() => replaceContent(dir, "a/b", bytes("x"), { mode: 0o600 }))).toBe("EINVAL");
        expect(readFileSync(join(path, "file"), "utf8")).toBe("old");
        expect(readdirSync(path).sort()).toEqual(["dir", "file"]);
      }));

    test("a temporary file is ours alone at first, and its name new each time", () =>
      inFresh((dir, path) => {
        const umask = process.umask(0);
        const [a, b] = [createTemporary(dir, 0o600), createTemporary(dir, 0o664)];
        process.umask(umask);
        expect(a.name).not.toBe(b.name);
        expect(statSync(join(path, a.name)).mode & 0o7777).toBe(0o600);
        expect(statSync(join(path, b.name)).mode & 0o7777).toBe(0o664);
        close(a.fd);
        close(b.fd);
      }));
  });
});

once("a directory that is gone takes no new file", () => {
  inFresh((dir, path) => {
    expect(Bun.spawnSync(["rmdir", path]).exitCode).toBe(0);
    expect(codeOf(() => replaceContent(dir, "file", bytes("x"), { mode: 0o600 }))).toBe("ENOENT");
  });
});
