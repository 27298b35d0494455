/** Dependencies point one way: each room of src/ imports only what this table allows. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const source = join(import.meta.dirname, "../src");

const ALLOWED: { readonly [room: string]: readonly string[] } = {
  "main.ts": ["cli"],
  cli: [
    "server",
    "configuration",
    "client",
    "doctor",
    "agent",
    "bundle",
    "audit",
    "runner",
    "engine",
    "policy",
    "sdk",
    "platform",
  ],
  server: ["agent", "platform"],
  agent: ["runner", "bundle", "policy", "audit", "platform"],
  runner: ["engine", "bundle", "policy", "audit", "platform"],
  engine: [],
  "rhai-wasm": [],
  policy: [],
  sdk: ["platform", "policy", "tar"],
  tar: [],
  platform: [],
  audit: ["platform"],
  bundle: ["policy", "audit", "tar", "platform"],
  configuration: ["policy", "platform"],
  client: ["platform"],
  doctor: ["configuration", "runner", "policy", "bundle", "platform"],
};

/** The `rhai-wasm` package (values and the manifest) is imported by name, by the rooms that speak with scripts. */
const PACKAGES: { readonly [name: string]: readonly string[] } = {
  "rhai-wasm": ["engine", "sdk", "runner", "cli"],
  "@cedar-policy/cedar-wasm": ["policy"],
  "dbus-native": ["platform"],
  hono: ["server"],
  "@hono/zod-openapi": ["server"],
  zod: ["agent", "audit", "bundle", "runner", "configuration", "client"],
  "@tufjs/canonical-json": ["bundle"],
  "smol-toml": ["configuration"],
  "@modelcontextprotocol/server": ["server"],
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.includes("node_modules"),
);
const roomOf = (path: string): string => path.split("/")[0] ?? "";

const imports: readonly Import[] = files.flatMap((file) =>
  [
    ...readFileSync(join(source, file), "utf8").matchAll(
      /(?:^|[\s;])(import|export)\s(type\s)?[^"';]*?from\s"([^"]+)"|import\("([^"]+)"\)|^import\s"([^"]+)"/gm,
    ),
  ].map((match) => ({
    file,
    room: roomOf(file),
    specifier: match[3] ?? match[4] ?? match[5] ?? "",
    typeOnly: match[2] !== undefined,
  })),
);

test("the table has every room", () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(ALLOWED).sort());
});

describe("a room imports only what the table allows", () => {
  for (const [room, allowed] of Object.entries(ALLOWED)) {
    test(room, () => {
      const wrong = imports
        .filter((found) => found.room === room && found.specifier.startsWith("."))
        .map((found) => ({
          ...found,
          target: roomOf(relative(source, join(source, dirname(found.file), found.specifier))),
        }))
        .filter(({ target }) => target !== room && target !== ".." && !allowed.includes(target))
        .map(({ file, target }) => `${file} imports ${target}`);
      expect(wrong).toEqual([]);
    });
  }
});

test("packages are imported only by the rooms that they are for", () => {
  const wrong = imports
    .filter(({ specifier, room }) =>
      Object.entries(PACKAGES).some(
        ([name, rooms]) => (specifier === name || specifier.startsWith(`${name}/`)) && !rooms.includes(room),
      ),
    )
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  expect(wrong).toEqual([]);
});

test("nothing of Bun's own outside platform/bun*.ts", () => {
  const wrong = files.filter((file) => {
    if (file.startsWith("platform/bun") || file.endsWith(".test.ts") || file === "rhai-wasm/build.ts")
      return false;
    return /\bBun\.|from "bun(:|")/.test(readFileSync(join(source, file), "utf8"));
  });
  expect(wrong).toEqual([]);
});

test("the host is touched only by the platform", () => {
  // Modules that reach the host. Loading the embedded WASM and measuring the own process are not the script's doing.
  const HOST = /^node:(fs|fs\/promises|child_process|net|http|https|dgram|dns|worker_threads)$/;
  const LOADERS = ["rhai-wasm/", "policy/"];
  const wrong = imports
    .filter(
      ({ file, specifier }) =>
        HOST.test(specifier) && !file.endsWith(".test.ts") && !file.startsWith("platform/"),
    )
    .filter(({ file }) => !LOADERS.some((prefix) => file.startsWith(prefix)) && !file.includes("testing"))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  expect(wrong).toEqual([]);
});

test("in the SDK only effects import the platform's functions", () => {
  const wrong = imports
    .filter(
      ({ file, specifier, typeOnly }) =>
        file.startsWith("sdk/") && specifier.includes("/platform/") && !typeOnly,
    )
    .filter(({ file }) => !file.includes("/effects/") && !/(testing|\.test)\.ts$/.test(file))
    // Error classes are told apart where they become the script's errors.
    .filter(({ specifier }) => !/(os-error|limits)\.ts$/.test(specifier))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  expect(wrong).toEqual([]);
});

test("files are small", () => {
  const lines = (file: string) => readFileSync(join(source, file), "utf8").split("\n").length;
  expect(files.filter((file) => !file.endsWith(".test.ts") && lines(file) > 350)).toEqual([]);
});
