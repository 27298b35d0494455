/** `remit bundle build|inspect|diff|test`, as the central team has them. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Workspace } from "../cli/remit.ts";

setDefaultTimeout(60_000);
const SAMPLE = join(import.meta.dirname, "../../examples/fleet/bundle");
const work = new Workspace();
afterAll(() => work.remove());

let copies = 0;
/** A copy of the sample, with other files instead; `undefined` removes one. */
function folder(files: { readonly [path: string]: string | undefined } = {}): string {
  const name = `bundle-${copies++}`;
  cpSync(SAMPLE, join(work.path, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const full = join(work.path, name, path);
    mkdirSync(join(full, ".."), { recursive: true });
    if (text === undefined) rmSync(full);
    else writeFileSync(full, text);
  }
  return name;
}
const file = (path: string) => readFileSync(join(SAMPLE, path), "utf8");
const build = (name: string, ...options: readonly string[]) =>
  work.call(["bundle", "build", name, "-o", `${name}.tar.gz`, ...options]);
const made = (files?: Parameters<typeof folder>[0]): string => {
  const name = folder(files);
  expect(build(name)).toMatchObject({ status: 0 });
  return `${name}.tar.gz`;
};
const bytesOf = (name: string) => readFileSync(join(work.path, name));

describe("build", () => {
  test("writes an archive, and says which", () => {
    const name = folder();
    const { status, stdout, stderr } = build(name);
    const bytes = bytesOf(`${name}.tar.gz`);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`${name}.tar.gz: ${bytes.length} bytes, 9 policy tests passed\nsha256 ${sha256}\n`);
    const json = JSON.parse(build(name, "--json").stdout);
    expect(json).toEqual({
      ok: true,
      file: `${name}.tar.gz`,
      sha256,
      bytes: bytes.length,
      policies: 4,
      tests: 9,
      findings: [],
    });
  });

  test("makes the same bytes, whatever the times, permissions and names of the folder", () => {
    const [one, other] = [folder(), folder({ ".git/config": "x", ".DS_Store": "y" })];
    for (const path of ["metadata.json", "policies/logs.cedar"]) {
      chmodSync(join(work.path, other, path), 0o700);
      utimesSync(join(work.path, other, path), 1, 2);
    }
    build(one);
    build(other);
    expect(bytesOf(`${one}.tar.gz`)).toEqual(bytesOf(`${other}.tar.gz`));
    const changed = made({ "limits.json": "{}" });
    expect(bytesOf(changed)).not.toEqual(bytesOf(`${one}.tar.gz`));
  });

  test("of a commit that the metadata cannot name", () => {
    const name = folder();
    build(name, "--revision", "git:abc", "--created", "2027-01-02T03:04:05Z");
    const { metadata } = JSON.parse(work.call(["bundle", "inspect", `${name}.tar.gz`, "--json"]).stdout);
    expect(metadata).toMatchObject({ revision: "git:abc", created: "2027-01-02T03:04:05Z", fleet: "shops" });
    expect(build(name, "--created", "yesterday")).toMatchObject({ status: 1 });
  });

  test("of a folder that is for several channels", () => {
    const name = folder();
    build(name, "--channel", "canary");
    const { metadata } = JSON.parse(work.call(["bundle", "inspect", `${name}.tar.gz`, "--json"]).stdout);
    expect(metadata).toMatchObject({ fleet: "shops", channel: "canary" });
    expect(build(name, "--channel", "shops/canary")).toMatchObject({ status: 1 });
  });

  test.each<[string, Parameters<typeof folder>[0], string]>([
    ["a policy without syntax", { "policies/a.cedar": "permit(\n)" }, "/policies/a.cedar:2: error: "],
    [
      "an unknown action",
      { "policies/logs.cedar": file("policies/logs.cedar").replace('"read"', '"reda"') },
      "/policies/logs.cedar:5:",
    ],
    [
      "an entity that is Remit's",
      {
        "entities/site.json": '[{"uid": {"type": "sysctl::Sysctl", "id": "x"}, "attrs": {}, "parents": []}]',
      },
      "/entities/site.json:1: error: the entity sysctl::Sysctl",
    ],
    [
      "a script that does not compile",
      { "scripts/b.rhai": "let x = 1;\nlet y = ;" },
      "/scripts/b.rhai:2:9: error: Unexpected ';'",
    ],
    ["a test that fails", { "policies/service.cedar": "" }, "failed: expected allow, but it is deny"],
    ["a file that has no place", { "README.md": "" }, "/README.md: error: a bundle has no such file"],
    [
      "metadata without syntax",
      { "metadata.json": '{\n"format": 1,\n}' },
      "/metadata.json:3: error: this is no JSON",
    ],
    ["no metadata", { "metadata.json": undefined }, "/metadata.json: error: it is missing"],
    [
      "a policy of Remit's own name",
      { "policies/a.cedar": '\n@id("remit:x") forbid(principal, action, resource);' },
      "/policies/a.cedar:2: error: ids that begin with remit:",
    ],
    [
      "a permit of everything",
      { "policies/a.cedar": "permit(principal, action, resource);" },
      "/policies/a.cedar:1:1: error: a.policy0 permits every action",
    ],
  ])("writes nothing for %s", (_, files, message) => {
    const name = folder(files);
    const { status, stdout, stderr } = build(name);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(existsSync(join(work.path, `${name}.tar.gz`))).toBe(false);
    expect(JSON.parse(build(name, "--json").stdout)).toMatchObject({ ok: false });
  });

  test("takes a permit of everything where it is asked to", () => {
    const name = folder({
      "policies/a.cedar": "permit(principal, action, resource);",
      "tests/logs.json": "[]",
      "tests/service.json": "[]",
    });
    const { status, stderr } = build(name, "--allow-broad");
    expect(status).toBe(0);
    expect(stderr).toContain("/policies/a.cedar:1:1: warning: a.policy0 permits every action");
  });

  test("leaves what was there when it refuses", () => {
    const archive = made();
    const before = bytesOf(archive);
    writeFileSync(join(work.path, archive.replace(".tar.gz", ""), "policies/a.cedar"), "no");
    expect(build(archive.replace(".tar.gz", ""))).toMatchObject({ status: 1 });
    expect(bytesOf(archive)).toEqual(before);
  });

  test("follows no link in the folder", () => {
    const name = folder();
    symlinkSync("/etc/hostname", join(work.path, name, "scripts/a.rhai"));
    expect(build(name).stderr).toContain(
      "scripts/a.rhai: it cannot be read: it is a link; put the file itself here",
    );
  });

  test("says what is not there", () => {
    expect(work.call(["bundle", "build", "nowhere", "-o", "x"])).toMatchObject({
      status: 1,
      stderr: "error: nowhere: it cannot be read: No such file or directory (os error 2)\n",
    });
    expect(work.call(["bundle", "build", folder(), "-o", "no/where/x"]).stderr).toContain(
      "no/where/x: it cannot be written",
    );
    expect(work.call(["bundle", "build", folder()])).toMatchObject({ status: 2 });
  });
});

test("inspect shows all that is in a bundle", () => {
  const archive = made({ "metadata.json": file("metadata.json").replace("{", '{\n  "kill": "a recall",') });
  const { stdout, status } = work.call(["bundle", "inspect", archive]);
  expect(status).toBe(0);
  for (const line of [
    "  for       fleet shops, channel prod\n",
    "  needs     Remit 0.1.0, Cedar 4.13\n",
    "  kill      everything is stopped: a recall\n",
    "  policies  4, of which 1 forbid\n",
    "  scripts   restart-till, till-errors\n",
    "  limits    timeout_ms 60000, concurrency 2\n",
    `  ${String(file("limits.json").length).padStart(10)}  limits.json\n`,
  ]) {
    expect(stdout).toContain(line);
  }
  const json = JSON.parse(work.call(["bundle", "inspect", archive, "--json"]).stdout);
  expect(json.files.find(({ name }: { name: string }) => name === "limits.json")).toEqual({
    name: "limits.json",
    bytes: file("limits.json").length,
    sha256: createHash("sha256").update(file("limits.json")).digest("hex"),
  });
  writeFileSync(join(work.path, "cut.tar.gz"), bytesOf(archive).subarray(0, 100));
  expect(work.call(["bundle", "inspect", "cut.tar.gz"])).toMatchObject({ status: 1, stdout: "" });
});

describe("test", () => {
  const check = (path: string, ...options: readonly string[]) =>
    work.call(["bundle", "test", path, ...options]);

  test("passes for the sample, as a folder and as an archive", () => {
    for (const path of [folder(), made()]) {
      expect(check(path)).toMatchObject({ status: 0, stdout: "9 passed, 0 failed\n", stderr: "" });
    }
  });

  test("says where and why a test failed", () => {
    const name = folder({
      "entities/groups.json": file("entities/groups.json").replace(
        /"parents": \[\{[^\]]*operators[^\]]*\]/,
        '"parents": []',
      ),
    });
    const { status, stdout } = check(name);
    expect(status).toBe(1);
    expect(stdout).toContain(
      `${name}/tests/logs.json:2: error: the policy test "maintenance reads logs: it is in operators" failed: expected allow, but it is deny\n`,
    );
    expect(stdout).toContain("no policy permits it; this would:");
    expect(stdout).toEndWith("8 passed, 1 failed\n");
    const json = JSON.parse(check(name, "--json").stdout);
    expect(json).toMatchObject({ ok: false, passed: 8, failed: 1 });
    expect(json.tests[0]).toMatchObject({ passed: false, decision: "deny", reason: [] });
  });

  test("a bundle that cannot be used passes no test", () => {
    const { status, stdout } = check(folder({ "policies/logs.cedar": "permit(" }));
    expect(status).toBe(1);
    expect(stdout).toContain("/policies/logs.cedar:1: error: ");
    expect(check("nowhere")).toMatchObject({ status: 1, stdout: "" });
  });
});

describe("diff", () => {
  const diff = (...args: readonly string[]) => work.call(["bundle", "diff", ...args]);

  test("of a folder and its archive: nothing", () => {
    expect(diff(made(), folder())).toMatchObject({ status: 0, stdout: "nothing differs\n" });
    expect(JSON.parse(diff(made(), folder(), "--json").stdout)).toMatchObject({ same: true, policies: [] });
  });

  test("of policies: what they can allow, and which requests are decided otherwise", () => {
    const wider = file("policies/service.cedar").replace('Group::"maintenance"', 'Group::"operators"');
    const { status, stdout } = diff(made(), folder({ "policies/service.cedar": wider }));
    expect(status).toBe(1);
    expect(stdout).toStartWith(
      "policies that can allow more than before:\n  ~ permit restart-the-till: its principal became wider\n",
    );
    expect(stdout).toContain(
      'deny → allow: Agent::"desk" systemd::Action::"restart" systemd::Service::"till.service"',
    );
  });

  test("2 for trouble", () => {
    expect(diff(folder(), folder({ "policies/logs.cedar": "permit(" }))).toMatchObject({
      status: 2,
      stdout: "",
    });
    expect(diff(folder(), "nowhere")).toMatchObject({ status: 2 });
    expect(diff(folder())).toMatchObject({ status: 2 });
  });
});
