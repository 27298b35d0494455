import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { hasFfi, isClockSynchronized, openat2, pidfd, subreaper } from "./bun-features.ts";

test.skipIf(process.platform !== "linux")(
  "this kernel has them, and asking leaves nothing open (Linux)",
  () => {
    const before = readdirSync("/proc/self/fd").length;
    expect(hasFfi()).toBe(true);
    expect([openat2(), pidfd(), subreaper()]).toEqual(["yes", "yes", "yes"]);
    expect(isClockSynchronized()).toBeBoolean();
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  },
);
