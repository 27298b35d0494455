import { randomBytes } from "node:crypto";
import type { Files } from "../../../src/bundle/archive/index.ts";
import type { BundleFacts } from "../../../src/bundle/repository/index.ts";

/** For whom the bundles of the benchmarks are. */
export const FOR = { fleet: "f", channel: "c" } as const;

export const factsOf = (revision: string): BundleFacts => ({
  ...FOR,
  revision,
  cedar_version: "4.13",
  min_agent: "0.1.0",
  created: "2026-01-31T12:00:00Z",
});

/** As {@link bundle}, with a script of so many bytes that cannot be packed further. */
export function largeBundle(count: number, bytes: number, revision: string): Files {
  const script = `// ${randomBytes(bytes).toString("hex")}\n1`;
  return new Map([...bundle(count, revision), ["scripts/large.rhai", Buffer.from(script)]]);
}

/**
 * A bundle of so many policies in files of ten, with groups, a type of its own, a script and ten tests. The first `changed` of
 * the policies are in no other revision.
 */
export function bundle(count: number, revision = "bench", changed = count): Files {
  const policies = Array.from(
    { length: count },
    (_, index) => `@id("p${index}")
@since("${index < changed ? revision : ""}")
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
  files.set("metadata.json", JSON.stringify({ format: 1, ...factsOf(revision) }));
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
