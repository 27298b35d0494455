import { describe, expect } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory, withEveryKernel } from "../bun-testing.ts";
import { LimitError } from "../limits.ts";
import { close, closing } from "./descriptor.ts";
import { listNames, mkdirAt, readLinkAt, renameAt, statAt, symlinkAt, unlinkAt } from "./directory.ts";
import { kernel } from "./kernel.ts";
import { openDirectory } from "./open.ts";
import { ProcKernel } from "./proc-kernel.ts";
import type { Fd } from "./types.ts";

const base = temporaryDirectory();
let made = 0;

/** Calls `action` with a fresh directory: its descriptor, and the path of a name in it. */
function inFresh(action: (dir: Fd, path: (name: string) => string) => void): void {
  const directory = join(base, String(made++));
  mkdirSync(directory);
  closing(openDirectory(directory), (dir) => action(dir, (name) => join(directory, name)));
}

const BAD_NAMES = ["", ".", "..", "a/b", "/", "a\0b"];

describe("listing", () => {
  withEveryKernel((test) => {
    test("has every name with its type and inode", () =>
      inFresh((dir, path) => {
        writeFileSync(path("file"), "");
        mkdirSync(path("dir"));
        symlinkSync("nowhere", path("link"));
        spawnSync("mkfifo", [path("fifo")]);
        const names = listNames(dir).sort((a, b) => (a.name < b.name ? -1 : 1));
        const types = { dir: "dir", fifo: "fifo", file: "file", link: "symlink" } as const;
        expect(names.map(({ name, type, ino }) => ({ name, type, ino }))).toEqual(
          Object.entries(types).map(([name, type]) => ({
            name,
            type,
            ino: lstatSync(path(name), { bigint: true }).ino,
          })),
        );
      }));

    test("begins anew each time", () =>
      inFresh((dir, path) => {
        writeFileSync(path("a"), "");
        expect(listNames(dir).length).toBe(1);
        writeFileSync(path("b"), "");
        expect(listNames(dir).length).toBe(2);
      }));

    test("of more names than fit one answer of the kernel, up to a bound", () =>
      inFresh((dir, path) => {
        for (let i = 0; i < 1500; i++) writeFileSync(path(`${"long name ".repeat(6)}${i}`), "");
        expect(new Set(listNames(dir).map(({ name }) => name)).size).toBe(1500);
        expect(kernel().list(dir, 1500).length).toBe(1500);
        expect(() => kernel().list(dir, 1499)).toThrow(LimitError);
      }));

    test("keeps names of any characters", () =>
      inFresh((dir, path) => {
        for (const name of ["new\nline", "ünï", "🙂", "\u001b[31m", " ", "\u202e"])
          writeFileSync(path(name), "");
        for (const { name, ino } of listNames(dir)) expect(statAt(dir, name).ino).toBe(ino);
      }));

    test("also has names that are not UTF-8", () =>
      inFresh((dir, path) => {
        writeFileSync(Buffer.concat([Buffer.from(path("x")), Buffer.from([0xff])]), "");
        const [name = ""] = listNames(dir).map(({ name }) => name);
        expect(name.toWellFormed()).toBe("x\ufffd");
        expect(codeOf(() => statAt(dir, "x\ufffd"))).toBe("ENOENT");
        // `node:fs` does not tell what the bytes are.
        expect(codeOf(() => statAt(dir, name))).toBe(kernel() instanceof ProcKernel ? "ENOENT" : "no error");
      }));

    test("a byte order mark is part of a name", () =>
      inFresh((dir, path) => {
        writeFileSync(path("\ufeffx"), "marked");
        expect(listNames(dir).map(({ name }) => name)).toEqual(["\ufeffx"]);
        unlinkAt(dir, "\ufeffx");
        expect(listNames(dir)).toEqual([]);
      }));

    test("fails for what is no directory, or not open", () => {
      expect(codeOf(() => listNames(9999))).not.toBe("no error");
    });
  });
});

describe("names", () => {
  withEveryKernel((test) => {
    test("of more than one component are refused by every call", () =>
      inFresh((dir, path) => {
        writeFileSync(path("file"), "");
        for (const name of BAD_NAMES) {
          const calls = [
            () => statAt(dir, name),
            () => readLinkAt(dir, name),
            () => mkdirAt(dir, name, 0o755),
            () => unlinkAt(dir, name),
            () => unlinkAt(dir, name, { directory: true }),
            () => renameAt(dir, name, dir, "x"),
            () => renameAt(dir, "file", dir, name),
            () => symlinkAt("target", dir, name),
          ];
          const code = name === "" ? "ENOENT" : "EINVAL";
          for (const call of calls) expect([name, codeOf(call)]).toEqual([name, code]);
        }
        expect(listNames(dir).length).toBe(1);
      }));

    test("can be made, looked at and removed", () =>
      inFresh((dir, path) => {
        const umask = process.umask(0o022);
        mkdirAt(dir, "sub", 0o7770);
        process.umask(umask);
        expect(statAt(dir, "sub").mode & 0o7777).toBe(0o750);
        expect(codeOf(() => mkdirAt(dir, "sub", 0o777))).toBe("EEXIST");
        writeFileSync(path("sub/file"), "");
        expect(codeOf(() => unlinkAt(dir, "sub", { directory: true }))).toBe("ENOTEMPTY");
        expect(["EISDIR", "EPERM"]).toContain(codeOf(() => unlinkAt(dir, "sub")));
        rmSync(path("sub/file"));
        unlinkAt(dir, "sub", { directory: true });
        expect(codeOf(() => statAt(dir, "sub"))).toBe("ENOENT");
        writeFileSync(path("file"), "");
        expect(codeOf(() => unlinkAt(dir, "file", { directory: true }))).toBe("ENOTDIR");
        unlinkAt(dir, "file");
        expect(existsSync(path("file"))).toBe(false);
      }));

    test("a removed link leaves its target", () =>
      inFresh((dir, path) => {
        writeFileSync(path("file"), "content");
        symlinkAt("file", dir, "link");
        expect(readLinkAt(dir, "link")).toBe("file");
        expect(statAt(dir, "link").type).toBe("symlink");
        unlinkAt(dir, "link");
        expect(readFileSync(path("file"), "utf8")).toBe("content");
        expect(codeOf(() => readLinkAt(dir, "file"))).toBe("EINVAL");
      }));

    test("a link may point anywhere, but not to nothing", () =>
      inFresh((dir, path) => {
        const target = `/${"ä".repeat(2000)}`;
        symlinkAt(target, dir, "long");
        expect(readLinkAt(dir, "long")).toBe(target);
        symlinkAt("../../x\ny", dir, "odd");
        expect(readlinkSync(path("odd"))).toBe("../../x\ny");
        expect(codeOf(() => symlinkAt("", dir, "empty"))).toBe("ENOENT");
        expect(codeOf(() => symlinkAt("a\0b", dir, "cut"))).toBe("EINVAL");
        expect(codeOf(() => symlinkAt("x", dir, "odd"))).toBe("EEXIST");
      }));
  });
});

describe("renaming", () => {
  withEveryKernel((test) => {
    test("replaces, unless that is ruled out", () =>
      inFresh((dir, path) => {
        writeFileSync(path("a"), "a");
        writeFileSync(path("b"), "b");
        expect(codeOf(() => renameAt(dir, "a", dir, "b", { noReplace: true }))).toBe("EEXIST");
        expect(readFileSync(path("b"), "utf8")).toBe("b");
        renameAt(dir, "a", dir, "c", { noReplace: true });
        expect(readFileSync(path("c"), "utf8")).toBe("a");
        expect(existsSync(path("a"))).toBe(false);
        renameAt(dir, "c", dir, "b");
        expect(readFileSync(path("b"), "utf8")).toBe("a");
        expect(codeOf(() => renameAt(dir, "c", dir, "d"))).toBe("ENOENT");
      }));

    test("does the same with directories and links", () =>
      inFresh((dir, path) => {
        mkdirSync(path("dir/sub"), { recursive: true });
        mkdirSync(path("taken"));
        symlinkSync("target", path("link"));
        expect(codeOf(() => renameAt(dir, "dir", dir, "taken", { noReplace: true }))).toBe("EEXIST");
        expect(codeOf(() => renameAt(dir, "link", dir, "taken", { noReplace: true }))).toBe("EEXIST");
        renameAt(dir, "dir", dir, "moved", { noReplace: true });
        renameAt(dir, "link", dir, "moved link", { noReplace: true });
        expect(existsSync(path("moved/sub"))).toBe(true);
        expect(readlinkSync(path("moved link"))).toBe("target");
      }));

    test("from one directory to another", () =>
      inFresh((from, source) =>
        inFresh((to, target) => {
          writeFileSync(source("a"), "a");
          renameAt(from, "a", to, "b");
          expect(readFileSync(target("b"), "utf8")).toBe("a");
          expect(existsSync(source("a"))).toBe(false);
        }),
      ));

    test("exchanges two names, or says that it cannot", () =>
      inFresh((dir, path) => {
        writeFileSync(path("a"), "a");
        writeFileSync(path("b"), "b");
        const code = codeOf(() => renameAt(dir, "a", dir, "b", { exchange: true }));
        expect(["no error", "ENOTSUP"]).toContain(code);
        expect(readFileSync(path("a"), "utf8")).toBe(code === "no error" ? "b" : "a");
      }));
  });
});

describe("a closed descriptor", () => {
  withEveryKernel((test) => {
    test("is good for nothing", () => {
      const dir = openDirectory(base);
      close(dir);
      expect(codeOf(() => statAt(dir, "0"))).not.toBe("no error");
      expect(codeOf(() => close(dir))).toBe("EBADF");
    });
  });
});
