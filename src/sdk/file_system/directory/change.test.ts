/** chmod and set_ownership of directories, alone and with all that is in them. */
import { afterAll, describe, expect, test } from "bun:test";
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type { AuthorizationRequest } from "../../../policy/types.ts";
import { testRun } from "../../testing.ts";
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
  warnings,
} from "./testing.ts";

const root = scratch(afterAll);
const asRoot = process.getuid?.() === 0;

function tree(name: string): string {
  const path = `${root}/${name}`;
  mkdirSync(`${path}/sub/deep`, { recursive: true });
  writeFileSync(`${path}/file`, "", { mode: 0o644 });
  writeFileSync(`${path}/sub/deep/file`, "", { mode: 0o600 });
  writeFileSync(`${root}/outside`, "", { mode: 0o644 });
  symlinkSync("../outside", `${path}/link`);
  return path;
}

const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const chmodTo = (permissions: bigint, recursive = false) =>
  built("ChmodDirOptions", { permissions, recursive });

describe("chmod", () => {
  test("changes a directory alone", () => {
    const path = tree("one");
    run("chmod", directoryAt(path), chmodTo(0o700n));
    expect([path, `${path}/file`].map(mode)).toEqual(["700", "644"]);
  });

  test("changes all of a tree, but nothing behind a link", () => {
    const path = tree("all");
    run("chmod", directoryAt(path), chmodTo(0o750n, true));
    const changed = ["", "/file", "/sub", "/sub/deep", "/sub/deep/file"].map((name) => mode(path + name));
    expect(changed).toEqual(["750", "750", "750", "750", "750"]);
    expect(mode(`${root}/outside`)).toBe("644");
  });

  test("asks for everything before it changes anything", () => {
    const path = tree("order");
    let seen = "";
    const watch = (request: AuthorizationRequest): boolean => {
      seen += mode(path) + mode(`${path}/file`);
      return request.resource.id !== "";
    };
    under(testRun(watch), "chmod", directoryAt(path), chmodTo(0o711n, true));
    expect(seen).not.toContain("711");
    expect(mode(path)).toBe("711");
  });

  test("refuses what are no permissions", () => {
    const path = tree("bits");
    expect(failure("chmod", directoryAt(path), chmodTo(0o7777n))).toBe(
      "Validation error: Invalid permissions. Permissions must be in the range 0-777 octal: 0o7777",
    );
    expect(kindOf("chmod", directoryAt(path), chmodTo(-1n))).toBe("TryFromIntError");
    const state = testRun();
    under(state, "chmod", directoryAt(path), chmodTo(0o7777n, true));
    expect(warnings(state)).toHaveLength(5);
    expect(failure("build", run("ChmodDirOptions"))).toBe("`permissions` must be initialized");
  });

  test("a denied directory stays as it was", () => {
    const path = tree("denied");
    expect(denial(allBut(`chmod ${path}`), "chmod", directoryAt(path), chmodTo(0o700n))).toBe(
      denied("chmod", "Dir", path),
    );
    expect(mode(path)).toBe("755");
  });

  test("in a tree what is denied stays, with a warning, and the rest is changed", () => {
    const path = tree("parts");
    const state = testRun(allBut(`chmod ${path}/file`, `chmod ${path}/sub`, `open ${path}/sub/deep/file`));
    under(state, "chmod", directoryAt(path), chmodTo(0o700n, true));
    const changed = ["", "/file", "/sub", "/sub/deep", "/sub/deep/file"].map((name) => mode(path + name));
    expect(changed).toEqual(["700", "644", "755", "700", "600"]);
    expect(warnings(state).sort()).toEqual([
      `Failed to chmod directory 'sub': ${denied("chmod", "Dir", `${path}/sub`)}`,
      `Failed to chmod file 'file': ${denied("chmod", "File", `${path}/file`)}`,
      `Failed to chmod file 'file': ${denied("open", "File", `${path}/sub/deep/file`)}`,
    ]);
  });
});

describe("set_ownership", () => {
  const toDaemon = built("SetOwnershipOptions", { user: "daemon", recursive: true });
  const daemon = readFileSync("/etc/passwd", "utf8").match(/^daemon:[^:]*:(\d+)/m)?.[1];
  const owner = (path: string): string => String(lstatSync(path).uid);

  test.if(asRoot && daemon !== undefined)("changes all of a tree, links themselves", () => {
    const path = tree("owned");
    run("set_ownership", directoryAt(path), toDaemon);
    const owners = ["", "/file", "/link", "/sub", "/sub/deep/file"].map((name) => owner(path + name));
    expect(new Set(owners)).toEqual(new Set([daemon ?? ""]));
    expect(owner(`${root}/outside`)).toBe("0");
    expect(run("user", run("get_ownership", directoryAt(path)))).toBe("daemon");
  });

  test.if(asRoot && daemon !== undefined)("changes a link itself, by its handle", () => {
    const path = tree("linked");
    const link = run("open_symlink", directoryAt(path), "link");
    run("set_ownership", link, built("SetOwnershipOptions", { user: "daemon" }));
    expect([owner(`${path}/link`), owner(`${root}/outside`)]).toEqual([daemon ?? "", "0"]);
  });

  test("does not know who nobody is", () => {
    const path = tree("unknown");
    const options = built("SetOwnershipOptions", { user: "no-such-user" });
    expect(failure("set_ownership", directoryAt(path), options)).toBe(
      "Identity resolution error: No user mapping found for uid: no-such-user",
    );
    const group = built("SetOwnershipOptions", { group: "no-such-group" });
    expect(kindOf("set_ownership", directoryAt(path), group)).toBe("IdentityResolutionError");
  });

  test("needs to chown, each entry", () => {
    const path = tree("kept");
    const link = run("open_symlink", directoryAt(path), "link");
    const nothing = built("SetOwnershipOptions");
    expect(denial(allBut(`chown ${path}`), "set_ownership", directoryAt(path), nothing)).toBe(
      denied("chown", "Dir", path),
    );
    expect(denial(allBut(`chown ${path}/link`), "set_ownership", link, nothing)).toBe(
      denied("chown", "File", `${path}/link`),
    );
    const state = testRun(allBut(`chown ${path}/link`));
    under(state, "set_ownership", directoryAt(path), built("SetOwnershipOptions", { recursive: true }));
    expect(warnings(state)).toEqual([
      `Failed to chown symlink 'link': ${denied("chown", "File", `${path}/link`)}`,
    ]);
    expect(asked(state)).toContain(`chown Dir::${path}/sub/deep`);
  });
});
