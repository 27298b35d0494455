import { describe, expect, test } from "bun:test";
import { createAccess, currentAccess, Denied, dryRunAccess, isEffect, parsePolicySet } from "./index.ts";
import { fileRequest } from "./testing.ts";
import { ACTIONS, type Action } from "./types.ts";

const ALLOW = "permit(principal, action, resource);";
const accessOf = (policy: string) => createAccess(parsePolicySet(policy), "root");
const [read, write] = [fileRequest("read", "/a"), fileRequest("write", "/a")];

describe("a dry run", () => {
  const access = dryRunAccess(accessOf(ALLOW));

  test("looks as ever", () => {
    expect(access.require(read).request).toBe(read);
    expect(access.permit(read)).toBeDefined();
    expect(access.as("root").permit(read)).toBeDefined();
  });

  test("is refused what would have an effect, and told that the policy is not why", () => {
    expect(access.permit(write)).toBeUndefined();
    expect(access.as("other").permit(write)).toBeUndefined();
    expect(() => access.require(write)).toThrow(Denied);
    const because = (() => {
      try {
        access.require(write);
        return "nothing";
      } catch (error) {
        return error instanceof Denied ? error.because : String(error);
      }
    })();
    expect(because).toBe("dry run: the policy allows it");
  });

  test("is denied what the policy denies, for that reason", () => {
    const denied = dryRunAccess(accessOf(""));
    expect(() => denied.require(read)).toThrow("root may not file_system.read");
    expect(() => denied.require(write)).toThrow("root may not file_system.write");
  });
});

test("every action is either an effect or one that only looks", () => {
  const looking = Object.entries(ACTIONS).flatMap(([namespace, names]) =>
    names.map((name) => `${namespace}.${name}` as Action).filter((action) => !isEffect(action)),
  );
  expect(looking).toEqual([
    "file_system.network_namespace",
    "file_system.open",
    "file_system.read",
    "file_system.redacted_read",
    "file_system.stat",
    "process_system.list",
    "process_system.list_fds",
    "process_system.mount_namespace",
    "process_system.network_namespace",
    "sysinfo.list",
    "systemd.status",
  ]);
});

test("an access whose policy changes: the next request is under the new one", () => {
  let access = accessOf(ALLOW);
  const current = currentAccess(() => access);
  const asRoot = current.as("root");
  expect([current.permit(read), asRoot.permit(read)].every((token) => token !== undefined)).toBe(true);
  access = accessOf("");
  expect([current.permit(read), asRoot.permit(read)]).toEqual([undefined, undefined]);
  expect(current.principal).toBe("root");
  expect(current.vetoes("file_system.write")).toBeUndefined();
});
