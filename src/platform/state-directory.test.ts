import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close } from "./file.ts";
import { defaultStateDirectory, openStateDirectory } from "./state-directory.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "remit-state-")));
afterAll(() => rmSync(root, { recursive: true }));
const isRoot = process.geteuid?.() === 0;

describe("a state directory", () => {
  test("is made for its user alone, with those above it", () => {
    const path = join(root, "a/b");
    close(openStateDirectory(path));
    expect(statSync(path).mode & 0o777).toBe(0o700);
    close(openStateDirectory(path));
  });

  test("that is open to others is refused, with the mode that it takes", () => {
    const path = join(root, "open");
    mkdirSync(path);
    for (const mode of [0o755, 0o750, 0o701]) {
      chmodSync(path, mode);
      expect(() => openStateDirectory(path)).toThrow(
        `the state directory ${path} is open to others (mode ${mode.toString(8)}; it takes 700)`,
      );
    }
    chmodSync(path, 0o700);
    close(openStateDirectory(path));
  });

  test.skipIf(!isRoot)(`of another user is refused${isRoot ? "" : " (skipped: not root)"}`, () => {
    const path = join(root, "other");
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, 65_534, 65_534);
    expect(() => openStateDirectory(path)).toThrow("belongs to another user");
  });

  test("that is none says so", () => {
    writeFileSync(join(root, "file"), "");
    expect(() => openStateDirectory(join(root, "file"))).toThrow("cannot be used");
  });
});

test.skipIf(isRoot)(`of a user is below the XDG directory${isRoot ? " (skipped: root)" : ""}`, () => {
  expect(defaultStateDirectory({ XDG_STATE_HOME: "/x" })).toBe("/x/remit");
  expect(defaultStateDirectory({ XDG_STATE_HOME: "relative" })).toEndWith("/.local/state/remit");
});
test.skipIf(!isRoot)(`of root is below /var/lib${isRoot ? "" : " (skipped: not root)"}`, () => {
  expect(defaultStateDirectory({ XDG_STATE_HOME: "/x" })).toBe("/var/lib/remit");
});
