import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { availableParallelism } from "node:os";
import { AREAS } from "./areas.ts";
import { type Case, type Observed, readCases } from "./case.ts";
import { disagreements } from "./compare.ts";
import { differenceOf } from "./differences.ts";
import { startHttpServer } from "./http-server.ts";
import { runCase } from "./run-case.ts";

/** Why this machine cannot run `candidate`, or `undefined`. */
function unmet(candidate: Case): string | undefined {
  return candidate.needs?.find((need) => {
    if (need === "root") return process.getuid?.() !== 0;
    if (need === "no-systemd") return existsSync("/run/dbus/system_bus_socket");
    if (need.startsWith("bin:")) return !existsSync(need.slice("bin:".length));
    return need !== "http";
  });
}

let server: Server;
const areas = readCases();
const outcomes = new Map<Case, Promise<Observed>>();

beforeAll(async () => {
  const started = await startHttpServer();
  server = started.server;
  // One process a case, as many at a time as there are cores; each test then awaits its own.
  const queue = [...areas].filter(([area]) => AREAS.includes(area)).flatMap(([, cases]) => cases);
  const lanes: Promise<unknown>[] = Array.from({ length: availableParallelism() }, () => Promise.resolve());
  queue.forEach((candidate, index) => {
    const lane = index % lanes.length;
    const outcome = (lanes[lane] ?? Promise.resolve()).then(() => runCase(candidate, started.url));
    outcomes.set(candidate, outcome);
    lanes[lane] = outcome.catch(() => undefined);
  });
});

afterAll(() => server.close());

for (const [area, cases] of areas) {
  if (!AREAS.includes(area)) continue;
  describe(`conformance: ${area}`, () => {
    for (const candidate of cases) {
      // A case that differs on purpose has its own test in differences.test.ts.
      if (differenceOf(candidate) !== undefined) continue;
      const need = unmet(candidate);
      const name = `${candidate.id}${need ? ` (skipped: this machine lacks ${need})` : ""}`;
      test.skipIf(need !== undefined)(
        name,
        async () => {
          const outcome = await outcomes.get(candidate);
          expect(outcome && disagreements(candidate, outcome)).toEqual([]);
        },
        120_000,
      );
    }
  });
}
