/** `bun test/bench/bundle.ts`: what bundles of 1, 100 and 1,000 policies cost, part by part (the fastest of some runs, ms). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Files, readArchive, writeArchive } from "../../src/bundle/archive/index.ts";
import { sha256Of } from "../../src/bundle/content/build.ts";
import { checkInProcess } from "../../src/bundle/content/check-process.ts";
import { BUNDLE_BOUNDS, diffBundles, policiesOf, readBundle } from "../../src/bundle/content/index.ts";
import { runTests } from "../../src/bundle/content/run-tests.ts";
import { createAccess, prepareCedar, validate } from "../../src/policy/index.ts";
import { withAutonomy } from "../../src/runner/own-policies.ts";
import { executable } from "../support/executable.ts";

const RUNS = 15;

/** A bundle of so many policies in files of ten, with groups, a type of its own, a script and ten tests. */
function bundle(count: number): Files {
  const policies = Array.from(
    { length: count },
    (_, index) => `@id("p${index}")
permit (
  principal in Group::"g${index % 20}",
  action in [file_system::Action::"open", file_system::Action::"read"],
  resource in file_system::Dir::"/var/log/app${index}"
)
when { fleet::Site::"this".tier >= ${index % 3} };
`,
  );
  const files = new Map<string, string>();
  for (let index = 0; index < count; index += 10) {
    files.set(`policies/part${index / 10}.cedar`, policies.slice(index, index + 10).join("\n"));
  }
  const group = (index: number) => ({
    uid: { type: "Group", id: `g${index}` },
    attrs: {},
    parents: index === 0 ? [] : [{ type: "Group", id: `g${index - 1}` }],
  });
  const site = { uid: { type: "fleet::Site", id: "this" }, attrs: { tier: 3 }, parents: [] };
  const agent = {
    uid: { type: "Agent", id: "a" },
    attrs: { autonomy: 4 },
    parents: [{ type: "Group", id: "g19" }],
  };
  const tests = Array.from({ length: 10 }, (_, index) => ({
    request: {
      principal: 'Agent::"a"',
      action: 'file_system::Action::"read"',
      resource: `file_system::File::"/var/log/app${index % count}/x.log"`,
      context: {},
    },
    entities: [agent],
    decision: "allow",
    reason: [`p${index % count}`],
    num_errors: 0,
  }));
  files.set("metadata.json", JSON.stringify(METADATA));
  files.set("schema.cedarschema", "namespace fleet { entity Site { tier: Long }; }");
  files.set(
    "entities/all.json",
    JSON.stringify([...Array.from({ length: 20 }, (_, index) => group(index)), site]),
  );
  files.set(
    "scripts/count.rhai",
    'let n = 0; for line in grep("ERROR", "/var/log/app1/x.log") { n += 1; } n',
  );
  files.set("tests/all.json", JSON.stringify(tests));
  return new Map([...files].map(([name, text]) => [name, Buffer.from(text)]));
}

const METADATA = {
  format: 1,
  fleet: "f",
  channel: "c",
  revision: "bench",
  cedar_version: "4.13",
  min_agent: "0.1.0",
  created: "2026-01-31T12:00:00Z",
};

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
  const candidate = { path, sha256: sha256Of(bytes), fleet: "f", channel: "c" };
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
