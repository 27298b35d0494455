/** The executable knows when it was made: no clock that is before that is right. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtAt } from "../src/cli/build-time.ts";
import { DeviceWorld, Team } from "./support/device-world.ts";

setDefaultTimeout(60_000);

const root = join(import.meta.dirname, "..");
const team = await Team.begin();
const world = new DeviceWorld(team);
afterAll(async () => {
  await world.remove();
  team.end();
});

test("the time is in the executable, and is not that of the build but of its source", async () => {
  const embedded = readFileSync(join(root, "dist/images/build-time.txt"), "utf8");
  await world.device();
  const { clock } = (await world.ask("GET", "/v1/bundles")).body;
  expect(clock).toEqual({ suspect: false, floor: embedded, source: "build" });
  const { stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  const isFromGit = /^\d+\n$/.test(stdout ?? "");
  // Another commit may have been made since.
  expect(embedded <= (isFromGit ? new Date(Number(stdout) * 1000) : builtAt()).toISOString()).toBe(true);
});
