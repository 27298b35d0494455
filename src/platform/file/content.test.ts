import { test as bunTest, describe, expect } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, KERNELS, temporaryDirectory, withEveryKernel } from "../bun-testing.ts";
import { LimitError } from "../limits.ts";
import { OsError } from "../os-error.ts";
import {
  append,
  copyBytes,
  duplicate,
  expectRoom,
  fallocate,
  fsync,
  readAll,
  readAt,
  truncate,
  writeAll,
} from "./content.ts";
import { close, closing } from "./descriptor.ts";
import { withKernel } from "./kernel.ts";
import { openAt, openDirectory, reopen } from "./open.ts";
import { fstat } from "./status.ts";
import type { Fd, OpenFlags } from "./types.ts";

const directory = temporaryDirectory();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function withFile<T>(content: string, access: OpenFlags["access"], action: (fd: Fd, path: string) => T): T {
  const path = join(directory, "file");
  writeFileSync(path, content);
  return open(directory, "file", access, (fd) => action(fd, path));
}

function open<T>(path: string, name: string, access: OpenFlags["access"], action: (fd: Fd) => T): T {
  return closing(openDirectory(path), (dir) => closing(openAt(dir, name, { access }), action));
}

describe("reading", () => {
  withEveryKernel((test) => {
    test("has all of the file, as often as asked", () =>
      withFile("content", "read", (fd) => {
        expect(decode(readAll(fd, 7))).toBe("content");
        expect(decode(readAll(fd, 100))).toBe("content");
      }));

    test("an empty file", () => withFile("", "read", (fd) => expect(readAll(fd, 0).length).toBe(0)));

    test("no more than the bound", () =>
      withFile("content", "read", (fd) => expect(() => readAll(fd, 6)).toThrow(LimitError)));

    test("a sparse file of a terabyte takes no memory", () =>
      withFile("", "read-write", (fd) => {
        truncate(fd, 2 ** 40);
        expect(() => readAll(fd, 1000)).toThrow(LimitError);
      }));

    test("files that lie about their size", () => {
      expect(open(`/proc/${process.pid}`, "status", "read", (fd) => fstat(fd).size)).toBe(0);
      expect(decode(open(`/proc/${process.pid}`, "status", "read", (fd) => readAll(fd, 100_000)))).toContain(
        "Pid:",
      );
      expect(() => open(`/proc/${process.pid}`, "status", "read", (fd) => readAll(fd, 100))).toThrow(
        LimitError,
      );
    });

    test("a file without end ends at the bound", () => {
      expect(() => open("/dev", "zero", "read", (fd) => readAll(fd, 1_000_000))).toThrow(LimitError);
    });

    test("from an offset, up to the end", () =>
      withFile("content", "read", (fd) => {
        const buffer = new Uint8Array(4);
        expect([readAt(fd, buffer, 4), decode(buffer.subarray(0, 3))]).toEqual([3, "ent"]);
        expect(readAt(fd, buffer, 7)).toBe(0);
        expect(readAt(fd, new Uint8Array(), 0)).toBe(0);
        for (const offset of [-1, -2, 0.5]) expect(codeOf(() => readAt(fd, buffer, offset))).toBe("EINVAL");
      }));

    test("a directory has no content", () => {
      expect(codeOf(() => closing(openDirectory(directory), (fd) => readAll(fd, 1 << 20)))).toBe("EISDIR");
    });
  });
});

describe("writing", () => {
  withEveryKernel((test) => {
    test("at an offset", () =>
      withFile("content", "write", (fd, path) => {
        writeAll(fd, encode("TENT"), 3);
        expect(readFileSync(path, "utf8")).toBe("conTENT");
        writeAll(fd, encode("!"), 9);
        expect(readFileSync(path, "utf8")).toBe("conTENT\0\0!");
        writeAll(fd, new Uint8Array(), 0);
        expect(codeOf(() => writeAll(fd, encode("x"), -1))).toBe("EINVAL");
        fsync(fd);
      }));

    test("not where it was opened to read", () =>
      withFile("content", "read", (fd, path) => {
        expect(codeOf(() => writeAll(fd, encode("x"), 0))).toBe("EBADF");
        expect(codeOf(() => truncate(fd, 0))).not.toBe("no error");
        expect(readFileSync(path, "utf8")).toBe("content");
      }));

    test("cuts off and fills up", () =>
      withFile("content", "read-write", (fd, path) => {
        truncate(fd, 3);
        expect(readFileSync(path, "utf8")).toBe("con");
        truncate(fd, 4);
        expect(readFileSync(path, "utf8")).toBe("con\0");
        for (const size of [-1, 0.5, Number.NaN, 2 ** 60])
          expect(codeOf(() => truncate(fd, size))).toBe("EINVAL");
      }));

    test("reserves space, or says that it cannot", () =>
      withFile("content", "read-write", (fd, path) => {
        const code = codeOf(() => fallocate(fd, 100_000));
        expect(["no error", "ENOTSUP", "EOPNOTSUPP"]).toContain(code);
        if (code === "no error") expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(100_000);
        expect(codeOf(() => fallocate(fd, -1))).toBe("EINVAL");
        expect(codeOf(() => fallocate(fd, 0))).toBe("EINVAL");
      }));
  });
});

describe("a duplicate", () => {
  withEveryKernel((test) => {
    test("outlives the original, with its access", () => {
      const copy = withFile("content", "read", (fd) => duplicate(fd));
      expect(decode(readAll(copy, 10))).toBe("content");
      expect(codeOf(() => writeAll(copy, encode("x"), 0))).toBe("EBADF");
      close(copy);
      expect(codeOf(() => duplicate(copy))).not.toBe("no error");
    });
  });
});

describe("appending", () => {
  withEveryKernel((test) => {
    test("goes to the end, also if somebody wrote there meanwhile", () =>
      withFile("a", "write", (fd, path) => {
        closing(reopen(fd, { access: "write", append: true }), (end) => {
          append(end, encode("b"));
          writeFileSync(path, "longer\n");
          append(end, encode("c"));
        });
        expect(readFileSync(path, "utf8")).toBe("longer\nc");
      }));
  });
});

describe("copying", () => {
  const large = "0123456789".repeat(50_000);
  const copied = (from: Fd, most?: number) => {
    let count = 0;
    const text = withFile("what was there", "read-write", (to, path) => {
      count = copyBytes(from, to, most);
      return readFileSync(path, "latin1");
    });
    return { count, text: text.slice(0, count) };
  };

  withEveryKernel((test) => {
    test("has the same content", () => {
      writeFileSync(join(directory, "source"), large);
      open(directory, "source", "read", (from) => {
        expect(copied(from)).toEqual({ count: large.length, text: large });
        expect(copied(from, 12_345)).toEqual({ count: 12_345, text: large.slice(0, 12_345) });
        expect(copied(from, 0)).toEqual({ count: 0, text: "" });
      });
    });

    test("of a file that says nothing of its size, and of an empty one", () => {
      expect(open(`/proc/${process.pid}`, "status", "read", (from) => copied(from).text)).toContain("Pid:");
      writeFileSync(join(directory, "source"), "");
      expect(open(directory, "source", "read", (from) => copied(from).count)).toBe(0);
    });

    test("onto itself changes nothing", () =>
      withFile(large, "read-write", (fd, path) => {
        expect(copyBytes(fd, fd, large.length)).toBe(large.length);
        expect(readFileSync(path, "latin1") === large).toBe(true);
      }));

    test("that may not be written is the system's error", () =>
      withFile("content", "read", (fd) => expect(codeOf(() => copyBytes(fd, fd, 7))).toBe("EBADF")));
  });

  for (const code of ["ENOSYS", "EXDEV", "EINVAL", "EPERM", "EOPNOTSUPP"]) {
    bunTest(`${code} of the kernel in the middle: the rest is copied by this program`, () => {
      const { native } = KERNELS;
      if (!native?.copyRange) throw new Error("no kernel that copies");
      const { copyRange } = native;
      const partly = Object.assign(Object.create(native), {
        copyRange: (from: Fd, to: Fd, offset: number) => {
          if (offset > 0) throw new OsError(code);
          return copyRange(from, to, 0, 1000);
        },
      });
      writeFileSync(join(directory, "source"), large);
      open(directory, "source", "read", (from) =>
        expect(withKernel(partly, () => copied(from))).toEqual({ count: large.length, text: large }),
      );
    });
  }
});

describe("room for what is to be written", () => {
  withEveryKernel((test) => {
    test("is there before it is written", () =>
      withFile("content", "read-write", (fd, path) => {
        expectRoom(fd, 3);
        expectRoom(fd, 100_000);
        expect(readFileSync(path, "utf8").slice(0, 7)).toBe("content");
      }));
  });

  for (const [code, kept] of [
    ["ENOSPC", true],
    ["EDQUOT", true],
    ["EOPNOTSUPP", false],
  ] as const) {
    bunTest(`${code}: ${kept ? "nothing is changed" : "it is not known, and nothing is refused"}`, () => {
      const { native } = KERNELS;
      if (!native) throw new Error("no kernel");
      const full = Object.assign(Object.create(native), {
        fallocate: (fd: Fd) => {
          truncate(fd, 50_000);
          throw new OsError(code);
        },
      });
      withFile("content", "read-write", (fd, path) => {
        expect(codeOf(() => withKernel(full, () => expectRoom(fd, 100_000)))).toBe(kept ? code : "no error");
        if (kept) expect(readFileSync(path, "utf8")).toBe("content");
      });
    });
  }
});
