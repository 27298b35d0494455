import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../figure.ts";
import { Nginx } from "../host/nginx.ts";
import { CentralTeam } from "./central-team.ts";
import { largeBundle } from "./content.ts";
import { Device } from "./device.ts";

const POLICIES = 100;
/** Beside policies, which are packed to a tenth: scripts of a larger fleet. */
const BYTES = 30_000;
/** By then there is one before the bundle in force, and one before that was removed. */
const UPDATES = 3;

/** What a device keeps of its bundles: the one in force and the one before, and what they are proved by. */
export async function disk(directory: string): Promise<readonly Figure[]> {
  const content = (revision: string) => largeBundle(POLICIES, BYTES, revision);
  const team = await CentralTeam.begin(join(directory, "large"), content, 1 + UPDATES);
  const nginx = await Nginx.start(team.path);
  const device = await Device.start(team, nginx.url());
  try {
    for (let update = 0; update < UPDATES; update++) await device.expect(team.publish());
    const files = filesIn(join(device.agent.state, "bundle"));
    const bytes = (of: readonly File[]): number => of.reduce((sum, { size }) => sum + size, 0);
    const rest = files.filter(({ name }) => !name.endsWith(".bundle"));
    return [
      { name: "a larger bundle: the archive, bytes", target: "", rounds: [team.bundleBytes] },
      {
        name: "state of bundles on the disk, of the archive",
        target: "≤ 3",
        rounds: [bytes(files) / team.bundleBytes],
      },
      { name: "of it beside the two archives, bytes", target: "", rounds: [bytes(rest)] },
    ];
  } finally {
    await device.stop();
    await nginx.stop();
  }
}

interface File {
  readonly name: string;
  readonly size: number;
}

const filesIn = (directory: string): readonly File[] =>
  readdirSync(directory).map((name) => ({ name, size: statSync(join(directory, name)).size }));
