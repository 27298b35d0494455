import { beforeEach, describe, expect, test } from "bun:test";
import { LIMITS } from "../platform/limits.ts";
import { Sessions } from "./sessions.ts";

const TOKEN = "0".repeat(64);
const OTHER = "1".repeat(64);

let now = 0;
let sessions: Sessions;
beforeEach(() => {
  now = 1000;
  sessions = new Sessions(() => now);
});

describe("a code", () => {
  test("is 32 random bytes, good once, for the token that it was made for", () => {
    const [first, second] = [sessions.issueCode(TOKEN), sessions.issueCode(OTHER)];
    expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(first).not.toBe(second);
    expect([sessions.takeCode(second), sessions.takeCode(first)]).toEqual([OTHER, TOKEN]);
    expect([sessions.takeCode(first), sessions.takeCode(second)]).toEqual([undefined, undefined]);
  });

  test("another one, a part of one and none are good for nothing", () => {
    const code = sessions.issueCode(TOKEN);
    for (const wrong of ["", code.slice(1), `${code}x`, `${code} `, "A".repeat(43)]) {
      expect(sessions.takeCode(wrong)).toBeUndefined();
    }
    expect(sessions.takeCode(code)).toBe(TOKEN);
  });

  test("is good for its time and no longer", () => {
    const [early, late] = [sessions.issueCode(TOKEN), sessions.issueCode(TOKEN)];
    now += LIMITS.loginCodeMs - 1;
    expect(sessions.takeCode(early)).toBe(TOKEN);
    now += 1;
    expect(sessions.takeCode(late)).toBeUndefined();
  });

  test("goes when as many newer ones wait as may", () => {
    const [oldest, ...others] = Array.from({ length: LIMITS.loginCodes + 1 }, () =>
      sessions.issueCode(TOKEN),
    );
    expect(sessions.takeCode(oldest ?? "")).toBeUndefined();
    expect(others.map((code) => sessions.takeCode(code))).toEqual(others.map(() => TOKEN));
  });
});

describe("a session", () => {
  test("stands for its token, with both halves of its secret, until it is ended", () => {
    const [one, other] = [sessions.open(TOKEN), sessions.open(OTHER)];
    expect([sessions.tokenOf(one), sessions.tokenOf(other)]).toEqual([TOKEN, OTHER]);
    for (const wrong of [
      { ...one, key: "" },
      { ...one, cookie: "" },
      { ...one, key: other.key },
      { cookie: one.key, key: one.cookie },
      { cookie: `${one.cookie} ${one.key}`, key: "" },
    ]) {
      expect(sessions.tokenOf(wrong)).toBeUndefined();
    }
    sessions.end(one);
    expect([sessions.tokenOf(one), sessions.tokenOf(other)]).toEqual([undefined, OTHER]);
    expect(sessions.count).toBe(1);
  });

  test("ends when it is not used", () => {
    const [used, unused] = [sessions.open(TOKEN), sessions.open(TOKEN)];
    now += LIMITS.pageIdleMs - 1;
    expect(sessions.tokenOf(used)).toBe(TOKEN);
    now += 1;
    expect([sessions.tokenOf(used), sessions.tokenOf(unused)]).toEqual([TOKEN, undefined]);
  });

  test("ends after its time, however it is used", () => {
    const session = sessions.open(TOKEN);
    const end = now + LIMITS.pageSessionMs;
    for (; now < end; now += LIMITS.pageIdleMs / 2) expect(sessions.tokenOf(session)).toBe(TOKEN);
    expect(sessions.tokenOf(session)).toBeUndefined();
    expect(sessions.count).toBe(0);
  });

  test("that is unused for longest goes when there are too many", () => {
    const [first, second, ...others] = Array.from({ length: LIMITS.pageSessions }, () =>
      sessions.open(TOKEN),
    );
    if (first === undefined || second === undefined) throw new Error("there are no sessions");
    sessions.tokenOf(first);
    const newest = sessions.open(TOKEN);
    expect(sessions.tokenOf(second)).toBeUndefined();
    expect([first, ...others, newest].map((session) => sessions.tokenOf(session))).toEqual(
      Array.from({ length: LIMITS.pageSessions }, () => TOKEN),
    );
  });
});
