import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../platform/file.ts";
import { Tokens } from "./tokens.ts";

let path: string;
let directory: number;
let tokens: Tokens;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-tokens-")));
  directory = openDirectory(path);
  tokens = new Tokens(directory);
});
afterEach(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

const make = (name: string, autonomy = 1) =>
  tokens.create({ name, scope: "run", autonomy, groups: ["agents"] });

test("a token is an agent with its level and its groups", () => {
  expect(tokens.callerOf(make("assistant", 3))).toEqual({
    principal: { type: "Agent", id: "assistant", attributes: { autonomy: 3 }, groups: ["agents"] },
    scope: "run",
    autonomy: 3,
    token: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("who has a token is found again without it, as long as it is one", () => {
  const caller = tokens.callerOf(make("assistant"));
  const found = () => tokens.callerByHash(caller?.token ?? "");
  expect(found()).toEqual(caller);
  tokens.revoke("assistant");
  expect(found()).toBeUndefined();
});

test("only its hash is kept, for nobody else to read", () => {
  const secret = make("assistant");
  const text = readFileSync(join(path, "tokens.json"), "utf8");
  expect(text).not.toContain(secret);
  expect(text).not.toContain(secret.slice("remit_".length));
  expect(statSync(join(path, "tokens.json")).mode & 0o777).toBe(0o600);
});

test("another secret, a part of one, and none are nobody's", () => {
  const secret = make("assistant");
  for (const wrong of ["", secret.slice(1), `${secret}x`, secret.toUpperCase()]) {
    expect(tokens.callerOf(wrong)).toBeUndefined();
  }
});

test("one of the same name is replaced; a revoked one is void at once, for other processes too", () => {
  const [first, second] = [make("assistant"), make("assistant")];
  const other = new Tokens(directory);
  expect([other.callerOf(first), other.callerOf(second)?.principal.id]).toEqual([undefined, "assistant"]);
  expect([tokens.revoke("assistant"), tokens.revoke("assistant")]).toEqual([true, false]);
  expect(other.callerOf(second)).toBeUndefined();
});

test("a file that is none of tokens makes nobody known", () => {
  const secret = make("assistant");
  writeFileSync(join(path, "tokens.json"), '{"version":1,"tokens":[{"name":"x"}]}');
  expect(() => tokens.callerOf(secret)).toThrow(
    /^tokens.json in the state directory cannot be read: it is no file of/,
  );
  rmSync(join(path, "tokens.json"));
  mkdirSync(join(path, "tokens.json"));
  expect(() => tokens.callerOf(secret)).toThrow(/Is a directory/);
  rmdirSync(join(path, "tokens.json"));
  expect(tokens.callerOf(secret)).toBeUndefined();
});

test("a token is delivered before it is good for anything, and not at all if it cannot be", () => {
  const token = { name: "assistant", scope: "run" as const, autonomy: 1, groups: [] };
  tokens.create(token, (secret) => expect(tokens.callerOf(secret)).toBeUndefined());
  const before = tokens.list();
  const deliver = () => {
    throw new Error("full");
  };
  expect(() => tokens.create({ ...token, name: "other" }, deliver)).toThrow("full");
  expect(tokens.list()).toEqual(before);
});
