import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { testRun } from "../../testing.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  directoryAt,
  failure,
  run,
  scratch,
  under,
} from "./testing.ts";

const root = scratch(afterAll);
const gently = built("CreateSymlinkOptions");
const byForce = built("CreateSymlinkOptions", { force: true });
writeFileSync(`${root}/file`, "");

describe("create_symlink", () => {
  test("writes any target, as it is given", () => {
    for (const [name, target] of [
      ["relative", "../x y"],
      ["absolute", "/nowhere/ü"],
    ] as const) {
      run("create_symlink", directoryAt(root), target, name, gently);
      expect(readlinkSync(`${root}/${name}`)).toBe(target);
      expect(run("read_link_target", directoryAt(root), name)).toBe(target);
    }
  });

  test("replaces a file or a link only by force, a directory never", () => {
    symlinkSync("old", `${root}/taken`);
    expect(failure("create_symlink", directoryAt(root), "new", "taken", gently)).toBe(
      "File exists (os error 17)",
    );
    run("create_symlink", directoryAt(root), "new", "taken", byForce);
    expect(readlinkSync(`${root}/taken`)).toBe("new");
    mkdirSync(`${root}/directory`);
    expect(failure("create_symlink", directoryAt(root), "new", "directory", byForce)).toBe(
      "Is a directory (os error 21)",
    );
    expect(readdirSync(root).filter((name) => name.startsWith(".remit"))).toEqual([]);
  });

  test("takes a name, not a path", () => {
    expect(failure("create_symlink", directoryAt(root), "x", "directory/x", gently)).toBe(
      "Invalid path: file path must contain only a filename",
    );
    expect(failure("create_symlink", directoryAt(root), "x", "../x", gently)).toBe(
      `Path traversal detected ${root}/../x`,
    );
  });

  test("needs create, and delete to replace", () => {
    const path = `${root}/denied`;
    symlinkSync("kept", path);
    for (const verb of ["create", "delete"]) {
      expect(
        denial(allBut(`${verb} ${path}`), "create_symlink", directoryAt(root), "new", "denied", byForce),
      ).toBe(denied(verb, "File", path));
    }
    expect(readlinkSync(path)).toBe("kept");
    const state = testRun(allBut(`delete ${root}/fresh`));
    under(state, "create_symlink", directoryAt(root), "x", "fresh", gently);
    expect(asked(state)).toEqual([`create File::${root}/fresh`]);
  });
});

describe("links", () => {
  test("are read with permission, and only links", () => {
    symlinkSync("secret", `${root}/read`);
    expect(denial(allBut(`read ${root}/read`), "read_link_target", directoryAt(root), "read")).toBe(
      denied("read", "File", `${root}/read`),
    );
    expect(failure("read_link_target", directoryAt(root), "file")).toBe("Invalid argument (os error 22)");
  });

  test("are read below the directory too, but not behind another link", () => {
    mkdirSync(`${root}/below/it`, { recursive: true });
    symlinkSync("found", `${root}/below/it/link`);
    symlinkSync("below", `${root}/detour`);
    const state = testRun();
    expect(under(state, "read_link_target", directoryAt(root), "below/it/link")).toBe("found");
    expect(asked(state)).toEqual([`read File::${root}/below/it/link`]);
    for (const name of ["detour/it/link", "/below/it/link", "below//it/link", ""]) {
      expect(() => run("read_link_target", directoryAt(root), name)).toThrow();
    }
  });

  test("are opened themselves, and known by what they are", () => {
    symlinkSync("secret", `${root}/open`);
    const link = run("open_symlink", directoryAt(root), "open");
    const metadata = run("metadata", link);
    expect([run("file_size", metadata), run("symlink_target", metadata)]).toEqual([6n, "secret"]);
    expect(failure("open_symlink", directoryAt(root), "file")).toBe(
      "Validation error: argument is not a symlink",
    );
    expect(denial(allBut(`open ${root}/open`), "open_symlink", directoryAt(root), "open")).toBe(
      denied("open", "File", `${root}/open`),
    );
    expect(denial(allBut(`stat ${root}/open`), "metadata", link)).toBe(
      denied("stat", "File", `${root}/open`),
    );
  });

  test("another file in the place of an open link is not taken for it", () => {
    symlinkSync("first", `${root}/swapped`);
    const link = run("open_symlink", directoryAt(root), "swapped");
    unlinkSync(`${root}/swapped`);
    symlinkSync("second", `${root}/swapped`);
    expect(failure("metadata", link)).toBe("No such file or directory (os error 2)");
    expect(failure("set_ownership", link, built("SetOwnershipOptions"))).toBe(
      "No such file or directory (os error 2)",
    );
  });
});
