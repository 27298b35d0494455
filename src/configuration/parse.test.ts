import { describe, expect, test } from "bun:test";
import { LIMITS } from "../platform/limits.ts";
import { ConfigurationError, parseConfiguration } from "./parse.ts";

const faults = (text: string): readonly string[] => {
  try {
    parseConfiguration(text, "f");
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split("\n");
  }
};

test("an empty file means the defaults", () => {
  expect(parseConfiguration("", "f")).toMatchObject({
    limits: { timeout_ms: LIMITS.timeMs, wait_ms: 30_000, queue: 64, warm: 1, approval_ms: 300_000 },
    log: { level: "info" },
    decision_log: { max_bytes: LIMITS.decisionFileBytes * LIMITS.decisionFiles },
  });
});

test("every key", () => {
  const text = `
    state = "/srv/state"
    socket = "/run/remit.sock"
    listen = "[::1]:7077"
    policy = "/etc/remit/p.cedar"
    [limits]
    timeout_ms = 1_000
    wait_ms = 0
    queue = 2
    concurrency = 3
    warm = 0
    approval_ms = 5000
    grace_ms = 0
    [runs]
    approved_only = true
    [log]
    level = "debug"
    [decision_log]
    max_bytes = 0x200000`;
  expect(faults(text)).toEqual([]);
  expect(parseConfiguration(text, "f")).toEqual({
    state: "/srv/state",
    socket: "/run/remit.sock",
    listen: "[::1]:7077",
    policy: "/etc/remit/p.cedar",
    limits: {
      timeout_ms: 1000,
      wait_ms: 0,
      queue: 2,
      concurrency: 3,
      warm: 0,
      approval_ms: 5000,
      grace_ms: 0,
    },
    runs: { approved_only: true },
    log: { level: "debug" },
    decision_log: { max_bytes: 2 ** 21 },
  });
});

describe("what is refused, with its place", () => {
  const CASES: readonly (readonly [string, ...string[]])[] = [
    ['polcy = "/p"', "f:1:1: unknown key 'polcy'; did you mean 'policy'?"],
    ["[limits]\n  timout_ms = 1", "f:2:3: unknown key 'limits.timout_ms'; did you mean 'timeout_ms'?"],
    ["[limit]\nqueue = 1", "f:1:1: unknown key 'limit'; did you mean 'limits'?"],
    [
      "a = 1\n[log]\nlevle = 2",
      "f:3:1: unknown key 'log.levle'; did you mean 'level'?",
      "f:1:1: unknown key 'a'",
    ],
    ["[runs]\naproved_only = true", "f:2:1: unknown key 'runs.aproved_only'; did you mean 'approved_only'?"],
    ["limits.quue = 1", "f:1:1: unknown key 'limits.quue'; did you mean 'queue'?"],
    ["limits = { quue = 1 }", "f:1:1: unknown key 'limits.quue'; did you mean 'queue'?"],
    ['"__proto__" = 1', "f:1:1: document contains an unsafe"],
    ["[constructor]\nprototype = 1", "f"],
    [
      "[limits]\nconcurrency = 64\nwarm = 65",
      "f:3:1: limits.warm: Too big: expected number to be <=64",
      "f:3:1: limits.warm: more",
    ],
    ["[limits]\nqueue = -1", "f:2:1: limits.queue: Too small: expected number to be >=0"],
    ["[limits]\nqueue = 1.5", "f:2:1: limits.queue: Invalid input: expected int, received number"],
    ["[limits]\nqueue = inf", "f:2:1: limits.queue: Invalid input"],
    ['[limits]\nqueue = "1"', "f:2:1: limits.queue: Invalid input: expected number, received string"],
    ["[limits]\nconcurrency = 1\nwarm = 2", "f:3:1: limits.warm: more runners would wait than run"],
    ["[limits]\ntimeout_ms = 600001", "f:2:1: limits.timeout_ms: Too big: expected number to be <=600000"],
    ['listen = "0.0.0.0:80"', "f:1:1: listen: must be 127.0.0.1:PORT or [::1]:PORT"],
    ['listen = "127.0.0.1:65536"', "f:1:1: listen: must be"],
    ['state = "state"', "f:1:1: state: must be an absolute path"],
    ['state = "/a\\u0000b"', "f:1:1: state: must be an absolute path"],
    [`socket = "/${"x".repeat(107)}"`, "f:1:1: socket: has more than 107 bytes"],
    ['[log]\nlevel = "loud"', "f:2:1: log.level: Invalid option"],
    ["log = 1", "f:1:1: log: Invalid input: expected object, received number"],
    ["limits = [1]", "f:1:1: limits: Invalid input: expected object, received array"],
    ["[[limits]]\nqueue = 1", "f:1:1: limits: Invalid input: expected object, received array"],
    ["state = 1979-05-27", "f:1:1: state: Invalid input: expected string"],
    ["state =", "f:1:"],
    ['state = "/a"\nstate = "/b"', "f:2:"],
    [`state = ${"[".repeat(10_000)}`, "f:1:"],
  ];
  for (const [text, ...expected] of CASES) {
    test(JSON.stringify(text).slice(0, 60), () => {
      const found = faults(text);
      expect(found.length).toBe(expected.length);
      for (const line of expected) expect(found.some((fault) => fault.startsWith(line))).toBe(true);
    });
  }
});

test("a byte order mark and Windows line ends are no faults", () => {
  expect(faults("\ufeff[limits]\r\nqueue = 1\r\n")).toEqual([]);
});
