import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeArchive } from "../bundle/archive/index.ts";
import { BundleError, BundleStore, openBundleDirectory } from "../bundle/index.ts";
import { close, openDirectory } from "../platform/file.ts";
import {
  bundleSource,
  CANDIDATE,
  pointToBundle,
  policySource,
  readPolicy,
  writePolicy,
} from "./active-policy.ts";

const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-active-")));
const directory = openDirectory(path);
const METADATA = {
  ...{ format: 1, fleet: "f", channel: "c", revision: "git:1", cedar_version: "4.13", min_agent: "0.1.0" },
  created: "2026-01-31T12:00:00Z",
};
const bytes = writeArchive(
  new Map(
    Object.entries({
      "metadata.json": JSON.stringify(METADATA),
      "policies/b.cedar": "forbid(principal, action, resource);\n\n",
      "policies/a.cedar": "permit(principal, action, resource);",
      "scripts/s.rhai": "1",
    }).map(([name, text]) => [name, Buffer.from(text)]),
  ),
);
let sha256 = "";

beforeAll(async () => {
  const folder = openBundleDirectory(directory);
  sha256 = await new BundleStore(folder).put(bytes);
  close(folder);
});
afterAll(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

const refusal = (): string => {
  try {
    readPolicy(directory);
  } catch (error) {
    if (error instanceof BundleError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "";
};

describe("a policy file", () => {
  test("is none at first, which permits nothing", () => {
    expect(readPolicy(directory)).toEqual(policySource(""));
  });

  test("is called by its hash", () => {
    writePolicy(directory, "// a");
    writePolicy(directory, "// b", CANDIDATE);
    const source = readPolicy(directory);
    expect(source.text).toBe("// a");
    expect(source.sha256).toStartWith(source.revision);
    expect(readPolicy(directory, CANDIDATE).text).toBe("// b");
  });
});

describe("a bundle", () => {
  test("that is named is the policy, as it calls itself", () => {
    pointToBundle(directory, sha256);
    const source = readPolicy(directory);
    expect(source).toEqual(bundleSource(bytes));
    expect(source).toMatchObject({ revision: "git:1", sha256 });
    expect(source.text).toBe(
      "// policies/a.cedar\npermit(principal, action, resource);\n\n// policies/b.cedar\nforbid(principal, action, resource);\n",
    );
    expect([...(source.bundle?.scripts.keys() ?? [])]).toEqual(["s"]);
    expect(statSync(join(path, "policy.bundle")).mode & 0o777).toBe(0o600);
  });

  test("is no candidate", () => {
    expect(readPolicy(directory, CANDIDATE).text).toBe("// b");
  });

  test("gives way to a policy file that is written", () => {
    writePolicy(directory, "// c", CANDIDATE);
    expect(readPolicy(directory).bundle).toBeDefined();
    writePolicy(directory, "// c");
    expect(readPolicy(directory)).toEqual(policySource("// c"));
    expect(existsSync(join(path, "policy.bundle"))).toBe(false);
  });

  test("of which not all is as it was is no policy at all", () => {
    pointToBundle(directory, sha256);
    const file = join(path, "bundle", `${sha256}.bundle`);
    writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(1)]));
    expect(refusal()).toBe(
      `state_unavailable the bundle ${sha256} is not what its name says: its file was changed`,
    );
    rmSync(file);
    expect(refusal()).toContain("cannot be read: No such file");
    for (const text of ["", "{}", '{"sha256": "../policy"}', "x".repeat(1024)]) {
      writeFileSync(join(path, "policy.bundle"), text);
      expect(refusal()).toBe(
        "state_unavailable the file policy.bundle of the state directory names no bundle",
      );
    }
    expect(() => pointToBundle(directory, "../x")).toThrow();
  });
});
