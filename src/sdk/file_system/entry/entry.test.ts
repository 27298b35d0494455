import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { EnumValue, type Value } from "rhai-wasm";
import { testRun } from "../../testing.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  entryAt,
  expectDirectory,
  failure,
  kindOf,
  run,
  scratch,
  under,
} from "../directory/testing.ts";
import { FileHandle } from "../handles.ts";

const root = scratch(afterAll);
mkdirSync(`${root}/sub/deep`, { recursive: true });
mkdirSync(`${root}/elsewhere`);
writeFileSync(`${root}/plain`, "hello", { mode: 0o640 });
linkSync(`${root}/plain`, `${root}/second-name`);
symlinkSync("plain", `${root}/link`);
symlinkSync("sub", `${root}/dir-link`);
execFileSync("mkfifo", [`${root}/pipe`]);

const read = built("OpenFileOptions", { read: true });
const anyhow = built("OpenDirOptions");
const typeOf = (name: string): Value => run("type", entryAt(root, name));
const metadata = (name: string): Value => run("metadata", entryAt(root, name));
const field = (value: Value, key: string): Value | undefined =>
  value instanceof Map ? value.get(key) : undefined;

describe("an entry", () => {
  test("knows its name, inode and type", () => {
    expect(run("name", entryAt(root, "plain"))).toBe("plain");
    expect(run("inode", entryAt(root, "plain"))).toBe(run("inode", entryAt(root, "second-name")));
    const types = ["plain", "sub", "link", "pipe"].map((name) => (typeOf(name) as EnumValue).name);
    expect(types).toEqual(["File", "Dir", "Symlink", "Fifo"]);
    expect(typeOf("sub")).toEqual(new EnumValue("EntryType", 1, "Dir"));
    expect(run("to_map", entryAt(root, "pipe"))).toEqual(
      new Map<string, Value>([
        ["name", "pipe"],
        ["type", "Fifo"],
        ["inode", run("inode", entryAt(root, "pipe"))],
      ]),
    );
  });

  test("opens as what it is", () => {
    const file = run("open_as_file", entryAt(root, "plain"), read);
    expect(file).toBeInstanceOf(FileHandle);
    expect(expectDirectory(run("open_as_dir", entryAt(root, "sub"), anyhow)).path).toBe(`${root}/sub`);
    expect(expectDirectory(run("open_as_dir", entryAt(root, "dir-link"), anyhow)).path).toBe(`${root}/sub`);
    expect(kindOf("open_as_dir", entryAt(root, "plain"), anyhow)).toBe("DirectoryOpenError");
    expect(kindOf("open_as_file", entryAt(root, "link"), read)).toBe("FileError");
  });

  test("stays what it was opened as first", () => {
    const sub = entryAt(root, "sub");
    run("open_as_dir", sub, anyhow);
    expect(failure("open_as_file", sub, read)).toBe(
      "Entry type mismatch: DirEntry does not represent a file",
    );
    const plain = entryAt(root, "plain");
    run("metadata", plain);
    expect(kindOf("open_as_dir", plain, anyhow)).toBe("EntryTypeMismatchError");
    const written = run("open_as_file", plain, built("OpenFileOptions", { write: true }));
    expect(written instanceof FileHandle && written.openedFor.write).toBe(false);
  });

  test("keeps the file that it lends, however often the script lets go of it", () => {
    const entry = entryAt(root, "plain");
    const open = (): FileHandle => {
      const file = run("open_as_file", entry, read);
      if (!(file instanceof FileHandle)) throw new Error("no file");
      return file;
    };
    const first = open();
    first.position = 3;
    expect(open()).toBe(first);
    first.release();
    renameSync(`${root}/plain`, `${root}/moved`);
    expect(open().position).toBe(3);
    expect(field(run("to_map", run("metadata", entry)), "file_size")).toBe(5n);
    renameSync(`${root}/moved`, `${root}/plain`);
  });

  test("needs to be opened", () => {
    const plain = denial(allBut(`open ${root}/plain`), "open_as_file", entryAt(root, "plain"), read);
    expect(plain).toBe(denied("open", "File", `${root}/plain`));
    const sub = denial(allBut(`open ${root}/sub`), "open_as_dir", entryAt(root, "sub"), anyhow);
    expect(sub).toBe(denied("open", "Dir", `${root}/sub`));
    const behind = denial(allBut(`open ${root}/sub`), "open_as_dir", entryAt(root, "dir-link"), anyhow);
    expect(behind).toBe(denied("open", "Dir", `${root}/sub`));
    const create = built("OpenFileOptions", { create: true });
    const made = denial(allBut(`create ${root}/plain`), "open_as_file", entryAt(root, "plain"), create);
    expect(made).toBe(denied("create", "File", `${root}/plain`));
  });
});

describe("metadata", () => {
  test("says what the kernel knows", () => {
    const plain = metadata("plain");
    expect(run("file_size", plain)).toBe(5n);
    expect(run("permissions", plain)).toBe(0o100640n);
    expect(run("num_hardlinks", plain)).toBe(2n);
    expect(run("allocated_size", plain)).toBe(512n * (run("blocks", plain) as bigint));
    expect(run("last_modified_time", plain)).toBeGreaterThan(1_600_000_000n);
    expect(run("last_modified_time_nanos_component", plain)).toBeLessThan(1_000_000_000n);
    expect(run("symlink_target", plain)).toBe(null);
    expect(typeof run("user", run("owner", plain))).toBe("string");
    expect(typeof run("group", run("owner", plain))).toBe("string");
  });

  test("is a map too", () => {
    const map = run("to_map", metadata("link"));
    expect([...(map as Map<string, Value>).keys()].sort()).toEqual([
      "allocated_size",
      "file_size",
      "last_modified_time",
      "num_hardlinks",
      "owner_group",
      "owner_user",
      "permissions",
      "symlink_target",
      "type",
    ]);
    expect([field(map, "type"), field(map, "symlink_target")]).toEqual(["Symlink", "plain"]);
    expect(field(run("to_map", metadata("pipe")), "type")).toBe("Fifo");
  });

  test("needs open and stat, of the type that it is", () => {
    for (const [name, type] of [
      ["plain", "File"],
      ["link", "File"],
      ["sub", "Dir"],
    ] as const) {
      for (const verb of ["open", "stat"]) {
        const message = denial(allBut(`${verb} ${root}/${name}`), "metadata", entryAt(root, name));
        expect(message).toBe(denied(verb, type, `${root}/${name}`));
      }
    }
    expect(denial(allBut(`stat ${root}/pipe`), "metadata", entryAt(root, "pipe"))).toBe(
      denied("stat", "File", `${root}/pipe`),
    );
    const state = testRun();
    under(state, "metadata", entryAt(root, "pipe"));
    expect(asked(state)).toEqual([`stat File::${root}/pipe`]);
  });

  test("leaves out the target of a link that may not be read", () => {
    const state = testRun(allBut(`read ${root}/link`));
    expect(run("symlink_target", under(state, "metadata", entryAt(root, "link")))).toBe(null);
    expect(run("symlink_target", metadata("link"))).toBe("plain");
  });
});
