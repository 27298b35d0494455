/** Opening by path, compared with what the kernel itself finds, over trees made at random. */
import { afterAll, describe, expect, test } from "bun:test";
import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { libc } from "../bun-ffi.ts";
import { KERNELS, temporaryDirectory } from "../bun-testing.ts";
import { OsError } from "../os-error.ts";
import { SYSCALL } from "../syscall.ts";
import { close, closing } from "./descriptor.ts";
import { LIST } from "./flags.ts";
import { withKernel } from "./kernel.ts";
import { openAt, openDirectory, openDirectoryFollowing, realPath } from "./open.ts";
import { fstat } from "./status.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "remit-walk-")));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const NAMES = ["a", "b", "c"];
const component = fc.constantFrom(...NAMES, "..", ".", "");
const relative = fc.array(component, { minLength: 1, maxLength: 5 }).map((names) => names.join("/"));

/** A directory or a link at a place that earlier steps may have made. */
const step = fc.record({
  at: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((names) => names.join("/")),
  link: fc.option(
    fc.oneof(
      relative,
      relative.map((path) => join(base, path)),
    ),
    { nil: undefined },
  ),
});

function build(steps: readonly { readonly at: string; readonly link: string | undefined }[]): void {
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base);
  for (const { at, link } of steps) {
    try {
      if (link === undefined) mkdirSync(join(base, at), { recursive: true });
      else if (link !== "") symlinkSync(link, join(base, at));
    } catch {
      // the place is taken, or its parent is not there
    }
  }
}

/** Where the kernel gets to by `path`; undefined if to no directory. */
function expected(path: string): string | undefined {
  try {
    return realpathSync.native(`${path}/.`);
  } catch {
    return undefined;
  }
}

/** Whether a component of `path` is a link, each prefix looked at by the kernel. */
function meetsLink(path: string): boolean {
  const names = path.split("/");
  return names.some((_, index) => {
    const prefix = names.slice(0, index + 1).join("/");
    return prefix !== "" && isLink(prefix);
  });
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function found(open: (path: string) => number, path: string): string | undefined {
  try {
    return closing(open(path), realPath);
  } catch (error) {
    if (error instanceof OsError) return undefined;
    throw error;
  }
}

describe("a path leads where the kernel finds it, and nowhere through a link", () => {
  for (const [name, kernel] of Object.entries(KERNELS)) {
    test(name, () => {
      const property = fc.property(
        fc.array(step, { maxLength: 8 }),
        fc.array(relative, { maxLength: 6 }),
        (tree, paths) => {
          build(tree);
          withKernel(kernel, () => {
            for (const path of paths.map((path) => `${base}/${path}`)) {
              const real = expected(path);
              expect([path, found(openDirectoryFollowing, path)]).toEqual([path, real]);
              expect([path, found(openDirectory, path)]).toEqual([path, meetsLink(path) ? undefined : real]);
            }
          });
        },
      );
      fc.assert(property, { numRuns: 60 });
    });
  }
});

const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;

/** The inode of the directory that the kernel finds at `path`, below `root` and through no link. */
function beneath(root: number, path: string): bigint | undefined {
  const library = libc();
  if (library === undefined) throw new Error("this test needs FFI");
  const name = new TextEncoder().encode(`${path}\0`);
  const how = new BigUint64Array([BigInt(LIST), 0n, BigInt(RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH)]);
  const { syscall } = library.functions;
  const [address, flags] = [library.addressOf(name), library.addressOf(new Uint8Array(how.buffer))];
  const fd = syscall(SYSCALL.openat2, root, address, flags, how.byteLength, 0, 0);
  return fd < 0 ? undefined : closing(fd, (opened) => fstat(opened).ino);
}

/** The same, a name at a time, as everything walks that starts at an open directory. */
function stepByStep(root: number, path: string): bigint | undefined {
  const walk = (fd: number, names: readonly string[]): bigint => {
    const [name, ...rest] = names;
    if (name === undefined) return fstat(fd).ino;
    return closing(openAt(fd, name, { access: "read", directory: true }), (next) => walk(next, rest));
  };
  try {
    return walk(root, path.split("/"));
  } catch (error) {
    if (error instanceof OsError) return undefined;
    throw error;
  }
}

describe("below an open directory a walk finds what the kernel finds there, and goes nowhere else", () => {
  for (const [name, kernel] of Object.entries(KERNELS)) {
    test.skipIf(KERNELS["native"]?.openPath === undefined)(`${name} (compared with openat2)`, () => {
      const property = fc.property(
        fc.array(step, { maxLength: 8 }),
        fc.array(relative, { minLength: 1, maxLength: 8 }),
        (tree, paths) => {
          build(tree);
          withKernel(kernel, () =>
            closing(openDirectory(base), (root) => {
              for (const path of paths) {
                const plain = path.split("/").every((part) => NAMES.includes(part));
                // What is no name is refused, also where it would lead to a directory below.
                expect([path, stepByStep(root, path)]).toEqual([
                  path,
                  plain ? beneath(root, path) : undefined,
                ]);
              }
            }),
          );
        },
      );
      fc.assert(property, { numRuns: 100 });
    });
  }
});

describe("a directory that changes places with a link is never followed", () => {
  for (const [name, kernel] of Object.entries(KERNELS)) {
    const directory = temporaryDirectory();
    test(name, async () => {
      mkdirSync(join(directory, "real/inner"), { recursive: true });
      mkdirSync(join(directory, "target/inner"), { recursive: true });
      const racer = await startRacer(directory);
      try {
        withKernel(kernel, () => race(directory));
      } finally {
        racer.terminate();
      }
    });
  }
});

/** Lets `swap` be the directory `real` and a link to `target` in turn, in another thread. */
async function startRacer(directory: string): Promise<Worker> {
  const source = `
    const fs = require("node:fs");
    const [real, swap] = ["/real", "/swap"].map((name) => ${JSON.stringify(directory)} + name);
    postMessage("ready");
    for (;;) {
      fs.symlinkSync("target", swap);
      fs.unlinkSync(swap);
      fs.renameSync(real, swap);
      fs.renameSync(swap, real);
    }`;
  const racer = new Worker(URL.createObjectURL(new Blob([source])));
  await new Promise((ready) => {
    racer.onmessage = ready;
  });
  return racer;
}

function race(directory: string): void {
  const path = join(directory, "swap/inner");
  for (let attempt = 0; attempt < 3000; attempt++) {
    let fd: number;
    try {
      fd = openDirectory(path);
    } catch (error) {
      if (error instanceof OsError) continue;
      throw error;
    }
    const where = realPath(fd);
    close(fd);
    expect(where).not.toStartWith(join(directory, "target"));
  }
}
