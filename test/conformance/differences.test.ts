import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Server } from "node:http";
import { effectiveUser } from "../../src/platform/identity.ts";
import { AREAS } from "./areas.ts";
import { readCases } from "./case.ts";
import { disagreements } from "./compare.ts";
import { DIFFERENCES, differenceOf, withDifference } from "./differences.ts";
import { startHttpServer } from "./http-server.ts";
import { runCase } from "./run-case.ts";

let server: Server;
let url: string;
beforeAll(async () => {
  ({ server, url } = await startHttpServer());
});
afterAll(() => server.close());

const differing = [...readCases()]
  .filter(([area]) => AREAS.includes(area))
  .flatMap(([, cases]) => cases.filter((candidate) => differenceOf(candidate) !== undefined));

test("every difference belongs to a case", () => {
  const later = [...readCases()].flatMap(([area, cases]) =>
    AREAS.includes(area) ? [] : cases.map(({ id }) => id),
  );
  const ids = Object.keys(DIFFERENCES).filter((id) => !later.includes(id));
  expect(ids.sort()).toEqual(differing.map(({ id }) => id).sort());
});

for (const candidate of differing) {
  test(`${candidate.id}: ${differenceOf(candidate)}`, async () => {
    const expected = withDifference(candidate, effectiveUser().name);
    expect(disagreements(expected, await runCase(expected, url))).toEqual([]);
  }, 60_000);
}

test("an import that the policy does not allow is an access denial though the file exists", async () => {
  const candidate = differing.find(({ id }) => id === "lang-import-file");
  if (!candidate) throw new Error("the case is gone");
  const observed = await runCase({ ...candidate, policy: "" }, url);
  expect(observed).toMatchObject({ status: "ERROR", error_type: "ACCESS_DENIED_EXCEPTION" });
});
