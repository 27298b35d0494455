/** Files of what a device keeps are cut off: it goes on with the bundle that was in force, never with an older one; row 90. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, readdirSync, statSync, truncateSync } from "node:fs";
import { sha256Of } from "../../src/bundle/content/build.ts";
import { until } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";
import { Lanes } from "../support/lanes.ts";

setDefaultTimeout(120_000);

const lanes = new Lanes();
const team = await Team.begin();
const before = new DeviceWorld(team);
afterAll(async () => {
  await before.remove();
  team.end();
});

const agent = await before.device();
for (const revision of ["older", "old", "present"]) {
  team.release(bundle(revision));
  await before.begin("bundle", "poll").ended;
}
agent.signal("SIGTERM");
await agent.ended;
const ACTIVE = `bundle/${sha256Of(bundle("present"))}.bundle`;
const KEPT = [...readdirSync(before.at("bundle")).map((name) => `bundle/${name}`), "policy.bundle"].sort();

/** What is left of a file of so many bytes. */
const CUTS: { readonly [cut: string]: (bytes: number) => number } = {
  "to nothing": () => 0,
  "in half": (bytes) => Math.floor(bytes / 2),
  "by a byte": (bytes) => bytes - 1,
};
const NOTHING = () => 0;

/** A device as it was left, some files of which are cut; without an address it knows no repository. */
function cutting(
  files: readonly string[],
  left: (bytes: number) => number,
  use: (device: DeviceWorld) => Promise<void>,
  url?: string,
): Promise<void> {
  return lanes.run(async () => {
    const device = new DeviceWorld(team, url);
    try {
      cpSync(before.state, device.state, { recursive: true });
      for (const file of files) truncateSync(device.at(file), left(statSync(device.at(file)).size));
      await use(device);
    } finally {
      await device.remove();
    }
  });
}

test("two bundles, and each record twice, are what there is to be cut", () => {
  const records = ["bundles", "hwm", "proof", "state"].flatMap((name) =>
    [0, 1].map((turn) => `bundle/${name}.${turn}.json`),
  );
  const bundles = ["old", "present"].map((revision) => `bundle/${sha256Of(bundle(revision))}.bundle`);
  expect(KEPT).toEqual([...records, ...bundles, "policy.bundle"].sort());
});

describe.each(KEPT.map((file) => [file === ACTIVE ? "the bundle in force" : file, file] as const))(
  "%s is cut",
  (_, file) => {
    test.concurrent.each(Object.entries(CUTS))("%s", async (_, left) => {
      await cutting([file], left, async (device) => {
        const { said } = await device.device();
        if (file === ACTIVE) {
          // It is nowhere else, and is fetched at once.
          expect(said).toContain("bundle_damaged: ");
          await until(async () => (await device.open("/usr")) !== "denied", "the bundle");
        } else expect(said).not.toContain("no bundle is in force");
        expect(await device.inForce()).toEqual(["present", "denied"]);
        expect(await device.begin("bundle", "poll").ended).toMatchObject({ status: 0 });
        expect(await device.bundles()).toMatchObject({ state: "APPLIED", active_revision: "present" });
      });
    });
  },
);

const both = (name: string): readonly string[] => [0, 1].map((turn) => `bundle/${name}.${turn}.json`);

describe("two files are cut at once, and no repository is there", () => {
  test.concurrent.each<[string, readonly string[], string]>([
    ["both that say which bundle it is", both("bundles"), ""],
    ["both of what is trusted", both("state"), "trust_state_lost: "],
    ["both marks of what was trusted once", both("hwm"), "trust_state_recovered: "],
  ])("%s: it holds all the same", async (_, files, told) => {
    await cutting(
      files,
      NOTHING,
      async (device) => {
        const { said } = await device.device();
        expect(said).toContain(told);
        expect(await device.inForce()).toEqual(["present", "denied"]);
      },
      "",
    );
  });

  test.concurrent.each<[string, readonly string[]]>([
    ["both proofs", both("proof")],
    ["the bundle, and one that names it", [ACTIVE, "bundle/bundles.0.json"]],
    ["all that say which bundle it is, and by what", [...both("bundles"), ...both("proof")]],
  ])("%s: all is denied, and it says why; with the repository it holds again", async (_, files) => {
    await cutting(
      files,
      NOTHING,
      async (device) => {
        const alone = await device.device();
        expect(await device.inForce()).toEqual(["denied", "denied"]);
        const status = await device.status();
        expect(status).toContain("bundle       none: everything is denied (shops/prod, UNSET)");
        expect(status).toContain("             bundle_damaged: ");
        expect(status).toContain(
          "             to do: the repository is asked for it; without one: remit bundle import",
        );
        alone.signal("SIGTERM");
        await alone.ended;
        device.url = team.server.url;
        await device.device();
        await until(async () => (await device.open("/usr")) === "present", "the bundle");
      },
      "",
    );
  });
});
