import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFolder } from "./folder.ts";
import { refusalOf } from "./testing.ts";

const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-folder-")));
afterAll(() => rmSync(path, { recursive: true }));

let count = 0;
function folder(files: { readonly [name: string]: string | Uint8Array }): string {
  const root = join(path, `${count++}`);
  mkdirSync(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}
const refusal = (root: string) => refusalOf(() => readFolder(root));

describe("the files of a folder", () => {
  test("by their paths, without those that begin with a dot", () => {
    const root = folder({ "b/c.txt": "1", a: "2", ".git/config": "3", "b/.swp": "4" });
    const files = [...readFolder(root)].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    expect(files.sort()).toEqual([
      ["a", "2"],
      ["b/c.txt", "1"],
    ]);
  });

  test("also of one that a link leads to, but none that is a link", () => {
    const root = folder({ a: "1" });
    symlinkSync(root, join(path, "link"));
    expect(readFolder(join(path, "link")).size).toBe(1);
    symlinkSync("a", join(root, "b"));
    expect(refusal(root)).toBe("bundle_invalid b: it cannot be read: it is a link; put the file itself here");
  });

  test("that are none", () => {
    const root = folder({});
    spawnSync("mkfifo", [join(root, "pipe")]);
    expect(refusal(root)).toBe("bundle_invalid pipe: it is neither a file nor a folder");
    expect(refusal(join(path, "nothing"))).toContain("nothing: it cannot be read: No such file");
    expect(refusal(join(folder({ a: "" }), "a"))).toContain("a: it cannot be read: Not a directory");
  });

  test("within bounds", () => {
    expect(refusal(folder({ large: new Uint8Array(2 ** 20 + 1) }))).toContain(
      "archive_too_large large: it is beyond the limit bundleFileBytes",
    );
    expect(refusal(folder({ large: new Uint8Array(2 ** 20) }))).toBe("");
    expect(refusal(folder({ "a/b/c/d/e": "" }))).toContain("its folders are too deep");
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`f${index}`, ""]));
    expect(refusal(folder(many))).toContain("bundleFiles: at most 2000");
  });
});
