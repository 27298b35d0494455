/** How targets are searched for in roles that others delegate to, as the conformance suite of TUF has it. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { Metadata, MetadataKind } from "@tufjs/models";
import { LIMITS } from "../../platform/limits.ts";
import { TestRepository, testKey } from "../testing.ts";
import { delegationsFor } from "./delegations.ts";
import { readMetadata } from "./metadata.ts";
import { PROFILES } from "./profile.ts";
import { TestDevice } from "./testing.ts";

type Delegation = readonly [from: string, name: string, json?: Record<string, unknown>];

function repositoryOf(delegations: readonly Delegation[]): TestRepository {
  const repository = new TestRepository();
  for (const [from, name, json] of delegations) repository.delegate(from, name, json);
  repository.publishAll();
  return repository;
}

/** The roles that a device asks for when it searches for `path`, and what it finds. */
async function search(repository: TestRepository, path: string) {
  const device = new TestDevice(repository);
  const found = await device.get(path);
  const roles = device
    .requests()
    .slice(4)
    .filter((name) => name.startsWith("metadata/"));
  return [
    found,
    ...roles.map((name) => decodeURIComponent(name.replace(/^metadata\/\d+\.(.*)\.json$/, "$1"))),
  ];
}

const END = { terminating: true };
const PY = { paths: ["*.py"] };

describe("the order of trust", () => {
  test.each<[string, readonly Delegation[], string]>([
    ["one", [["targets", "A"]], "A"],
    [
      "two beside each other",
      [
        ["targets", "A"],
        ["targets", "B"],
      ],
      "A B",
    ],
    [
      "one below",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["B", "C"],
      ],
      "A B C",
    ],
    [
      "what is below comes first",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["A", "C"],
        ["A", "D"],
      ],
      "A C D B",
    ],
    [
      "three levels",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["A", "C"],
        ["C", "D"],
      ],
      "A C D B",
    ],
    [
      "one that ends it",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["A", "C", END],
        ["A", "D"],
      ],
      "A C",
    ],
    [
      "one that ends it after those below",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["A", "C", END],
        ["C", "D"],
      ],
      "A C D",
    ],
    [
      "another path",
      [
        ["targets", "A", PY],
        ["targets", "B"],
        ["A", "C"],
      ],
      "B",
    ],
    [
      "another path below",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["A", "C", PY],
        ["C", "D"],
      ],
      "A B",
    ],
    [
      "one that would end it, of another path",
      [
        ["targets", "A", { ...PY, ...END }],
        ["targets", "B"],
      ],
      "B",
    ],
    [
      "a circle",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["B", "C"],
        ["C", "D"],
        ["D", "B"],
      ],
      "A B C D",
    ],
    [
      "two ways to one role",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["B", "C"],
        ["A", "C"],
      ],
      "A C B",
    ],
    [
      "two ways for different paths",
      [
        ["targets", "A"],
        ["targets", "B"],
        ["B", "C"],
        ["A", "C", PY],
      ],
      "A B C",
    ],
    // Properties of a JavaScript object would come in another order.
    [
      "names that are numbers",
      [
        ["targets", "b"],
        ["targets", "2"],
        ["targets", "1"],
      ],
      "b 2 1",
    ],
    [
      "names of Object's own",
      [
        ["targets", "__proto__"],
        ["targets", "constructor"],
      ],
      "__proto__ constructor",
    ],
  ])("%s", async (_, delegations, visited) => {
    expect(await search(repositoryOf(delegations), "nothing")).toEqual([
      "target_unknown",
      ...visited.split(" "),
    ]);
  });
});

describe("by path", () => {
  const repository = repositoryOf([
    ["targets", "A", { paths: ["*.doc", "*.md", "foo-?.tgz"] }],
    ["targets", "B", { paths: ["releases/*/*"] }],
    ["B", "C", { paths: ["releases/x/*"] }],
    ["B", "D", { paths: ["releases/y/*.zip"] }],
  ]);
  const paths = {
    targets: ["file"],
    A: ["README.md", "releases/README.md", "foo-1.tgz", "foo-alpha.tgz"],
    C: ["releases/x/v1"],
    D: ["releases/y/v1.zip", "releases/z/v1.zip"],
  };
  for (const [role, names] of Object.entries(paths))
    for (const path of names) repository.addTarget(path, `${path} by ${role}`, { role });
  repository.publishAll();

  test.each([
    ["file", "targets", ""],
    ["README.md", "A", "A"],
    ["foo-1.tgz", "A", "A"],
    ["releases/x/v1", "C", "B C"],
    ["releases/y/v1.zip", "D", "B D"],
  ])("%s is found with %s", async (path, role, visited) => {
    const roles = visited === "" ? [] : visited.split(" ");
    expect(await search(repository, path)).toEqual([`${path} by ${role}`, ...roles]);
  });

  test.each([
    ["releases/z/v1.zip", "B"],
    ["releases/README.md", ""],
    ["foo-alpha.tgz", ""],
    ["README.MD", ""],
    ["__proto__", ""],
  ])("%s is not delegated to those who have it", async (path, visited) => {
    const roles = visited === "" ? [] : visited.split(" ");
    expect(await search(repository, path)).toEqual(["target_unknown", ...roles]);
  });
});

test.each(["?", "#", "/team", "../team", "..", "%2e%2e", "a b", "ä"])(
  "a role that is called %s",
  async (name) => {
    const repository = repositoryOf([["targets", name]]);
    repository.addTarget("file", "content", { role: name });
    repository.publishAll();
    expect(await search(repository, "file")).toEqual(["content", name]);
  },
);

test("a role counts only for who delegates to it: another way to it brings no trust along", async () => {
  const repository = new TestRepository();
  const [ofA, ofB] = [testKey(), testKey()];
  repository.delegate("targets", "a", { paths: ["a/*"] });
  repository.delegate("targets", "b", { paths: ["b/*"] });
  repository.delegate("a", "release", { paths: ["a/*"] }, [ofA]);
  repository.delegate("b", "release", { paths: ["b/*"] }, [ofB]);
  repository.signers.set("release", [ofA]);
  repository.addTarget("a/file", "of a", { role: "release" });
  repository.addTarget("b/file", "of b", { role: "release" });
  repository.publishAll();
  const device = new TestDevice(repository);
  expect(await device.get("a/file")).toBe("of a");
  expect(await device.find("b/file")).toBe("bad_signature");
  expect(await device.restart().get("b/file")).toBe("bad_signature");
  repository.signers.set("release", [ofA, ofB]);
  repository.publishAll();
  expect(await device.get("b/file")).toBe("of b");
});

test("a role that the snapshot does not list is not asked for", async () => {
  const repository = repositoryOf([["targets", "team", { paths: ["team/*"] }]]);
  delete repository.snapshot.meta["team.json"];
  repository.publish("snapshot", "timestamp");
  const device = new TestDevice(repository);
  expect(await device.poll()).toMatchObject({ warnings: [] });
  device.requests();
  expect(await device.find("team/file")).toBe("missing");
  expect(device.requests()).toEqual([]);
});

test("a role is fetched once, and again when it has another version", async () => {
  const repository = repositoryOf([["targets", "team"]]);
  repository.addTarget("file", "1", { role: "team" });
  repository.publishAll();
  const device = new TestDevice(repository);
  expect(await device.get("file")).toBe("1");
  device.requests();
  expect(await device.restart().get("file")).toBe("1");
  expect(device.requests().filter((path) => path.includes("team"))).toEqual([]);
  repository.addTarget("file", "2", { role: "team" });
  repository.publishAll();
  expect(await device.restart().get("file")).toBe("2");
  expect(device.requests()).toContain("metadata/3.team.json");
});

describe("more roles than are visited", () => {
  const roles = Array.from({ length: LIMITS.delegations + 1 }, (_, index) => `role-${index}`);
  const repository = repositoryOf(roles.map((name) => ["targets", name] as const));
  repository.addTarget("last", "content", { role: roles.at(-2) ?? "" });
  repository.addTarget("beyond", "content", { role: roles.at(-1) ?? "" });
  repository.publishAll();

  test("the last one of so many is", async () => {
    expect((await search(repository, "last"))[0]).toBe("content");
  });

  test("the one after it is not", async () => {
    expect(await search(repository, "beyond")).toEqual(["target_unknown", ...roles.slice(0, -1)]);
  });
});

describe("by hashes of paths", () => {
  const hash = (path: string) => createHash("sha256").update(path).digest("hex");

  test("a role has the paths whose hashes begin as it says", async () => {
    const repository = repositoryOf([
      ["targets", "other", { path_hash_prefixes: [hash("another").slice(0, 6)] }],
      ["targets", "own", { path_hash_prefixes: ["00000", hash("file").slice(0, 3)] }],
    ]);
    repository.addTarget("file", "content", { role: "own" });
    repository.publishAll();
    expect(await search(repository, "file")).toEqual(["content", "own"]);
    expect(await search(repository, "nothing")).toEqual(["target_unknown"]);
  });

  test.each([
    [1, 1],
    [3, 1],
    [8, 2],
    [10, 3],
    [32, 8],
  ])("bins of %d bits (TAP 15)", async (bits, digits) => {
    const repository = new TestRepository();
    const key = testKey();
    const bin = Math.floor(Number.parseInt(hash("dir/file").slice(0, 8), 16) / 2 ** (32 - bits));
    const name = `bin-${bin.toString(16).padStart(digits, "0")}`;
    repository.delegate("targets", name, {}, [key]);
    repository.addTarget("dir/file", "content", { role: name });
    const succinct_roles = { keyids: [key.id], threshold: 1, bit_length: bits, name_prefix: "bin" };
    repository.targetsOf("targets").delegations = { keys: { [key.id]: key.json }, succinct_roles };
    repository.publishAll();
    expect(await search(repository, "dir/file")).toEqual(["content", name]);
  });

  test("bins are found by another implementation, too", () => {
    const repository = new TestRepository();
    const succinct_roles = { keyids: [], threshold: 1, bit_length: 10, name_prefix: "bin" };
    repository.targetsOf("targets").delegations = { keys: {}, succinct_roles };
    repository.publishAll();
    const bytes = repository.bytesOf("targets");
    const theirs = Metadata.fromJSON(MetadataKind.Targets, JSON.parse(Buffer.from(bytes).toString()));
    const ours = readMetadata("targets", bytes, PROFILES.remit);
    for (const path of Array.from({ length: 20 }, (_, index) => `dir/file-${index}`)) {
      const expected = [...(theirs.signed.delegations?.rolesForTarget(path) ?? [])];
      const found = delegationsFor(path, ours).map(({ name: role, terminating }) => ({ role, terminating }));
      expect(found).toEqual(expected);
    }
  });
});
