import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory, unprivileged, withEveryKernel } from "../bun-testing.ts";
import { readAll } from "./content.ts";
import { close, closing } from "./descriptor.ts";
import { listNames } from "./directory.ts";
import { openAt, openDirectory, openDirectoryFollowing, openFollowing, realPath, reopen } from "./open.ts";
import { fstat } from "./status.ts";
import type { Fd } from "./types.ts";

const root = temporaryDirectory();
mkdirSync(join(root, "dir/sub"), { recursive: true });
writeFileSync(join(root, "dir/file"), "content");
writeFileSync(join(root, "secret"), "secret");
symlinkSync("file", join(root, "dir/link"));
symlinkSync("../secret", join(root, "dir/out"));
symlinkSync("dir", join(root, "dirlink"));
symlinkSync("loop", join(root, "loop"));
symlinkSync(join(root, "dir"), join(root, "absolute"));
symlinkSync("/proc/self/root", join(root, "magic"));
spawnSync("mkfifo", [join(root, "dir/fifo")]);

const text = (fd: Fd): string => new TextDecoder().decode(readAll(fd, 100));
const inDirectory = <T>(action: (dirFd: Fd) => T): T => closing(openDirectory(join(root, "dir")), action);
const readAt = (name: string): string =>
  inDirectory((dir) => closing(openAt(dir, name, { access: "read" }), text));

describe("openAt", () => {
  withEveryKernel((test) => {
    test("opens a file of the directory", () => expect(readAt("file")).toBe("content"));

    test("refuses what is not one component", () => {
      expect(codeOf(() => readAt(""))).toBe("ENOENT");
      for (const name of [".", "..", "sub/..", "/etc/passwd", "../secret", "file/", "fi\0le"]) {
        expect([name, codeOf(() => readAt(name))]).toEqual([name, "EINVAL"]);
      }
    });

    test("does not follow a link", () => {
      expect(codeOf(() => readAt("link"))).toBe("ELOOP");
      expect(codeOf(() => readAt("out"))).toBe("ELOOP");
    });

    test("with access path opens the link itself", () => {
      const type = inDirectory((dir) => closing(openAt(dir, "link", { access: "path" }), fstat).type);
      expect(type).toBe("symlink");
    });

    test("a directory only where one is asked for", () => {
      const open = (name: string): string => {
        const flags = { access: "read", directory: true } as const;
        return inDirectory((dir) => closing(openAt(dir, name, flags), fstat).type);
      };
      expect(open("sub")).toBe("dir");
      expect(codeOf(() => open("file"))).toBe("ENOTDIR");
      expect(codeOf(() => open("link"))).toBe("ENOTDIR");
    });

    test("does not wait for the other end of a FIFO", () => {
      const type = inDirectory((dir) => closing(openAt(dir, "fifo", { access: "read" }), fstat).type);
      expect(type).toBe("fifo");
      expect(codeOf(() => inDirectory((dir) => openAt(dir, "fifo", { access: "write" })))).toBe("ENXIO");
    });

    test("creates with the permissions given, without special bits", () => {
      const umask = process.umask(0o022);
      const mode = inDirectory((dir) =>
        closing(openAt(dir, "new", { access: "write", create: true, exclusive: true, mode: 0o6777 }), fstat),
      ).mode;
      process.umask(umask);
      expect(mode & 0o7777).toBe(0o755);
      const again = (): Fd =>
        inDirectory((dir) => openAt(dir, "new", { access: "write", create: true, exclusive: true }));
      expect(codeOf(again)).toBe("EEXIST");
      unlinkSync(join(root, "dir/new"));
    });

    test("creates nothing through a link that leads to nothing", () => {
      symlinkSync("../made", join(root, "dir/dangling"));
      const create = (): Fd =>
        inDirectory((dir) => openAt(dir, "dangling", { access: "write", create: true }));
      expect(codeOf(create)).toBe("ELOOP");
      expect(existsSync(join(root, "made"))).toBe(false);
      unlinkSync(join(root, "dir/dangling"));
    });

    test("a descriptor cannot do more than it was opened for", () => {
      inDirectory((dir) =>
        closing(openAt(dir, "file", { access: "write" }), (fd) => {
          expect(codeOf(() => readAll(fd, 10))).toBe("EBADF");
        }),
      );
      expect(readFileSync(join(root, "dir/file"), "utf8")).toBe("content");
    });

    test("names of 255 bytes are the longest", () => {
      expect(codeOf(() => readAt("ä".repeat(127)))).toBe("ENOENT");
      expect(codeOf(() => readAt("ä".repeat(128)))).toBe("ENAMETOOLONG");
      expect(codeOf(() => readAt("x".repeat(10_000)))).toBe("ENAMETOOLONG");
    });

    test("keeps to the directory when it is renamed and a link takes its place", () => {
      const dir = openDirectory(join(root, "dir"));
      renameSync(join(root, "dir"), join(root, "moved"));
      symlinkSync("/etc", join(root, "dir"));
      try {
        expect(closing(openAt(dir, "file", { access: "read" }), text)).toBe("content");
        expect(codeOf(() => openAt(dir, "passwd", { access: "read" }))).toBe("ENOENT");
        expect(realPath(dir)).toBe(join(root, "moved"));
      } finally {
        unlinkSync(join(root, "dir"));
        renameSync(join(root, "moved"), join(root, "dir"));
        close(dir);
      }
    });
  });
});

describe("openFollowing", () => {
  const follow = (path: string): string =>
    inDirectory((dir) => closing(openFollowing(dir, path, { access: "read" }), (fd) => realPath(fd)));

  withEveryKernel((test) => {
    test("follows links, and says where they led", () => {
      expect(follow("file")).toBe(join(root, "dir/file"));
      expect(follow("link")).toBe(join(root, "dir/file"));
      expect(follow("out")).toBe(join(root, "secret"));
      expect(follow("../absolute/link")).toBe(join(root, "dir/file"));
      expect(follow("sub/../link")).toBe(join(root, "dir/file"));
    });

    test("ends where links go round", () => {
      expect(codeOf(() => follow("../loop"))).toBe("ELOOP");
      expect(codeOf(() => follow("../nothing"))).toBe("ENOENT");
      expect(codeOf(() => follow(""))).toBe("ENOENT");
    });

    test("does not follow the magic links of /proc", () => {
      for (const path of [
        "/proc/self/root",
        "/proc/self/cwd",
        "/proc/self/exe",
        "/proc/self/fd/0",
        "../magic",
      ]) {
        expect([path, codeOf(() => follow(path))]).toEqual([path, "ELOOP"]);
      }
      expect(codeOf(() => follow("/proc/self/root/etc/passwd"))).toBe("ELOOP");
      expect(follow("/proc/self/status")).toBe(`/proc/${process.pid}/status`);
    });

    test("creates nothing", () => {
      const create = (): Fd =>
        inDirectory((dir) => openFollowing(dir, "made", { access: "write", create: true }));
      expect(codeOf(create)).toBe("EINVAL");
      expect(existsSync(join(root, "dir/made"))).toBe(false);
    });
  });
});

describe("directories", () => {
  const open = (path: string): string => closing(openDirectory(path), (fd) => realPath(fd));
  const openFollowed = (path: string): string => closing(openDirectoryFollowing(path), (fd) => realPath(fd));

  withEveryKernel((test) => {
    test("open by their path", () => {
      expect(open(join(root, "dir/sub"))).toBe(join(root, "dir/sub"));
      expect(open(`${root}//dir/./sub/`)).toBe(join(root, "dir/sub"));
      expect(open(`${root}/dir/sub/..`)).toBe(join(root, "dir"));
      expect(open("/")).toBe("/");
      expect(open("/..")).toBe("/");
    });

    test("through a link only where links are followed", () => {
      for (const path of ["dirlink", "absolute", "dirlink/sub", "absolute/sub", "dirlink/"]) {
        expect([path, codeOf(() => open(join(root, path)))]).toEqual([path, "ELOOP"]);
        expect(openFollowed(join(root, path))).toBe(
          join(root, path)
            .replace(/dirlink|absolute/, "dir")
            .replace(/\/$/, ""),
        );
      }
      expect(codeOf(() => openFollowed(join(root, "loop")))).toBe("ELOOP");
    });

    test("never through the magic links of /proc", () => {
      for (const path of ["/proc/self/cwd", "/proc/self/root", "/proc/self/root/etc"]) {
        expect([path, codeOf(() => open(path))]).toEqual([path, "ELOOP"]);
        expect([path, codeOf(() => openFollowed(path))]).toEqual([path, "ELOOP"]);
      }
    });

    test("fail for what is none", () => {
      expect(codeOf(() => open(join(root, "dir/file")))).toBe("ENOTDIR");
      expect(codeOf(() => open(join(root, "dir/file/x")))).toBe("ENOTDIR");
      expect(codeOf(() => open(join(root, "missing")))).toBe("ENOENT");
      for (const path of ["", "relative", "./x", "/etc\0/x"]) expect(codeOf(() => open(path))).toBe("EINVAL");
      expect(codeOf(() => open(`/${"x/".repeat(3000)}`))).toBe("ENAMETOOLONG");
    });
  });
});

describe("what permissions forbid", () => {
  withEveryKernel((test) => {
    test("a directory that may be searched but not listed opens, and has no names", () =>
      withMode("dir", 0o111, () => {
        closing(openDirectory(join(root, "dir")), (dir) => {
          expect(closing(openAt(dir, "file", { access: "read" }), text)).toBe("content");
          expect(codeOf(() => listNames(dir))).toBe("EACCES");
        });
      }));

    test("a directory that may not be searched leads nowhere", () =>
      withMode("dir", 0o644, () => {
        expect(codeOf(() => openDirectory(join(root, "dir/sub")))).toBe("EACCES");
        closing(openDirectory(join(root, "dir")), (dir) => {
          expect(codeOf(() => openAt(dir, "file", { access: "read" }))).toBe("EACCES");
        });
      }));

    test("a file that may not be read can be looked at only", () =>
      withMode("dir/file", 0o000, () => {
        closing(openDirectory(join(root, "dir")), (dir) => {
          expect(codeOf(() => openAt(dir, "file", { access: "read" }))).toBe("EACCES");
          closing(openAt(dir, "file", { access: "path" }), (fd) => {
            expect(fstat(fd).size).toBe(7);
            expect(codeOf(() => reopen(fd, { access: "read" }))).toBe("EACCES");
          });
        });
      }));
  });

  /** Calls `action` without privileges while `name` has `mode`. */
  function withMode(name: string, mode: number, action: () => void): void {
    const before = statSync(join(root, name)).mode;
    chmodSync(root, 0o755);
    chmodSync(join(root, name), mode);
    try {
      unprivileged(action);
    } finally {
      chmodSync(join(root, name), before);
    }
  }
});

describe("realPath", () => {
  test("of a file whose name was removed, there is none", () => {
    const path = join(root, "gone");
    writeFileSync(path, "");
    linkSync(path, join(root, "other name"));
    closing(openDirectory(root), (dir) =>
      closing(openAt(dir, "gone", { access: "read" }), (fd) => {
        expect(realPath(fd)).toBe(path);
        unlinkSync(path);
        expect(codeOf(() => realPath(fd))).toBe("ENOENT");
        writeFileSync(`${path} (deleted)`, "another file");
        expect(codeOf(() => realPath(fd))).toBe("ENOENT");
      }),
    );
  });

  test("of a file that only sounds removed", () => {
    closing(openDirectory(root), (dir) =>
      closing(openAt(dir, "gone (deleted)", { access: "read" }), (fd) => {
        expect(realPath(fd)).toBe(join(root, "gone (deleted)"));
      }),
    );
  });
});

describe("reopen", () => {
  test("gives other access to the same file, whatever has its name", () => {
    const path = join(root, "swapped");
    writeFileSync(path, "first");
    closing(openDirectory(root), (dir) =>
      closing(openAt(dir, "swapped", { access: "path" }), (looked) => {
        expect(codeOf(() => readAll(looked, 10))).toBe("EBADF");
        unlinkSync(path);
        symlinkSync("secret", path);
        expect(closing(reopen(looked, { access: "read" }), text)).toBe("first");
      }),
    );
  });
});

test("no descriptor is left open by what fails", () => {
  const probe = (): number => {
    const fd = openDirectory("/");
    closeSync(fd);
    return fd;
  };
  const before = probe();
  for (const path of ["/nonexistent/x", join(root, "dirlink"), join(root, "dir/file"), "/proc/self/cwd"]) {
    codeOf(() => openDirectory(path));
    codeOf(() => openDirectoryFollowing(`${path}/missing`));
  }
  expect(probe()).toBe(before);
});

test("a descriptor is not inherited by programs", () => {
  closing(openDirectory(root), (fd) => {
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
    expect(Number.parseInt(flags, 8) & 0x80000).not.toBe(0);
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe(statSync(root).isDirectory() ? root : "");
  });
});
