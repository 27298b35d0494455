import crate from "rhai-wasm/crate/Cargo.toml";
import manifest from "../../package.json" with { type: "json" };
import { LIMITS } from "../platform/limits.ts";
import { schemaText } from "../policy/cedar.ts";
import type { Given } from "./command.ts";
import { ENGINE_OPTIONS } from "./run-limits.ts";
import { print } from "./terminal.ts";

/** `remit version`: what this executable is made of, and within which bounds it works. */
export async function showVersion({ options }: Given): Promise<number> {
  const platform = `${process.platform}-${process.arch}`;
  const rhai = crate.dependencies.rhai.version.replace(/^=/, "");
  const cedar = manifest.dependencies["@cedar-policy/cedar-wasm"];
  if (!options.has("json")) {
    print(`${manifest.name} ${manifest.version} ${platform} (Rhai ${rhai}, Cedar ${cedar})\n`);
    return 0;
  }
  const { createHash } = await import("node:crypto");
  const schema = createHash("sha256").update(schemaText()).digest("hex");
  const version = {
    name: manifest.name,
    version: manifest.version,
    platform,
    rhai,
    cedar,
    schema: { sha256: schema },
    limits: { ...LIMITS, ...ENGINE_OPTIONS },
  };
  print(`${JSON.stringify(version, undefined, 2)}\n`);
  return 0;
}
