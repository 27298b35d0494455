import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  effectiveUser,
  forgetAccounts,
  groupId,
  groupName,
  parseAccounts,
  userId,
  userName,
} from "./identity.ts";

test("the accounts of this machine", () => {
  expect(userName(0)).toBe("root");
  expect(userId("root")).toBe(0);
  const group = groupName(0);
  expect(group === undefined ? undefined : groupId(group)).toBe(0);
  expect(userName(4_000_000_000)).toBeUndefined();
  expect(userId("no such user")).toBeUndefined();
});

test("the user of this process", () => {
  const uid = process.geteuid?.();
  expect(effectiveUser()).toMatchObject({
    uid,
    gid: process.getegid?.(),
    name: userName(uid ?? -1) ?? String(uid),
  });
});

test("stay known after they were forgotten", () => {
  forgetAccounts();
  expect(userName(0)).toBe("root");
});

test("of several lines for a name or a number, the first counts", () => {
  const { names, ids } = parseAccounts("root:x:0:0::/:\ntoor:x:0:0\nroot:x:5:5\n");
  expect([...names]).toEqual([
    [0, "root"],
    [5, "root"],
  ]);
  expect([...ids]).toEqual([
    ["root", 0],
    ["toor", 0],
  ]);
});

test("lines of another form are skipped", () => {
  const { ids } = parseAccounts("# a:x:1\n+:x:\n:x:2\nb\nc:x:-1\nd:x:1e3\ne:x: 4\nf:x:4294967296\ng:x:7\n");
  expect([...ids]).toEqual([["g", 7]]);
});

test("any text can be parsed", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const [name, id] of parseAccounts(text).ids) expect(name !== "" && id >= 0).toBe(true);
    }),
  );
});
