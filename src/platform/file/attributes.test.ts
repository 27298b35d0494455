import { describe, expect } from "bun:test";
import { lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory, withEveryKernel } from "../bun-testing.ts";
import { chmod, chown, chownLinkAt, getXattr, setTimes, setXattr } from "./attributes.ts";
import { closing } from "./descriptor.ts";
import { openAt, openDirectory } from "./open.ts";
import { fstat } from "./status.ts";
import type { Fd, OpenFlags } from "./types.ts";

const directory = temporaryDirectory();
const path = join(directory, "file");
mkdirSync(join(directory, "dir"));
symlinkSync("file", join(directory, "link"));

const root = process.geteuid?.() === 0;
const OTHER = 12_345;

function withFile(name: string, access: OpenFlags["access"], action: (fd: Fd, dir: Fd) => void): void {
  writeFileSync(path, "content");
  closing(openDirectory(directory), (dir) => closing(openAt(dir, name, { access }), (fd) => action(fd, dir)));
}

describe("permissions", () => {
  withEveryKernel((test) => {
    test("of a file, however it was opened", () => {
      for (const access of ["read", "write", "path"] as const) {
        withFile("file", access, (fd) => {
          chmod(fd, 0o640);
          expect(statSync(path).mode & 0o7777).toBe(0o640);
          chmod(fd, 0o2755);
          expect(statSync(path).mode & 0o7777).toBe(0o2755);
        });
      }
    });

    test("of a directory", () => {
      closing(openDirectory(join(directory, "dir")), (fd) => chmod(fd, 0o700));
      expect(statSync(join(directory, "dir")).mode & 0o777).toBe(0o700);
    });

    test("of a link do not change its target", () =>
      withFile("link", "path", (fd) => {
        const before = statSync(path).mode;
        expect(["ENOTSUP", "EOPNOTSUPP"]).toContain(codeOf(() => chmod(fd, 0o601)));
        expect(statSync(path).mode).toBe(before);
      }));
  });
});

describe("owners", () => {
  withEveryKernel((test) => {
    test("change if we may, each for itself", () =>
      withFile("file", "read", (fd) => {
        const { uid, gid } = fstat(fd);
        expect(codeOf(() => chown(fd, OTHER, -1))).toBe(root ? "no error" : "EPERM");
        expect(statSync(path)).toMatchObject(root ? { uid: OTHER, gid } : { uid, gid });
        if (root) chown(fd, -1, OTHER);
        expect(statSync(path)).toMatchObject(root ? { uid: OTHER, gid: OTHER } : { uid, gid });
        chown(fd, -1, -1);
      }));

    test("of a link, not of what it points to", () =>
      withFile("file", "read", (fd, dir) => {
        const before = fstat(fd);
        expect(codeOf(() => chownLinkAt(dir, "link", OTHER, OTHER))).toBe(root ? "no error" : "EPERM");
        expect(statSync(path)).toMatchObject({ uid: before.uid, gid: before.gid });
        if (root) expect(lstatSync(join(directory, "link"))).toMatchObject({ uid: OTHER, gid: OTHER });
      }));

    test("numbers that are none are refused", () =>
      withFile("file", "read", (fd, dir) => {
        for (const id of [-2, 1.5, 2 ** 32 - 1, 2 ** 32, Number.NaN]) {
          expect(codeOf(() => chown(fd, id, -1))).toBe("EINVAL");
          expect(codeOf(() => chownLinkAt(dir, "link", -1, id))).toBe("EINVAL");
        }
      }));
  });
});

describe("times", () => {
  withEveryKernel((test) => {
    test("can be set, also before 1970", () =>
      withFile("file", "write", (fd) => {
        const times = {
          atimeSec: 1_000_000_000,
          atimeNsec: 250_000_000,
          mtimeSec: -2,
          mtimeNsec: 500_000_000,
        };
        setTimes(fd, times);
        expect(fstat(fd)).toMatchObject(times);
      }));
  });
});

describe("extended attributes", () => {
  withEveryKernel((test) => {
    test("are set and read, or said to be unsupported", () =>
      withFile("file", "read-write", (fd) => {
        const value = new Uint8Array([0, 1, 255]);
        const code = codeOf(() => setXattr(fd, "user.note", value));
        expect(["no error", "ENOTSUP", "EOPNOTSUPP"]).toContain(code);
        if (code === "no error") {
          expect(getXattr(fd, "user.note")).toEqual(value);
          expect(codeOf(() => getXattr(fd, "user.missing"))).toBe("ENODATA");
          setXattr(fd, "user.note", new Uint8Array());
          expect(getXattr(fd, "user.note").length).toBe(0);
        }
        expect(codeOf(() => setXattr(fd, "user.large", new Uint8Array(70_000)))).toBe("E2BIG");
        expect(codeOf(() => setXattr(fd, "user.a\0b", value))).not.toBe("no error");
      }));
  });
});
