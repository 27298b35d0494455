/** What a policy forbids stays as it is, also where another permission would bring it along. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOW, Workspace } from "../cli/remit.ts";

const work = new Workspace();
afterAll(() => work.remove());

const data = join(work.path, "data");
const kept = join(data, "tree/sub/kept");

beforeEach(() => {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(join(data, "tree/sub"), { recursive: true });
  mkdirSync(join(data, "to"));
  writeFileSync(kept, "kept");
  writeFileSync(join(data, "new"), "new");
});

const forbid = (verbs: string, path: string, type = "File") =>
  `${ALLOW} forbid(principal, action in [${verbs
    .split(" ")
    .map((verb) => `file_system::Action::"${verb}"`)
    .join(", ")}], resource in file_system::${type}::"${path}");`;

const open = (path: string) => `DirConfig().path("${path}").build().open(OpenDirOptions().build())`;
const REMOVE = `rm([rm::recursive, rm::force], "${data}/tree")`;
const MOVE_TREE = `${open(data)}.move(${open(`${data}/tree`)}, ${open(`${data}/to`)}, "moved", MoveOptions().build()); 1`;
const REPLACE = `mv("${data}/new", "${kept}")`;

test.each([
  ["a tree that is removed", REMOVE, forbid("delete", kept)],
  ["by a forbid of its directory", REMOVE, forbid("delete", join(data, "tree/sub"), "Dir")],
  [
    "by a forbid that cannot be evaluated",
    REMOVE,
    `${ALLOW} forbid(principal, action, resource == file_system::File::"${kept}") when { resource.size > 1 };`,
  ],
  ["a tree that is moved", MOVE_TREE, forbid("move", kept)],
  ["a tree that is moved to where it must not be", MOVE_TREE, forbid("create", `${data}/to/moved/sub/kept`)],
  ["a file that another is moved over", REPLACE, forbid("write", kept)],
  ["the same, which must not be deleted", REPLACE, forbid("delete", kept)],
])("%s", (_, script, policy) => {
  const { error } = work.run(script, [], policy);
  expect(error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
  expect(readFileSync(kept, "utf8")).toBe("kept");
  expect(existsSync(join(data, "new"))).toBe(true);
});

test.each([
  ["removed", REMOVE, forbid("delete", join(data, "other"))],
  ["removed, with a forbid of something else", REMOVE, forbid("write read", kept)],
  ["moved", MOVE_TREE, forbid("move create", join(data, "other"))],
  ["moved over", REPLACE, forbid("delete write", join(data, "other"))],
])("what no policy forbids is %s", (_, script, policy) => {
  expect(work.run(script, [], policy).status).toBe("SUCCESS");
  expect(existsSync(kept) && readFileSync(kept, "utf8") === "kept").toBe(false);
});

test("a file that must not be replaced can still be made", () => {
  rmSync(kept);
  expect(work.run(REPLACE, [], forbid("delete write", kept)).status).toBe("SUCCESS");
  expect(readFileSync(kept, "utf8")).toBe("new");
});
