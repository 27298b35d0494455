/** The executable embeds the memory of both WebAssembly modules as the build left it, and the schema as Cedar reads it. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENGINE_OPTIONS } from "../src/cli/run-limits.ts";
import { createEngine, IMAGE as ENGINE_IMAGE } from "../src/engine/index.ts";
import { IMAGE as CEDAR_IMAGE, cedarImage } from "../src/policy/cedar.ts";
import { embeddedSchema, SCHEMA_JSON } from "../src/policy/schema-json.ts";
import { surface } from "../src/sdk/index.ts";

const embedded = (name: string) => readFileSync(join(import.meta.dirname, "../dist/images", name));

test("the engine's image is that of this surface, byte for byte", async () => {
  const engine = await createEngine(surface.manifest, ENGINE_OPTIONS);
  expect(embedded(ENGINE_IMAGE).equals(engine.image())).toBe(true);
});

test("Cedar's image is that of this schema, byte for byte", () => {
  expect(embedded(CEDAR_IMAGE).equals(cedarImage())).toBe(true);
});

test("the schema as JSON is that of its text", () => {
  expect(embedded(SCHEMA_JSON).toString()).toBe(embeddedSchema());
});
