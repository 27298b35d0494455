import { join } from "node:path";
import { cells, type Figure } from "../figure.ts";
import { Nginx } from "../host/nginx.ts";
import { CentralTeam } from "./central-team.ts";
import { bundle } from "./content.ts";
import { disk } from "./disk.ts";
import { idle } from "./idle.ts";
import { UPDATES, update } from "./update.ts";
import { UPDATES_IN_A_ROW, updates } from "./updates.ts";

const POLICIES = 100;
/** No part takes as long, in milliseconds. */
const PART_MS = 600_000;

/** The table about bundles, row by row to `row`: the executable's agent, and nginx as the host of its repository. */
export async function measureBundles(
  directory: string,
  row: (cells: readonly string[]) => void,
): Promise<void> {
  if (!Nginx.isThere) return row(["there is no nginx: apt-get install nginx-light"]);
  const team = await CentralTeam.begin(
    join(directory, "bundles"),
    (revision) => bundle(POLICIES, revision),
    1 + 2 * UPDATES + UPDATES_IN_A_ROW,
  );
  const nginx = await Nginx.start(team.path);
  const all = () => update(team, nginx, `update of ${POLICIES} policies`);
  const one = () => updateOfOne(join(directory, "bundles-of-one"));
  try {
    row(["what", "target", "remit", "worst round"]);
    row(["---", "--:", "--:", "--:"]);
    const state = () => disk(directory);
    const parts = {
      idle: () => idle(team, nginx),
      update: all,
      "update of one policy": one,
      "updates in a row": () => updates(team, nginx),
      state,
    };
    for (const [name, measure] of Object.entries(parts)) {
      for (const figure of await withinTime(name, measure())) row(cells(figure, false));
    }
  } finally {
    await nginx.stop();
  }
}

/** As most updates are: what else is in the bundle was in the one before. */
async function updateOfOne(directory: string): Promise<readonly Figure[]> {
  const content = (revision: string) => bundle(POLICIES, revision, 1);
  const team = await CentralTeam.begin(directory, content, 1 + 2 * UPDATES);
  const nginx = await Nginx.start(team.path);
  try {
    return await update(team, nginx, `update of 1 policy of ${POLICIES}`);
  } finally {
    await nginx.stop();
  }
}

function withinTime<T>(name: string, part: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${name} is not over after ${PART_MS} ms`)), PART_MS);
  return Promise.race([part, late.promise]).finally(() => clearTimeout(timer));
}
