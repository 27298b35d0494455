import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ancestorsOf, isThere, withoutLinks } from "./place.ts";

const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-place-")));
afterAll(() => rmSync(path, { recursive: true }));
mkdirSync(join(path, "real"));
symlinkSync(join(path, "real"), join(path, "link"));
symlinkSync(join(path, "nothing"), join(path, "dangling"));

test("the directories above a path, but for the root", () => {
  expect(ancestorsOf("/var/lib/remit")).toEqual(["/var/lib", "/var"]);
  expect(ancestorsOf("/var")).toEqual([]);
  expect(ancestorsOf("/")).toEqual([]);
});

test("a link is there, whether what it leads to is or not", () => {
  for (const name of ["real", "link", "dangling"]) expect(isThere(join(path, name))).toBe(true);
  for (const name of ["nothing", "nothing/below"]) expect(isThere(join(path, name))).toBe(false);
});

test("links are followed as far as something is there", () => {
  expect(withoutLinks(join(path, "link"))).toBe(join(path, "real"));
  expect(withoutLinks(join(path, "link/a/b"))).toBe(join(path, "real/a/b"));
  expect(withoutLinks(join(path, "real/a"))).toBe(join(path, "real/a"));
  expect(withoutLinks("/")).toBe("/");
});
