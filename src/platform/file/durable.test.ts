import { describe, expect, test as once } from "bun:test";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { KERNELS, temporaryDirectory, unprivileged } from "../bun-testing.ts";
import { OsError } from "../os-error.ts";
import { close } from "./descriptor.ts";
import { replaceDurably, synced } from "./durable.ts";
import { withKernelUntil } from "./kernel.ts";
import { openAt, openDirectory } from "./open.ts";
import type { Fd } from "./types.ts";

const base = temporaryDirectory();
chmodSync(base, 0o755);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let made = 0;

async function inFresh(action: (dir: Fd, path: string) => Promise<void>): Promise<void> {
  const path = join(base, String(made++));
  mkdirSync(path);
  const dir = openDirectory(path);
  try {
    await action(dir, path);
  } finally {
    close(dir);
  }
}

/** The code of the OsError with which `promise` is rejected. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(OsError);
    if (error instanceof OsError) return error.code;
  }
  return "no error";
}

/** What is in a directory, by name. */
const contents = (path: string): object =>
  Object.fromEntries(
    readdirSync(path, { withFileTypes: true }).map((entry) => [
      entry.name,
      entry.isDirectory() ? "a directory" : readFileSync(join(path, entry.name), "utf8"),
    ]),
  );

describe("replacing", () => {
  for (const [name, kernel] of Object.entries(KERNELS)) {
    const test = (title: string, action: (dir: Fd, path: string) => Promise<void>) =>
      once(`${title} (${name})`, () => withKernelUntil(kernel, () => inFresh(action)));

    test("makes a new file with the content and the mode given, whatever the mask", async (dir, path) => {
      writeFileSync(join(path, "file"), "old and longer");
      linkSync(join(path, "file"), join(path, "other"));
      const umask = process.umask(0o077);
      await replaceDurably(dir, "file", bytes("new"), 0o644);
      await replaceDurably(dir, "special", bytes(""), 0o4751);
      process.umask(umask);
      expect(contents(path)).toEqual({ file: "new", other: "old and longer", special: "" });
      expect(statSync(join(path, "file")).mode & 0o7777).toBe(0o644);
      expect(statSync(join(path, "special")).mode & 0o7777).toBe(0o4751);
    });

    test("gives the name to what is on the disk already, and to nothing before", async (dir, path) => {
      writeFileSync(join(path, "file"), "old");
      const umask = process.umask(0);
      const replaced = replaceDurably(dir, "file", bytes("new"), 0o640);
      process.umask(umask);
      expect(readFileSync(join(path, "file"), "utf8")).toBe("old");
      await replaced;
      expect(contents(path)).toEqual({ file: "new" });
    });

    test("takes the place of a link, not of its target", async (dir, path) => {
      writeFileSync(join(path, "target"), "old");
      symlinkSync("target", join(path, "file"));
      await replaceDurably(dir, "file", bytes("new"), 0o600);
      expect(contents(path)).toEqual({ file: "new", target: "old" });
    });

    test("changes nothing where the name is a directory's, or leads elsewhere", async (dir, path) => {
      writeFileSync(join(path, "file"), "old");
      mkdirSync(join(path, "folder"));
      const before = contents(path);
      expect(await codeOf(replaceDurably(dir, "folder", bytes("x"), 0o600))).toBe("EISDIR");
      expect(contents(path)).toEqual(before);
      expect(await codeOf(replaceDurably(dir, "folder/file", bytes("x"), 0o600))).toBe("EINVAL");
      expect(contents(path)).toEqual(before);
    });

    test("changes nothing in a directory that may not be written to", async (dir, path) => {
      writeFileSync(join(path, "file"), "old");
      chmodSync(path, 0o555);
      const replace = () => unprivileged(() => replaceDurably(dir, "file", bytes("new"), 0o600));
      expect(await codeOf(replace())).toBe("EACCES");
      expect(contents(path)).toEqual({ file: "old" });
      chmodSync(path, 0o777);
      expect(await codeOf(replace())).toBe("no error");
      expect(contents(path)).toEqual({ file: "new" });
    });

    test("makes nothing in a directory that is gone", async (dir, path) => {
      rmdirSync(path);
      expect(await codeOf(replaceDurably(dir, "file", bytes("x"), 0o600))).toBe("ENOENT");
    });

    test("says so where that it has the name is not known to be on the disk", async (dir, path) => {
      mkdirSync(join(path, "folder"));
      // Names can be changed through such a descriptor, but it forces nothing to the disk.
      const folder = openAt(dir, "folder", { access: "path", directory: true });
      expect(await codeOf(replaceDurably(folder, "file", bytes("new"), 0o600))).toBe("EBADF");
      expect(contents(join(path, "folder"))).toEqual({ file: "new" });
      close(folder);
    });

    test("leaves no descriptor open, whatever came of it", async (dir, path) => {
      mkdirSync(join(path, "folder"));
      const before = readdirSync("/proc/self/fd").length;
      for (let count = 0; count < 20; count++) {
        await replaceDurably(dir, "file", bytes("x"), 0o600);
        expect(await codeOf(replaceDurably(dir, "folder", bytes("x"), 0o600))).toBe("EISDIR");
      }
      expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 20);
    });
  }
});

describe("that a file is on the disk", () => {
  once("can be awaited, of a directory too", () =>
    inFresh(async (dir, path) => {
      writeFileSync(join(path, "file"), "content");
      const fd = openAt(dir, "file", { access: "read" });
      expect([await codeOf(synced(fd)), await codeOf(synced(dir))]).toEqual(["no error", "no error"]);
      close(fd);
    }),
  );

  once("is not said of a descriptor that is closed", () =>
    inFresh(async (dir) => {
      const fd = openAt(dir, "file", { access: "read-write", create: true, mode: 0o600 });
      close(fd);
      expect(await codeOf(synced(fd))).toBe("EBADF");
    }),
  );

  once("is not said of what is on none", () =>
    inFresh(async (dir, path) => {
      expect(Bun.spawnSync(["mkfifo", join(path, "pipe")]).exitCode).toBe(0);
      const fd = openAt(dir, "pipe", { access: "read-write" });
      expect(await codeOf(synced(fd))).toBe("EINVAL");
      close(fd);
    }),
  );
});
