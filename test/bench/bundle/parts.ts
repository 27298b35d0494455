/** `bun test/bench/bundle/parts.ts`: what bundles of 1, 100 and 1,000 policies cost, part by part (the fastest of some runs, ms). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArchive, writeArchive } from "../../../src/bundle/archive/index.ts";
import { sha256Of } from "../../../src/bundle/content/build.ts";
import { checkInProcess } from "../../../src/bundle/content/check-process.ts";
import { BUNDLE_BOUNDS, diffBundles, policiesOf, readBundle } from "../../../src/bundle/content/index.ts";
import { runTests } from "../../../src/bundle/content/run-tests.ts";
import { createAccess, prepareCedar, validate } from "../../../src/policy/index.ts";
import { withAutonomy } from "../../../src/runner/own-policies.ts";
import { executable } from "../../support/executable.ts";
import { bundle, FOR } from "./content.ts";

const RUNS = 15;

/** The fastest: other work of the machine only ever adds. */
async function fastest(action: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = performance.now();
    await action();
    times.push(performance.now() - before);
  }
  return Math.min(...times);
}

const READ = {
  action: "file_system.read",
  resource: {
    type: "file_system::File",
    id: "/var/log/app0/x",
    attributes: { path: "/var/log/app0/x" },
    ancestors: [{ type: "file_system::Dir", id: "/var/log/app0" }],
  },
} as const;

await prepareCedar();
const folder = mkdtempSync(join(tmpdir(), "remit-bundles-"));
const rows: Record<string, Record<string, number>> = {};
for (const count of [1, 100, 1000]) {
  const files = bundle(count);
  const bytes = writeArchive(files);
  const content = readBundle(bytes);
  const set = policiesOf(content);
  const path = join(folder, `${count}.tar.gz`);
  writeFileSync(path, bytes);
  const candidate = { path, sha256: sha256Of(bytes), ...FOR };
  const parts: Record<string, () => unknown> = {
    "write the archive": () => writeArchive(files),
    "read the archive": () => readArchive(bytes, BUNDLE_BOUNDS),
    "read the content": () => readBundle(bytes),
    "parse policies, schema, entities": () => policiesOf(content),
    "validate strictly": () => validate(set),
    "run 10 policy tests": () => runTests(content, withAutonomy(set)),
    "activate in a runner: read, parse, first decision": () =>
      createAccess(withAutonomy(policiesOf(readBundle(bytes))), {
        type: "Agent",
        id: "a",
        attributes: { autonomy: 4 },
        groups: ["g19"],
      }).permit(READ),
    "compare with itself": () => diffBundles(content, content, withAutonomy),
    "check in a process of its own": async () => {
      const answer = await checkInProcess(candidate, { program: executable() });
      if (!("ok" in answer)) throw new Error(answer.refused.message);
    },
  };
  for (const [name, action] of Object.entries(parts)) {
    rows[name] = { ...rows[name], [`${count}`]: Math.round(10 * (await fastest(action))) / 10 };
  }
  rows["bytes of the archive"] = { ...rows["bytes of the archive"], [`${count}`]: bytes.length };
}
console.table(rows);
rmSync(folder, { recursive: true });
