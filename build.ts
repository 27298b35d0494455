/** Builds the executable: `npm run build`, or for another machine `npm run build -- --target linux-arm64`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUILD_TIME, builtAt } from "./src/cli/build-time.ts";
import { catalogueAreas } from "./src/cli/catalogue.ts";
import { CATALOGUE } from "./src/cli/embedded-catalogue.ts";
import { ENGINE_OPTIONS } from "./src/cli/run-limits.ts";
import { createEngine, IMAGE as ENGINE_IMAGE } from "./src/engine/index.ts";
import { IMAGE as CEDAR_IMAGE, cedarImage } from "./src/policy/cedar.ts";
import { embeddedSchema, SCHEMA_JSON } from "./src/policy/schema-json.ts";
import { surface } from "./src/sdk/index.ts";
import { PAGE_PATHS, pageFile } from "./src/server/page-files.ts";

/** Targets by the name that users give, with Bun's. Its runtime for another target comes from the package registry. */
const TARGETS: Readonly<Record<string, string>> = {
  "linux-x64": "bun-linux-x64",
  "linux-x64-musl": "bun-linux-x64-musl",
  "linux-arm64": "bun-linux-arm64",
  "linux-arm64-musl": "bun-linux-arm64-musl",
  "darwin-arm64": "bun-darwin-arm64",
};

const root = import.meta.dirname;

/** The executable must not run code or read settings from the directory that it is started in. */
const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--splitting",
  "--format=esm",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

function targets(): readonly string[] {
  const usage = `usage: npm run build [-- --target ${Object.keys(TARGETS).join("|")}]`;
  try {
    const { values } = parseArgs({ options: { target: { type: "string", multiple: true } } });
    const unknown = values.target?.find((target) => !(target in TARGETS));
    if (unknown === undefined) return values.target ?? [];
    console.error(`unknown target "${unknown}"\n${usage}`);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
  process.exit(2);
}

/**
 * The time of the commit, which no right clock is before; the same for the same source. `SOURCE_DATE_EPOCH` names another one
 * (reproducible-builds.org). Source without its repository has the time that it says itself.
 */
function buildTime(): string {
  const { stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  const seconds = process.env["SOURCE_DATE_EPOCH"] ?? stdout?.trim();
  return (/^\d+$/.test(seconds ?? "") ? new Date(Number(seconds) * 1000) : builtAt()).toISOString();
}

/**
 * What a start of the executable would otherwise make anew: the memory of both WebAssembly modules as it is once they
 * know the schema and the surface, and the catalogue of what scripts can call; and the operator page. The same on every
 * machine.
 */
async function images(): Promise<readonly string[]> {
  const folder = join(root, "dist/images");
  mkdirSync(folder, { recursive: true });
  const engine = await createEngine(surface.manifest, ENGINE_OPTIONS);
  const page = await Promise.all(PAGE_PATHS.map(pageFile));
  const contents = {
    [ENGINE_IMAGE]: engine.image(),
    [CEDAR_IMAGE]: cedarImage(),
    [SCHEMA_JSON]: embeddedSchema(),
    [BUILD_TIME]: buildTime(),
    [CATALOGUE]: JSON.stringify(catalogueAreas(surface)),
    ...Object.fromEntries(page.map(({ name, text }) => [name, text])),
  };
  return Object.entries(contents).flatMap(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return ["--asset", join(folder, name)];
  });
}

function compile(outfile: string, target: readonly string[]): void {
  const args = ["build", ...FLAGS, ...assets, ...target, join(root, "src/main.ts"), "--outfile", outfile];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  console.log(`built ${outfile}`);
}

const wanted = targets();
const assets = await images();
if (wanted.length === 0) compile(join(root, "dist/remit"), []);
for (const target of wanted) compile(join(root, `dist/remit-${target}`), [`--target=${TARGETS[target]}`]);
