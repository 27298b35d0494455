import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { LIMITS } from "../../../platform/limits.ts";
import { messageOf, testRun } from "../../testing.ts";
import { openDir } from "../open.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  directoryAt,
  failure,
  kindOf,
  run,
  scratch,
  under,
} from "./testing.ts";

const root = scratch(afterAll);
const gently = built("DeleteDirOptions");
const recursively = built("DeleteDirOptions", { recursive: true });
const byForce = built("DeleteDirOptions", { force: true, recursive: true });

const tree = (name: string): string => {
  mkdirSync(`${root}/${name}/sub/deep`, { recursive: true });
  writeFileSync(`${root}/${name}/file`, "");
  writeFileSync(`${root}/${name}/sub/deep/.hidden`, "");
  return `${root}/${name}`;
};

describe("delete", () => {
  test("removes an empty directory", () => {
    mkdirSync(`${root}/empty`);
    run("delete", directoryAt(`${root}/empty`), gently);
    expect(existsSync(`${root}/empty`)).toBe(false);
  });

  test("keeps a directory with something in it", () => {
    const path = tree("full");
    expect(failure("delete", directoryAt(path), gently)).toBe(
      `Directory not empty: A path led to a non-empty directory location. To include contents of this directory, use the recursive flag: ${path}`,
    );
    expect(readdirSync(path).sort()).toEqual(["file", "sub"]);
  });

  test("removes a tree by one permission, and nothing behind its links", () => {
    const path = tree("tree");
    const kept = tree("kept");
    symlinkSync(kept, `${path}/sub/out`);
    symlinkSync(`${kept}/file`, `${path}/sub/file-out`);
    const state = testRun();
    under(state, "delete", directoryAt(path), recursively);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(kept).sort()).toEqual(["file", "sub"]);
    expect(asked(state)).toEqual([`delete Dir::${path}`]);
  });

  test("removes names that are not UTF-8, each by its own bytes", () => {
    const path = tree("bytes");
    for (const byte of [0xfe, 0xff]) {
      const name = Buffer.concat([Buffer.from(`${path}/sub/`), Buffer.of(byte)]);
      mkdirSync(name);
      writeFileSync(Buffer.concat([name, Buffer.from("/file-"), Buffer.of(byte)]), "");
    }
    run("delete", directoryAt(path), recursively);
    expect(existsSync(path)).toBe(false);
  });

  test("a denied directory stays", () => {
    const path = tree("denied");
    expect(denial(allBut(`delete ${path}`), "delete", directoryAt(path), byForce)).toBe(
      denied("delete", "Dir", path),
    );
    expect(readdirSync(path).sort()).toEqual(["file", "sub"]);
  });

  test("what is gone is an error, unless by force", () => {
    mkdirSync(`${root}/gone`);
    const gone = directoryAt(`${root}/gone`);
    run("delete", gone, gently);
    expect(failure("delete", gone, gently)).toBe(`No such file or directory found: ${root}/gone`);
    expect(kindOf("delete", gone, recursively)).toBe("NotFound");
    expect(run("delete", gone, byForce)).toBe(null);
  });

  test("what was moved elsewhere stays there, and so does what has its name now", () => {
    const handle = directoryAt(tree("old"));
    renameSync(`${root}/old`, `${root}/renamed`);
    tree("old");
    expect(kindOf("delete", handle, recursively)).toBe("NotFound");
    for (const name of ["old", "renamed"])
      expect(readdirSync(`${root}/${name}`).sort()).toEqual(["file", "sub"]);
  });

  test("nothing is removed of a tree with something in it that must not be", () => {
    for (const kept of ["sub/deep/.hidden", "sub/deep", "file"]) {
      const path = tree("partly");
      const state = testRun(
        () => true,
        ({ resource }) => resource.id === `${path}/${kept}`,
      );
      const message = messageOf(() => under(state, "delete", directoryAt(path), byForce));
      // What the name of it is, is not told: the script may not read the directory.
      expect(message).toBe(denied("delete", "Dir", path));
      expect(readdirSync(path, { recursive: true }).length).toBe(4);
    }
    const state = testRun(
      () => true,
      ({ resource }) => resource.id === `${root}/elsewhere`,
    );
    under(state, "delete", directoryAt(`${root}/partly`), byForce);
    expect(existsSync(`${root}/partly`)).toBe(false);
  });

  test("the root cannot be removed", () => {
    const state = testRun();
    const handle = openDir({ run: state, access: state.access, line: 1, warn: () => {} }, "/", {});
    expect(failure("delete", handle, gently)).toBe("Directory error: Error removing directory: /");
  });

  test("removes nothing of a tree that is too deep", () => {
    const path = `${root}/deep`;
    mkdirSync(`${path}${"/d".repeat(LIMITS.directoryDepth + 1)}`, { recursive: true });
    writeFileSync(`${path}/file`, "");
    const message = failure("delete", directoryAt(path), byForce);
    expect(message).toBe(`limit directoryDepth exceeded: at most ${LIMITS.directoryDepth}`);
    expect(readdirSync(path).sort()).toEqual(["d", "file"]);
  });
});
