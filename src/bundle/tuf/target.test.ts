/** Targets and their content, as the conformance suite of TUF has them. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { LIMITS } from "../../platform/limits.ts";
import { codeOf, TestRepository } from "../testing.ts";
import { PROFILES } from "./profile.ts";
import { expectTarget, targetLocation } from "./target.ts";
import { TestDevice } from "./testing.ts";

const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest("hex");

function published(path: string, content: string): { repository: TestRepository; device: TestDevice } {
  const repository = new TestRepository();
  repository.addTarget(path, content, { custom: { revision: "git:abc" } });
  repository.publishAll();
  return { repository, device: new TestDevice(repository) };
}

describe.each(["file.txt", "path/to/a/file.txt", "a b/ä?#.txt"])("%s", (path) => {
  test("is downloaded under its hash", async () => {
    const { repository, device } = published(path, "content");
    const escaped = path.split("/").map(encodeURIComponent);
    const name = escaped.pop();
    const location = ["targets", ...escaped, `${hash("sha256", "content")}.${name}`].join("/");
    repository.files.set(location, Buffer.from("content"));
    expect(await device.get(path)).toBe("content");
    expect(device.requests().at(-1)).toBe(location);
  });
});

describe("content that was not signed", () => {
  test.each([
    ["another one", "CONTENT", "mismatch"],
    ["a shorter one", "conten", "mismatch"],
    ["nothing", "", "mismatch"],
    ["a longer one", "content+", "too_large"],
  ])("%s", async (_, other, code) => {
    const { repository, device } = published("file.txt", "content");
    const location = `targets/${hash("sha256", "content")}.file.txt`;
    repository.files.set(location, Buffer.from(other));
    expect(await device.get("file.txt")).toBe(code);
    repository.files.set(location, Buffer.from("content"));
    expect(await device.get("file.txt")).toBe("content");
  });

  test("is not taken for another one after many changes either", async () => {
    const { repository, device } = published("file.txt", "content");
    for (const content of ["1", "2", "3"]) {
      repository.addTarget("file.txt", content);
      repository.publishAll();
      expect(await device.get("file.txt")).toBe(content);
      repository.files.set(`targets/${hash("sha256", content)}.file.txt`, Buffer.from("x"));
      repository.publishAll();
      expect(await device.get("file.txt")).toBe("mismatch");
    }
  });
});

test("what is not there", async () => {
  const { repository, device } = published("file.txt", "content");
  expect(await device.get("other.txt")).toBe("target_unknown");
  repository.files.delete(`targets/${hash("sha256", "content")}.file.txt`);
  expect(await device.get("file.txt")).toBe("missing");
});

describe("hashes", () => {
  const [sha256, sha512] = [hash("sha256", "content"), hash("sha512", "content")];
  const got = async (hashes: object, profile: keyof typeof PROFILES = "remit") => {
    const { repository, device } = published("file.txt", "content");
    repository.files.set(`targets/${sha512}.file.txt`, Buffer.from("content"));
    Object.assign(repository.targetsOf("targets").targets["file.txt"] ?? {}, { hashes });
    repository.publishAll();
    device.profile = PROFILES[profile];
    return device.get("file.txt");
  };

  test.each([{ sha256 }, { sha256, sha512 }, { sha256, md5: "0" }])("%j", async (hashes) => {
    expect(await got(hashes)).toBe("content");
  });

  test.each([{ sha256, sha512: "0".repeat(128) }, { sha512 }, { unknown: sha512 }, {}])(
    "%j are refused",
    async (hashes) => {
      expect(await got(hashes)).toBe("mismatch");
    },
  );

  test("of SHA-512 are enough where the profile takes them", async () => {
    expect(await got({ sha512 }, "tuf")).toBe("content");
    expect(await got({ unknown: sha512 }, "tuf")).toBe("mismatch");
  });
});

describe("a path that leads elsewhere", () => {
  const target = { length: 1, hashes: { sha256: "0".repeat(64) }, custom: {} };
  test.each(["../file", "a/../b", "/file", "a//b", "a/", "", ".", "a/./b"])("%p is refused", (path) => {
    expect(codeOf(() => targetLocation({ ...target, path }, PROFILES.remit))).toBe("mismatch");
  });

  test.each(["..a", "a/.b", "%2e%2e/a", "a\\..\\b"])("%p does not", (path) => {
    expect(targetLocation({ ...target, path }, PROFILES.remit)).toStartWith("targets/");
    const { pathname } = new URL(targetLocation({ ...target, path }, PROFILES.remit), "http://host/base/");
    expect(pathname).toStartWith("/base/targets/");
  });
});

test("a bundle that is too large is not asked for", async () => {
  const { repository, device } = published("file.txt", "content");
  const file = repository.targetsOf("targets").targets["file.txt"] ?? {};
  file["length"] = LIMITS.bundleBytes + 1;
  repository.publishAll();
  expect(await device.get("file.txt")).toBe("too_large");
  expect(device.requests().at(-1)).toBe("metadata/3.targets.json");
});

test("content that was kept is verified in the same way", () => {
  const target = { path: "file", length: 7, hashes: { sha256: hash("sha256", "content") }, custom: {} };
  expect(codeOf(() => expectTarget(target, Buffer.from("content"), PROFILES.remit))).toBe("");
  expect(codeOf(() => expectTarget(target, Buffer.from("contenT"), PROFILES.remit))).toBe("mismatch");
  const weak = { ...target, hashes: { sha512: hash("sha512", "content") } };
  expect(codeOf(() => expectTarget(weak, Buffer.from("content"), PROFILES.remit))).toBe("mismatch");
});
