import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_PERIODS, expiry, periodMs, readSettings } from "./settings.ts";
import { NOW, refusal, Team } from "./testing.ts";

test("periods in days and hours", () => {
  expect([periodMs("1d"), periodMs("12h"), periodMs("365d")]).toEqual([
    86_400_000, 43_200_000, 31_536_000_000,
  ]);
  for (const text of ["", "0d", "d", "1", "1.5d", "-1d", "10000d", "1w", "1d ", "1D"]) {
    expect(periodMs(text)).toBeUndefined();
  }
  const settings = { format: 1, expires: { ...DEFAULT_PERIODS, timestamp: "12h" } } as const;
  expect(expiry(settings, "timestamp", NOW).toISOString()).toBe("2026-02-01T00:00:00.000Z");
});

test("what init wrote is read; anything else is no repository", async () => {
  const team = new Team();
  const read = () => team.use(readSettings);
  expect(await refusal(read())).toBe(
    `repository_invalid: ${team.path} is no repository: there is no repository.json in it; remit repo init makes one`,
  );
  await team.init({ fleet: "fleet-a" });
  expect(await read()).toEqual({ format: 1, fleet: "fleet-a", expires: DEFAULT_PERIODS });
  for (const text of ["", "{}", '{"format":2}', '{"format":1,"expires":{"root":"1d"}}']) {
    writeFileSync(join(team.path, "repository.json"), text);
    expect(await refusal(read())).toContain("is not what remit repo init wrote");
  }
  rmSync(team.path, { recursive: true });
});
