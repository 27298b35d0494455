import { readBundle, readBytes, sha256Of } from "../../bundle/content/index.ts";
import { splitPolicies } from "../../policy/source.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { forStandardOutput, print } from "../terminal.ts";

/** `remit bundle inspect`: what is in an archive, without a judgement of it. */
export function inspectCommand({ options, operand = "" }: Given): Promise<number> {
  return reportingBundles(() => {
    const described = describe(readBytes(operand));
    print(
      options.has("json") ? `${JSON.stringify(described)}\n` : forStandardOutput(text(operand, described)),
    );
    return 0;
  });
}

type Description = ReturnType<typeof describe>;

function describe(bytes: Uint8Array) {
  const { metadata, policies, schema, entities, limits, scripts, tests, files } = readBundle(bytes);
  const statements = policies.flatMap((file) => splitPolicies(file.text));
  return {
    sha256: sha256Of(bytes),
    bytes: bytes.length,
    metadata,
    policies: statements.length,
    forbids: statements.filter(({ effect }) => effect === "forbid").length,
    extends_schema: schema !== undefined,
    entities: entities.length,
    scripts: [...scripts.keys()],
    tests: tests.length,
    limits,
    files: [...files].map(([name, content]) => ({ name, bytes: content.length, sha256: sha256Of(content) })),
  };
}

function text(path: string, described: Description): string {
  const { sha256, bytes, metadata, policies, forbids, entities, scripts, tests, limits, files } = described;
  const { fleet, channel, revision, created, min_agent, cedar_version, kill } = metadata;
  const rows: readonly (readonly [string, string])[] = [
    ["sha256", sha256],
    ["for", `fleet ${fleet}, channel ${channel}`],
    ["revision", `${revision}, made ${created}`],
    ["needs", `Remit ${min_agent}, Cedar ${cedar_version}`],
    ...(kill === undefined ? [] : [["kill", `everything is stopped: ${kill}`] as const]),
    ["policies", `${policies}, of which ${forbids} forbid`],
    ["entities", `${entities}${described.extends_schema ? ", with a schema of its own" : ""}`],
    ["scripts", scripts.join(", ") || "none"],
    ["tests", String(tests)],
    [
      "limits",
      Object.entries(limits)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ") || "none",
    ],
  ];
  return [
    `${path}: ${bytes} bytes`,
    ...rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}`),
    "  files",
    ...files.map((file) => `    ${String(file.bytes).padStart(8)}  ${file.name}`),
    "",
  ].join("\n");
}
