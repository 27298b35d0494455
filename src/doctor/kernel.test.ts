import { expect, test } from "bun:test";
import { clockFinding, KERNEL } from "./kernel.ts";

test("a clock that was never set is a fault, one that nothing keeps right a warning", () => {
  expect(clockFinding(0, true)).toMatchObject({ state: "fail", found: "it is 1970-01-01T00:00:00.000Z" });
  const now = Date.UTC(2030, 0, 1);
  expect(clockFinding(now, false)).toMatchObject({ state: "warn" });
  expect(clockFinding(now, true)).toEqual({ state: "ok", found: "2030-01-01T00:00:00.000Z" });
  expect(clockFinding(now, undefined)).toMatchObject({ state: "ok" });
});

test("each look at the kernel ends with a finding, and says what to do unless all is well", async () => {
  for (const { look } of KERNEL) {
    const { state, advice } = await look({} as never);
    expect(advice === undefined).toBe(state === "ok");
  }
});
